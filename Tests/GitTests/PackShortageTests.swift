import Foundation
import Glibc
import Testing

@testable import Git

@Suite("Packs when the agent has run out of something")
struct PackShortageTests {
    @Test("A lack of descriptors is told as that, leaves nothing behind, and is no damage")
    func descriptors() async throws {
        let upstream = try Upstream()
        let commit = try upstream.commit(["file": "1"])
        try upstream.git("repack", "--quiet", "-a", "-d")
        await #expect(processExitsWith: .success) {
            [path = upstream.path as String, name = commit.description as String] in
            let repository = try GitRepository(at: path)
            let commit = try #require(CommitID(name))
            var limit = rlimit()
            try #require(getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
            var short = limit
            short.rlim_cur = 0
            try #require(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &short) == 0)
            var kind: GitError.Kind?
            do {
                _ = try await repository.commit(commit)
            } catch let error as GitError {
                kind = error.kind
            }
            try #require(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
            try #require(kind == .fileSystem)
            try #require(try await repository.commit(commit).id == commit)
        }
    }
}
