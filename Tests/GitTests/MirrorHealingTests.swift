import Foundation
import Glibc
import Testing

@testable import Git

@Suite("A mirror that was left broken")
struct MirrorHealingTests {
    @Test("Stale locks and half packs of a killed worker are removed, and the fetch goes on")
    func leftovers() async throws {
        let upstream = try Upstream()
        try upstream.commit(["a": "1"])
        let watched = try WatchedSource(upstream)
        _ = try await watched.source().poll()
        let stale = [
            "refs/heads/main.lock", "packed-refs.lock", "config.lock", "HEAD.lock",
            "objects/pack/pack_git2_0123456789abcdef",
        ]
        for name in stale {
            try write("x", to: "\(watched.copy)/\(name)")
        }
        for name in [".repository.git.incoming/objects", ".repository.git.outgoing/refs"] {
            try FileManager.default.createDirectory(
                atPath: "\(watched.mirror)/\(name)",
                withIntermediateDirectories: true
            )
        }
        let tip = try upstream.commit(["a": "2"])
        let revision = try await watched.source().poll()
        #expect(revision.tip == tip)
        #expect(revision.mirrorRebuilt == nil)
        let told = revision.mirrorNotes.joined(separator: "\n")
        for name in stale + [".repository.git.incoming", ".repository.git.outgoing"] {
            #expect(told.contains(name), "\(told)")
        }
        for name in stale { #expect(!exists("\(watched.copy)/\(name)"), "\(name)") }
        let names = try FileManager.default.contentsOfDirectory(atPath: watched.mirror).sorted()
        #expect(names == ["lock", "repository.git"])
        try watched.checkCopy()
    }

    @Test(
        "A broken copy is fetched anew and reported",
        arguments: ["HEAD", "config", "objects", "pack", "branch", "everything", "file"]
    )
    func corrupt(part: String) async throws {
        let upstream = try Upstream()
        try upstream.commit(["a": "1"])
        let watched = try WatchedSource(upstream)
        let source = try watched.source()
        _ = try await source.poll()
        try damage(watched.copy, part)

        let revision = try await source.poll()
        #expect(revision.tip == (try upstream.head()))
        #expect(revision.mirrorRebuilt?.isEmpty == false)
        let bytes = try await revision.repository.withTree(of: revision.tip) {
            try $0.bytes(at: "a", limit: 9)
        }
        #expect(bytes == Array("1".utf8))
        try watched.checkCopy()
        #expect(try await source.poll().mirrorRebuilt == nil)
    }

    @Test("Objects that were lost below the tip are noticed by the next fetch")
    func lostObjects() async throws {
        let upstream = try Upstream()
        try upstream.commit(["a": String(repeating: "some text\n", count: 500), "b": "1"])
        let watched = try WatchedSource(upstream)
        _ = try await watched.source().poll()
        // Keep the commit and its tree, and lose the file from which the next one is a difference.
        let lost = try upstream.git("rev-parse", "HEAD:a")
        try unpack(watched.copy)
        let path = "\(watched.copy)/objects/\(lost.prefix(2))/\(lost.dropFirst(2))"
        try FileManager.default.removeItem(atPath: path)
        try upstream.commit(["a": String(repeating: "some text\n", count: 500) + "more\n"])
        try upstream.git("repack", "-a", "-d", "-q")

        let revision = try await watched.source().poll()
        #expect(revision.tip == (try upstream.head()))
        #expect(revision.mirrorRebuilt?.contains("damaged") == true)
        try watched.checkCopy()
    }

    @Test(
        "A reader that meets damage can have the mirror fetched anew, also when it fails at first")
    func discarded() async throws {
        let upstream = try Upstream()
        let tip = try upstream.commit(["a": "1"])
        let watched = try WatchedSource(upstream)
        let source = try watched.source()
        _ = try await source.poll()
        let lost = try upstream.git("rev-parse", "HEAD:a")
        try unpack(watched.copy)
        let path = "\(watched.copy)/objects/\(lost.prefix(2))/\(lost.dropFirst(2))"
        try FileManager.default.removeItem(atPath: path)

        let repository = try await source.poll().repository
        let error = try await gitError {
            try await repository.withTree(of: tip) { try $0.bytes(at: "a", limit: 9) }
        }
        #expect(error.disposition == .damagedMirror)

        watched.server.behave(.closes(after: 40))
        #expect(try await gitError { try await source.poll() }.disposition == .waiting)
        watched.server.behave(.honest)
        let revision = try await source.poll()
        #expect(revision.mirrorRebuilt == error.description)
        let bytes = try await revision.repository.withTree(of: tip) {
            try $0.bytes(at: "a", limit: 9)
        }
        #expect(bytes == Array("1".utf8))
        #expect(try await source.poll().mirrorRebuilt == nil)
    }

    @Test("Another branch of a name that collides with the mirrored one is followed")
    func otherBranch() async throws {
        let upstream = try Upstream()
        try upstream.commit(["a": "1"])
        let watched = try WatchedSource(upstream)
        _ = try await watched.source().poll()
        try upstream.git("branch", "--move", "main", "old")
        try upstream.git("checkout", "--quiet", "-b", "main/next")
        let tip = try upstream.commit(["a": "2"])
        let revision = try await watched.source(branch: "main/next").poll()
        #expect(revision.tip == tip)
        #expect(revision.mirrorRebuilt == nil)
        #expect(try await revision.repository.resolve("HEAD") == tip)
        try upstream.git("checkout", "--quiet", "old")
        try upstream.git("branch", "--quiet", "--delete", "--force", "main/next")
        try upstream.git("branch", "--quiet", "--move", "old", "main")
        #expect(try await watched.source().poll().tip == (try upstream.head()))
    }

    @Test("While another process holds the lock the poll waits, and says so when that is too long")
    func busy() async throws {
        let upstream = try Upstream()
        let tip = try upstream.commit(["a": "1"])
        let watched = try WatchedSource(upstream)
        _ = try await watched.source().poll()
        let lock = open("\(watched.mirror)/lock", O_RDWR | O_CLOEXEC)
        #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
        let error = try await gitError {
            try await watched.source(timeout: .milliseconds(1500)).poll()
        }
        // Under load the deadline itself may come first.
        #expect([.mirrorBusy, .deadlinePassed].contains(error.kind))
        #expect(error.disposition == .waiting)
        close(lock)
        #expect(try await watched.source().poll().tip == tip)
    }

    /// Lets each object lie alone, in a mirror that has no list of its packs.
    private func unpack(_ copy: String) throws {
        try #require(unlink("\(copy)/uprev-packs") == 0)
        let packs = "\(copy)/objects/pack"
        for name in try FileManager.default.contentsOfDirectory(atPath: packs) {
            let path = "\(packs)/\(name)"
            guard name.hasSuffix(".pack") else {
                try FileManager.default.removeItem(atPath: path)
                continue
            }
            let aside = "\(copy)/aside.pack"
            try FileManager.default.moveItem(atPath: path, toPath: aside)
            let bytes = try Data(contentsOf: URL(fileURLWithPath: aside))
            _ = try Upstream.git(
                ["-C", copy, "unpack-objects", "-q"],
                input: Array(bytes),
                home: copy
            )
            try FileManager.default.removeItem(atPath: aside)
        }
    }

    private func damage(_ copy: String, _ part: String) throws {
        switch part {
        case "pack":
            let packs = "\(copy)/objects/pack"
            for name in try FileManager.default.contentsOfDirectory(atPath: packs)
            where name.hasSuffix(".pack") {
                #expect(chmod("\(packs)/\(name)", 0o600) == 0)
                #expect(truncate("\(packs)/\(name)", 20) == 0)
            }
        case "branch":
            try write("no hash\n", to: "\(copy)/refs/heads/main")
        case "everything":
            for name in try FileManager.default.contentsOfDirectory(atPath: copy) {
                try FileManager.default.removeItem(atPath: "\(copy)/\(name)")
            }
        case "file":
            try FileManager.default.removeItem(atPath: copy)
            try write("x", to: copy)
        case "config":
            try write("[core", to: "\(copy)/config")
        default:
            try FileManager.default.removeItem(atPath: "\(copy)/\(part)")
        }
    }
}
