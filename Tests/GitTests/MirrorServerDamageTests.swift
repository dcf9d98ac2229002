import Foundation
import Glibc
import Testing

@testable import Git

/// Real servers whose own repository lacks something.
@Suite("A server that lost objects")
struct MirrorServerDamageTests {
    /// Removes an object that lies alone in a repository, and gives what brings it back.
    private func lose(_ object: String, of upstream: Upstream) throws -> () throws -> Void {
        let path = "\(upstream.path)/.git/objects/\(object.prefix(2))/\(object.dropFirst(2))"
        try FileManager.default.moveItem(atPath: path, toPath: "\(upstream.folder.path)/lost")
        return {
            try FileManager.default.moveItem(
                atPath: "\(upstream.folder.path)/lost", toPath: path)
        }
    }

    /// Polls often, and holds the mirror to be as it was and the error to be one of the server's.
    private func expectRefusal(_ watched: WatchedSource, at former: CommitID?) async throws {
        let identity = MirrorFiles.Identity(of: watched.copy)
        let source = try watched.source()
        for _ in 1...3 {
            let error = try await gitError { try await source.poll() }
            #expect(error.disposition == .waiting, "\(error)")
            #expect(error.kind == .badAnswer, "\(error)")
            #expect(error.description.contains(watched.url), "\(error)")
            #expect(error.description.contains("fatal: "), "\(error)")
            #expect(error.hint.contains("git fsck"), "\(error.hint)")
            #expect(MirrorFiles.Identity(of: watched.copy) == identity)
            #expect(try watched.leftovers() == [])
            #expect(try watched.workers().isEmpty)
            guard let former else { continue }
            #expect(try await source.repository().tip(of: BranchName("main")) == former)
            #expect(try await source.repository().text(at: "b", of: former) == "other")
            try watched.checkCopy()
        }
    }

    @Test(
        "A new file that the server lost fails the fetch, and the mirror stays whole at the former tip",
        arguments: Wiring.Transport.allCases, ["HEAD:a", "HEAD^{tree}", "HEAD:d/e"])
    func fetch(transport: Wiring.Transport, object: String) async throws {
        guard transport.canBeServed else { return }
        let upstream = try Upstream()
        let first = try upstream.commit(["a": "1", "b": "other", "d/e": "1"])
        let line = try Wiring(transport, to: upstream).line()
        line.wire.fail(nil)
        _ = try await line.watched.poll()
        let tip = try upstream.commit(["a": "2", "d/e": "2"])
        let restore = try lose(try upstream.git("rev-parse", object), of: upstream)
        try await expectRefusal(line.watched, at: first)
        try restore()
        let revision = try await line.watched.poll()
        #expect(revision.tip == tip)
        #expect(revision.mirrorRebuilt == nil)
        #expect(revision.mirrorNotes.isEmpty, "\(revision.mirrorNotes)")
        try line.watched.checkCopy()
        withExtendedLifetime(line) {}
    }

    @Test("A file of an old commit that the server lost fails the first fetch, and no later one")
    func clone() async throws {
        let upstream = try Upstream()
        let line = try Wiring(.http, to: upstream).line()
        line.wire.fail(nil)
        try upstream.commit(["a": "1", "b": "other"])
        let restored = try WatchedSource(upstream)
        _ = try await restored.poll()
        let tip = try upstream.commit(["a": "2"])
        let restore = try lose(try upstream.git("rev-parse", "HEAD:b"), of: upstream)
        let watched = line.watched
        try await expectRefusal(watched, at: nil)
        // Who has the file already does not need the server's.
        #expect(try await restored.poll().tip == tip)
        try restored.checkCopy()
        try restore()
        #expect(try await watched.poll().tip == tip)
        try watched.checkCopy()
    }

    @Test("A server that is itself a partial clone, cut off from its own source, is no source")
    func filtered() async throws {
        let origin = try Upstream()
        try origin.commit(["a": "1", "b": "other"])
        try origin.git("config", "uploadpack.allowFilter", "true")
        let upstream = try Upstream()
        _ = try Upstream.git(
            [
                "clone", "--quiet", "--bare", "--filter=blob:none", origin.url,
                "\(upstream.folder.path)/partial.git",
            ], home: upstream.folder.path)
        try FileManager.default.removeItem(atPath: origin.path)
        let server = try ScriptServer("git_http.py", [upstream.folder.path])
        let url = "http://127.0.0.1:\(server.port)/partial.git"
        var watched = try WatchedSource(upstream, through: { _ in url })
        watched.companions = [server]
        try await expectRefusal(watched, at: nil)
    }
}
