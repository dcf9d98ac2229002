import Foundation
import Glibc
import Testing

@testable import Git

/// What the loss of power, a full disk or a person leaves: files that are empty, cut short or gone.
@Suite("A mirror with broken files")
struct MirrorDamageTests {
    private let watched: WatchedSource
    private let first: CommitID
    private let dropped: CommitID
    private let tip: CommitID

    /// Three fetches, so three packs; the commit of the second is on no branch any more.
    init() async throws {
        let upstream = try Upstream()
        watched = try WatchedSource(upstream)
        first = try upstream.commit(["a": "1", "b": Upstream.incompressible(1)])
        _ = try await watched.poll()
        dropped = try upstream.commit(["a": "2", "d": Upstream.incompressible(2)])
        _ = try await watched.poll()
        try upstream.git("reset", "--quiet", "--hard", "\(first)")
        tip = try upstream.commit(["a": "3"])
        _ = try await watched.poll()
    }

    /// Polls as an agent that starts, and makes sure that everything is as it should be.
    private func pollAndCheck() async throws -> GitSource.Revision {
        let source = try watched.source()
        await source.keep([dropped])
        let revision = try await source.poll()
        #expect(revision.tip == tip)
        #expect(try await revision.repository.text(at: "a", of: tip) == "3")
        #expect(try await revision.repository.text(at: "a", of: first) == "1")
        #expect(try watched.leftovers().isEmpty)
        try watched.checkConnectivity()
        try watched.checkCopy()
        let again = try await source.poll()
        #expect(again.mirrorRebuilt == nil)
        #expect(again.mirrorNotes.isEmpty)
        #expect(!again.isMirrorNew)
        return revision
    }

    private func isReadable(_ commit: CommitID, in revision: GitSource.Revision) async -> Bool {
        (try? await revision.repository.text(at: "a", of: commit)) == "2"
    }

    @Test(
        "A pack or index that is empty, cut short or alone is replaced, whichever commit it is of",
        arguments: ["pack", "idx"], ["empty", "half", "less", "none"])
    func packs(type: String, how: String) async throws {
        for commit in [first, tip] {
            let pack = try watched.pack(of: commit.description)
            let path = "\(pack.dropLast(5)).\(type)"
            let size = Int(
                try #require(
                    try FileManager.default
                        .attributesOfItem(atPath: path)[.size] as? Int))
            try #require(chmod(path, 0o600) == 0)
            switch how {
            case "empty": try #require(truncate(path, 0) == 0)
            case "half": try #require(truncate(path, size / 2) == 0)
            case "less": try #require(truncate(path, size - 1) == 0)
            default: try #require(unlink(path) == 0)
            }
            let revision = try await pollAndCheck()
            #expect(revision.mirrorRebuilt?.contains("objects/pack/pack-") == true)
            #expect(await isReadable(dropped, in: revision))
        }
    }

    @Test("A kept commit whose pack is broken is told to be lost, and the mirror goes on")
    func lost() async throws {
        let pack = try watched.pack(of: dropped.description)
        try #require(unlink(pack) == 0)
        let revision = try await pollAndCheck()
        #expect(revision.mirrorRebuilt?.contains(".pack is not there") == true)
        #expect(await !isReadable(dropped, in: revision))
        #expect(revision.mirrorNotes.contains { $0.contains("Commit \(dropped.short), which") })
    }

    @Test("Half of a kept commit is not brought along")
    func halfLost() async throws {
        let file = try watched.upstream.git("rev-parse", "\(dropped):d")
        try watched.spoil(file)
        try write("", to: "\(watched.copy)/refs/heads/main")
        let revision = try await pollAndCheck()
        #expect(revision.mirrorNotes.contains { $0.contains("Commit \(dropped.short), which") })
        let error = try await gitError { try await revision.repository.commit(dropped) }
        #expect(error.kind == .commitMissing)
    }

    @Test("A loose object that is empty is replaced")
    func looseObject() async throws {
        let file = try watched.upstream.git("rev-parse", "\(tip):a")
        let folder = "\(watched.copy)/objects/\(file.prefix(2))"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        try write("", to: "\(folder)/\(file.dropFirst(2))")
        let revision = try await pollAndCheck()
        #expect(revision.mirrorRebuilt?.contains("is empty") == true)
        #expect(await isReadable(dropped, in: revision))
    }

    @Test(
        "A branch, HEAD, settings or list of references that is broken is replaced",
        arguments: ["refs/heads/main", "HEAD", "config", "packed-refs"],
        ["", "garbage\n", String(repeating: "\u{0}", count: 41), "directory"])
    func references(name: String, content: String) async throws {
        let path = "\(watched.copy)/\(name)"
        if content == "directory" {
            try? FileManager.default.removeItem(atPath: path)
            try FileManager.default.createDirectory(
                atPath: "\(path)/below", withIntermediateDirectories: true)
            try write("x", to: "\(path)/below/file")
        } else {
            try write(content, to: path)
        }
        // Without packed references a mirror is as good as before.
        let isHarmless = content.isEmpty && name == "packed-refs"
        let revision = try await pollAndCheck()
        #expect((revision.mirrorRebuilt == nil) == isHarmless, "\(revision)")
        #expect(await isReadable(dropped, in: revision))
    }

    @Test("A branch that names a commit which is not there is replaced")
    func danglingBranch() async throws {
        let nothing = String(repeating: "1", count: 40)
        try write(nothing + "\n", to: "\(watched.copy)/refs/heads/main")
        let reason = try await pollAndCheck().mirrorRebuilt
        #expect(reason?.contains("refs/heads/main") == true, "\(reason ?? "")")
    }

    @Test("HEAD that names another branch is set right without a word")
    func foreignHead() async throws {
        try write("ref: refs/heads/other\n", to: "\(watched.copy)/HEAD")
        let revision = try await pollAndCheck()
        #expect(revision.mirrorRebuilt == nil)
        #expect(revision.mirrorNotes.isEmpty)
        #expect(try content("\(watched.copy)/HEAD") == "ref: refs/heads/main\n")
    }

    @Test("An index whose pack has no name yet is a leftover, and no damage")
    func earlyIndex() async throws {
        let folder = "\(watched.copy)/objects/pack"
        let tip = try watched.pack(of: dropped.description)
        try FileManager.default.copyItem(
            atPath: "\(tip.dropLast(5)).idx", toPath: "\(folder)/pack-early.idx")
        try FileManager.default.copyItem(atPath: tip, toPath: "\(folder)/pack_git2_0123")
        let revision = try await pollAndCheck()
        #expect(revision.mirrorRebuilt == nil)
        #expect(revision.mirrorNotes.count == 1)
        #expect(
            revision.mirrorNotes.first?.hasSuffix(
                "objects/pack/pack-early.idx, objects/pack/pack_git2_0123.") == true)
    }

    @Test(
        "A swap that was broken off at any stage leaves the former copy, or none and a word",
        arguments: ["incoming", "incoming is a file", "outgoing", "aside", "aside and incoming"])
    func swap(stage: String) async throws {
        let files = FileManager.default
        let incoming = "\(watched.mirror)/.repository.git.incoming"
        let outgoing = "\(watched.mirror)/.repository.git.outgoing"
        switch stage {
        case "incoming": try files.copyItem(atPath: watched.copy, toPath: incoming)
        case "incoming is a file": try write("x", to: incoming)
        case "outgoing": try files.copyItem(atPath: watched.copy, toPath: outgoing)
        default:
            if stage.contains("incoming") {
                try files.copyItem(atPath: watched.copy, toPath: incoming)
            }
            try files.moveItem(atPath: watched.copy, toPath: outgoing)
        }
        let requests = watched.server.requests.count
        let revision = try await pollAndCheck()
        #expect(revision.mirrorRebuilt == nil)
        #expect(!revision.mirrorNotes.isEmpty)
        #expect(revision.mirrorNotes.allSatisfy { $0.contains("repository.git") })
        #expect(await isReadable(dropped, in: revision))
        let asked = watched.server.requests[requests...]
        #expect(!asked.contains { $0.hasPrefix("POST") }, "Nothing had to be fetched.")
    }

    @Test(
        "While the server is away the broken mirror stays, and what can be read of it can be read")
    func serverAway() async throws {
        try write("", to: "\(watched.copy)/refs/heads/main")
        watched.server.behave(.closes(after: 0))
        let source = try watched.source()
        await source.keep([dropped])
        for _ in 1...2 {
            let error = try await gitError { try await source.poll() }
            #expect(error.kind == .unreachable)
            #expect(try await source.repository().text(at: "a", of: tip) == "3")
        }
        watched.server.behave(.honest)
        let revision = try await source.poll()
        #expect(revision.mirrorRebuilt != nil)
        #expect(await isReadable(dropped, in: revision))
    }

    @Test("What was mended is told with the first poll that succeeds, and once")
    func told() async throws {
        try write("x", to: "\(watched.copy)/refs/heads/main.lock")
        watched.server.behave(.closes(after: 0))
        let source = try watched.source()
        #expect(try await gitError { try await source.poll() }.kind == .unreachable)
        watched.server.behave(.honest)
        let notes = try await source.poll().mirrorNotes
        #expect(notes.count == 1)
        #expect(notes.first?.contains("stale locks") == true)
        #expect(notes.first?.contains("refs/heads/main.lock") == true)
        #expect(try await source.poll().mirrorNotes.isEmpty)
    }
}
