import ClusterModel
import Foundation
import Git
import TestSupport
import Testing

@testable import Agent

@Suite("Reading a damaged repository")
struct DamagedRepositoryTests {
    @Test("It says nothing of the commit: Git's own error comes, and is not kept in mind")
    func reading() async throws {
        let infra = try InfraRepository()
        let commit = try #require(CommitID(try infra.head()))
        let reading = CommitReading(repository: try GitRepository(at: infra.path))
        let id = try infra.run("rev-parse", "HEAD:common/install-schematic.hcl")
        let path = "\(infra.path)/.git/objects/\(id.prefix(2))/\(id.dropFirst(2))"
        let content = try Data(contentsOf: URL(fileURLWithPath: path))
        let half = content.prefix(content.count / 2)
        for broken in [Data(), Data("no object".utf8), half, nil] {
            try FileManager.default.removeItem(atPath: path)
            try broken?.write(to: URL(fileURLWithPath: path))
            let error = await #expect(throws: GitError.self) {
                try await reading.contents(of: commit)
            }
            #expect(error?.kind == .damaged)
            #expect(error?.disposition == .damagedMirror)
        }
        try content.write(to: URL(fileURLWithPath: path))
        let clusters = try await reading.contents(of: commit).map(\.definition.name.text)
        #expect(clusters == ["sol"])
    }
}
