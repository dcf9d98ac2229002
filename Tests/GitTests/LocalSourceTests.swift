import Foundation
import Testing

@testable import Git

@Suite("A file:// source")
struct LocalSourceTests {
    private func source(_ upstream: Upstream, branch: String = "main") throws -> GitSource {
        GitSource(
            url: try RemoteURL(upstream.url),
            branch: try BranchName(branch),
            mirrorDirectory: "/nonexistent/mirror",
            worker: WorkerCommand(executable: "/nonexistent/program", arguments: []),
            timeout: .seconds(1)
        )
    }

    @Test("It is opened in place: no mirror, no child, and each poll sees the newest commit")
    func polls() async throws {
        let upstream = try Upstream()
        let first = try upstream.commit(["a": "1"])
        let source = try source(upstream)
        let before = try await source.poll()
        #expect(before.tip == first)
        let second = try upstream.commit(["a": "2"])
        let after = try await source.poll()
        #expect(after.tip == second)
        #expect(after.mirrorRebuilt == nil)
        #expect(try await after.repository.isAncestor(first, of: second))
        #expect(try await source.repository().commit(second).firstParent == first)
    }

    @Test("A rewritten branch gives its new tip, and a vanished one is stalled")
    func rewritten() async throws {
        let upstream = try Upstream()
        let first = try upstream.commit(["a": "1"])
        let dropped = try upstream.commit(["a": "2"])
        let source = try source(upstream)
        #expect(try await source.poll().tip == dropped)
        try upstream.git("reset", "--quiet", "--hard", "\(first)")
        let forced = try upstream.commit(["a": "3"])
        let revision = try await source.poll()
        #expect(revision.tip == forced)
        #expect(try await !revision.repository.isAncestor(dropped, of: forced))

        try upstream.git("branch", "--quiet", "--move", "main", "trunk")
        let error = try await gitError { try await source.poll() }
        #expect(error.kind == .branchMissing)
        #expect(error.disposition == .stalled)
        #expect(error.description.contains(upstream.url))
        #expect(error.description.contains("main"))
    }

    @Test("Empty, absent, shallow and SHA-256 repositories have their own errors")
    func unusable() async throws {
        let empty = try Upstream()
        #expect(try await gitError { try await source(empty).poll() }.kind == .emptyRepository)

        try FileManager.default.removeItem(atPath: empty.path)
        #expect(try await gitError { try await source(empty).poll() }.kind == .notARepository)

        let modern = try Upstream(arguments: ["--object-format=sha256"])
        #expect(try await gitError { try await source(modern).poll() }.kind == .sha256Repository)

        let upstream = try Upstream()
        for number in 1...3 { try upstream.commit(["n": "\(number)"]) }
        let clone = "\(empty.folder.path)/source"
        try upstream.git("clone", "--quiet", "--depth=1", upstream.url, clone)
        #expect(try await gitError { try await source(empty).poll() }.kind == .shallowRepository)
    }

    @Test("A directory that was replaced is seen at the next poll")
    func replaced() async throws {
        let upstream = try Upstream()
        try upstream.commit(["a": "1"])
        let source = try source(upstream)
        _ = try await source.poll()
        try FileManager.default.removeItem(atPath: upstream.path)
        #expect(try await gitError { try await source.poll() }.kind == .notARepository)
        let other = try Upstream()
        let tip = try other.commit(["b": "1"])
        try FileManager.default.moveItem(atPath: other.path, toPath: upstream.path)
        #expect(try await source.poll().tip == tip)
    }
}
