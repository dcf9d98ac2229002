import Foundation
import Testing

@testable import Git

@Suite("An http:// source")
struct MirrorTests {
    @Test("The first poll clones, the next moves nothing, a new commit is fetched")
    func polls() async throws {
        let upstream = try Upstream()
        let first = try upstream.commit(["a": "1"])
        try upstream.git("branch", "other")
        try upstream.git("tag", "--annotate", "--message", "Tag", "v1")
        let watched = try WatchedSource(upstream)
        let source = try watched.source()
        #expect(try await gitError { try await source.repository() }.kind == .notARepository)

        let before = try await source.poll()
        #expect(before.tip == first)
        #expect(before.mirrorRebuilt == nil)
        #expect(watched.server.requests.filter { $0.hasPrefix("POST") }.count == 1)

        #expect(try await source.poll().tip == first)
        #expect(watched.server.requests.filter { $0.hasPrefix("POST") }.count == 1)

        let second = try upstream.commit(["a": "2"])
        let after = try await source.poll()
        #expect(after.tip == second)
        let bytes = try await before.repository.withTree(of: second) {
            try $0.bytes(at: "a", limit: 9)
        }
        #expect(bytes == Array("2".utf8))
        let history = try await after.repository.firstParentHistory(from: first, to: second)
        #expect(history.map(\.id) == [second])

        let references = try Upstream.git(
            ["-C", watched.copy, "for-each-ref", "--format=%(refname)"],
            home: watched.state.path
        )
        #expect(String(decoding: references, as: UTF8.self) == "refs/heads/main\n")
        let configuration = try content("\(watched.copy)/config")
        #expect(!configuration.contains("127.0.0.1"))
        #expect(try watched.workers().isEmpty)
        try watched.checkCopy()
    }

    @Test("A checkout from the mirror works, and a restarted agent reads without the server")
    func offline() async throws {
        let upstream = try Upstream()
        let tip = try upstream.commit(["a": "1"])
        let watched = try WatchedSource(upstream)
        _ = try await watched.source().poll()
        watched.server.behave(.closes(after: 0))

        let restarted = try watched.source()
        let error = try await gitError { try await restarted.poll() }
        #expect(error.kind == .unreachable)
        #expect(error.disposition == .waiting)
        let place = "\(watched.state.path)/work"
        try await restarted.repository().checkOut(tip, into: place)
        #expect(try content("\(place)/a") == "1")
    }

    @Test("A force push is followed, and the dropped commit stays readable")
    func forced() async throws {
        let upstream = try Upstream()
        let first = try upstream.commit(["a": "1"])
        let dropped = try upstream.commit(["a": "2"])
        let watched = try WatchedSource(upstream)
        let source = try watched.source()
        #expect(try await source.poll().tip == dropped)

        try upstream.git("reset", "--quiet", "--hard", "\(first)")
        let forced = try upstream.commit(["a": "3"])
        var revision = try await source.poll()
        #expect(revision.tip == forced)
        #expect(try await !revision.repository.isAncestor(dropped, of: forced))

        try upstream.git("reset", "--quiet", "--hard", "\(first)")
        #expect(try await source.poll().tip == first)

        try upstream.git("checkout", "--quiet", "--orphan", "fresh")
        let unrelated = try upstream.commit(["b": "1"])
        try upstream.git("branch", "--force", "main", "\(unrelated)")
        revision = try await source.poll()
        #expect(revision.tip == unrelated)
        #expect(try await !revision.repository.isAncestor(first, of: unrelated))
        #expect(try await revision.repository.commit(dropped).id == dropped)
        #expect(revision.mirrorRebuilt == nil)
    }

    @Test("A missing branch, an empty repository and a wrong path are stalled, each by its name")
    func stalled() async throws {
        let upstream = try Upstream()
        let watched = try WatchedSource(upstream)
        #expect(
            try await gitError { try await watched.source().poll() }.kind == .emptyRepository
        )
        try upstream.commit()
        let missing = try await gitError { try await watched.source(branch: "none").poll() }
        #expect(missing.kind == .branchMissing)
        #expect(missing.description.contains(watched.server.url()))

        let source = try watched.source()
        _ = try await source.poll()
        try upstream.git("branch", "--quiet", "--move", "main", "trunk")
        #expect(try await gitError { try await source.poll() }.kind == .branchMissing)

        let wrong = GitSource(
            url: try RemoteURL(watched.server.url("absent.git")),
            branch: try BranchName("main"),
            mirrorDirectory: "\(watched.state.path)/wrong",
            worker: watched.worker
        )
        let error = try await gitError { try await wrong.poll() }
        #expect(error.kind == .notARepository)
        #expect(error.disposition == .stalled)
        #expect(!exists("\(watched.state.path)/wrong/repository.git"))
        #expect(try watched.workers().isEmpty)
    }

    @Test("A mirror directory that cannot be made is named with the reason")
    func unwritable() async throws {
        let upstream = try Upstream()
        try upstream.commit()
        let watched = try WatchedSource(upstream)
        try write("x", to: watched.mirror)
        let error = try await gitError { try await watched.source().poll() }
        #expect(error.kind == .fileSystem)
        #expect(error.description.contains(watched.mirror))
        #expect(!error.description.contains("Input/output"))
        try FileManager.default.removeItem(atPath: watched.mirror)
        #expect(try await watched.source().poll().tip == (try upstream.head()))
    }

    @Test("A shallow and a SHA-256 repository behind a server are stalled")
    func unreadable() async throws {
        let modern = try Upstream(arguments: ["--object-format=sha256"])
        try modern.git("commit", "--quiet", "--allow-empty", "--message", "One")
        let upstream = try Upstream()
        for number in 1...3 { try upstream.commit(["n": "\(number)"]) }
        let shallow = try Upstream()
        try FileManager.default.removeItem(atPath: shallow.path)
        try upstream.git("clone", "--quiet", "--depth=1", upstream.url, shallow.path)
        for repository in [modern, shallow] {
            let watched = try WatchedSource(repository)
            let error = try await gitError { try await watched.source().poll() }
            #expect(error.kind == .unsupportedRepository)
            #expect(error.disposition == .stalled)
        }
    }

    @Test("No server, a server that wants a password, and a redirect are told apart")
    func refusals() async throws {
        let upstream = try Upstream()
        try upstream.commit()
        let watched = try WatchedSource(upstream)
        let elsewhere = try WebServer(root: upstream.folder.path)
        let other = elsewhere.url().replacing("127.0.0.1", with: "localhost")
        let answers: [(String, GitError.Kind)] = [
            ("401 Unauthorized\r\nWWW-Authenticate: Basic realm=x", .accessDenied),
            ("403 Forbidden", .accessDenied), ("404 Not Found", .notARepository),
            ("429 Too Many Requests", .unreachable), ("503 Unavailable", .unreachable),
            (
                "302 Found\r\nLocation: \(other)/info/refs"
                    + "?service=git-upload-pack", .redirected
            ),
            ("200 OK\r\nContent-Type: text/html", .unreachable),
        ]
        for (answer, kind) in answers {
            watched.server.behave(.says("HTTP/1.1 \(answer)\r\nContent-Length: 0\r\n\r\n"))
            let error = try await gitError { try await watched.source().poll() }
            #expect(error.kind == kind, "\(answer): \(error)")
        }
        #expect(elsewhere.requests.isEmpty)

        let gone = GitSource(
            url: try RemoteURL("http://127.0.0.1:1/source/.git"),
            branch: try BranchName("main"),
            mirrorDirectory: watched.mirror,
            worker: watched.worker
        )
        let error = try await gitError { try await gone.poll() }
        #expect(error.kind == .unreachable)
        #expect(error.description.contains("http://127.0.0.1:1/source/.git"))
    }
}
