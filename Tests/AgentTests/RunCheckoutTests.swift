import ClusterModel
import Execution
import Foundation
import Git
import Terragrunt
import TestSupport
import Testing

@testable import Agent

@Suite("The checkout of a run")
struct RunCheckoutTests {
    private let repository: InfraRepository
    private let folder: TemporaryDirectory
    private let checkouts: RunCheckouts

    init() throws {
        repository = try InfraRepository()
        folder = try TemporaryDirectory()
        checkouts = RunCheckouts(
            shelf: CheckoutShelf(directory: "\(folder.path)/checkouts/sol"),
            repository: try GitRepository(at: repository.path))
    }

    private func context(
        _ number: Int, _ commit: String, stamp: String = ""
    ) throws -> RunContext {
        let cluster = ClusterName("sol")
        return RunContext(
            run: RunID(cluster: cluster, number: number), cluster: cluster,
            revision: try #require(Revision(commit)), stamp: stamp)
    }

    @Test("It serves every stage of its run, and goes when the next run begins")
    func runs() async throws {
        let first = try context(1, repository.head())
        let checkout = try await checkouts.checkout(of: first)
        #expect(checkout.remarks == [])
        #expect(checkout.isTracked("common/versions.hcl") && !checkout.isTracked("built"))
        try Data("x".utf8).write(to: URL(fileURLWithPath: "\(checkout.path)/built"))
        let again = try await checkouts.checkout(of: first)
        #expect(again.path == checkout.path)
        #expect(FileManager.default.fileExists(atPath: "\(checkout.path)/built"))
        let next = try await checkouts.checkout(of: context(2, repository.commit("Next")))
        #expect(!FileManager.default.fileExists(atPath: checkout.path))
        let names = try FileManager.default.contentsOfDirectory(atPath: checkouts.shelf.directory)
        #expect(names == [(next.path as NSString).lastPathComponent])
    }

    @Test("After a journal was lost, a run of the same number and commit has a clean checkout")
    func lostJournal() async throws {
        let former = try context(1, repository.head(), stamp: "4d1")
        let dirty = try await checkouts.checkout(of: former).path
        try Data("x".utf8).write(to: URL(fileURLWithPath: "\(dirty)/built"))
        let run = try context(1, repository.head(), stamp: "4d2")
        let clean = try await checkouts.checkout(of: run).path
        #expect(!FileManager.default.fileExists(atPath: "\(clean)/built"))
        #expect(!FileManager.default.fileExists(atPath: dirty))
        #expect(try await checkouts.checkout(of: run).path == clean)
    }

    @Test("A commit that cannot be read is a stage's error, after which the run knows where it is")
    func unreadable() async throws {
        let error = await #expect(throws: StageError.self) {
            try await checkouts.checkout(of: context(1, String(repeating: "ab", count: 20)))
        }
        #expect(error?.description.contains("abababab") == true)
        #expect(error?.hint.isEmpty == false)
    }

    @Test("Submodules are told when it is made, and what Git refuses is a stage's error")
    func remarks() async throws {
        let inner = try repository.head()
        try repository.run("update-index", "--add", "--cacheinfo", "160000,\(inner),modules/net")
        try repository.run("commit", "--quiet", "--message", "Submodule")
        let run = try context(1, repository.head())
        let told = try await checkouts.checkout(of: run).remarks
        #expect(told == ["submodules are not fetched, these folders are empty: modules/net"])
        #expect(try await checkouts.checkout(of: run).remarks == [])
        try FileManager.default.createSymbolicLink(
            atPath: "\(repository.path)/out", withDestinationPath: "/etc/passwd")
        let evil = try context(2, repository.commit("Out"))
        let error = await #expect(throws: StageError.self) {
            try await checkouts.checkout(of: evil)
        }
        #expect(error?.disposition == .stalled)
        #expect(error?.description.contains("\"out\"") == true)
    }
}
