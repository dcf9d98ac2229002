import ClusterModel
import Execution
import Foundation
import Git
import Terragrunt
import TestSupport
import Testing

@testable import Agent

@Suite("Submodules in the checkout of a run")
struct RunSubmoduleTests {
    private let repository: InfraRepository
    private let folder: TemporaryDirectory
    private let checkouts: RunCheckouts

    init() throws {
        repository = try InfraRepository()
        folder = try TemporaryDirectory()
        checkouts = RunCheckouts(
            shelf: CheckoutShelf(directory: "\(folder.path)/checkouts/sol"),
            repository: try GitRepository(at: repository.path),
            submodules: SubmoduleSource(
                of: try RemoteURL(repository.url), directory: "\(folder.path)/submodules",
                access: GitAccess()))
    }

    /// Commits a submodule that is the repository itself, at its first commit.
    private func context(url: String) throws -> RunContext {
        let inner = try repository.head()
        try repository.run("update-index", "--add", "--cacheinfo", "160000,\(inner),modules/net")
        let entry = "[submodule \"net\"]\n\tpath = modules/net\n\turl = \(url)\n"
        try Data(entry.utf8).write(to: URL(fileURLWithPath: "\(repository.path)/.gitmodules"))
        try repository.run("add", ".gitmodules")
        try repository.run("commit", "--quiet", "--message", "Submodule")
        let cluster = ClusterName("sol")
        return RunContext(
            run: RunID(cluster: cluster, number: 1), cluster: cluster,
            revision: try #require(Revision(repository.head())))
    }

    @Test("They are there when asked for, and the run's checkout then needs nobody")
    func fetched() async throws {
        let run = try context(url: "../infra")
        let checkout = try await checkouts.checkout(of: run)
        #expect(checkout.remarks == ["submodules are fetched: modules/net"])
        let files = FileManager.default
        #expect(files.fileExists(atPath: "\(checkout.path)/modules/net/common/versions.hcl"))
        // Their files are no files of the commit.
        #expect(!checkout.isTracked("modules/net/common/versions.hcl"))
        let commit = try #require(CommitID(run.revision.hash))
        let reading = CommitReading(
            repository: checkouts.repository, fetchesSubmodules: true)
        #expect(try await reading.emptySubmodules(of: commit) == [])
        let findings = try await Checking(reading: reading)
            .findings(at: commit, from: RemoteURL(repository.url))
        #expect(
            findings.contains(
                "modules/net is a submodule, which is fetched from \(repository.url)."))
    }

    @Test("One from elsewhere stalls the run, and one that is not there yet lets it wait")
    func refused() async throws {
        let foreign = try context(url: "https://git.example/net.git")
        let error = await #expect(throws: StageError.self) {
            try await checkouts.checkout(of: foreign)
        }
        #expect(error?.disposition == .stalled)
        #expect(error?.description.contains("modules/net") == true)
        let empty = try TemporaryDirectory()
        try repository.run("init", "--quiet", "--bare", "\(empty.path)/net")
        let absent = try context(url: "file://\(empty.path)/net")
        let waiting = await #expect(throws: StageError.self) {
            try await checkouts.checkout(of: absent)
        }
        #expect(waiting?.disposition == .waiting)
    }
}
