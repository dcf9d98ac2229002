import Foundation
import Glibc
import Testing

@testable import Git

/// Packs that vanish with their index, so that nothing in the mirror looks wrong.
@Suite("A mirror that lost a pack without a trace")
struct MirrorLossTests {
    /// Three fetches, so three packs; gives the commits, the oldest first.
    private func fill(_ upstream: Upstream, _ watched: WatchedSource) async throws -> [CommitID] {
        var commits: [CommitID] = []
        for number in 1...3 {
            commits.append(try upstream.commit(["a": "\(number)", "only\(number)": "\(number)"]))
            _ = try await watched.poll()
        }
        return commits
    }

    /// Removes pack and index, where an object is.
    private func lose(_ object: CommitID, of watched: WatchedSource) throws {
        let pack = try watched.pack(of: object.description)
        try #require(unlink(pack) == 0)
        try #require(unlink("\(pack.dropLast(5)).idx") == 0)
    }

    @Test(
        "The next poll notices, though nothing is new, and fetches everything anew",
        arguments: Wiring.Transport.allCases, [false, true])
    func noticed(transport: Wiring.Transport, isRestarted: Bool) async throws {
        guard transport.canBeServed else { return }
        let upstream = try Upstream()
        let line = try Wiring(transport, to: upstream).line()
        line.wire.fail(nil)
        let commits = try await fill(upstream, line.watched)
        var source = try line.watched.source()
        _ = try await source.poll()
        try lose(commits[0], of: line.watched)
        if isRestarted { source = try line.watched.source() }
        let revision = try await source.poll()
        #expect(revision.tip == commits[2])
        #expect(revision.mirrorRebuilt?.contains("is gone") == true, "\(revision)")
        #expect(revision.isMirrorNew == !isRestarted)
        for (index, commit) in commits.enumerated() {
            #expect(try await revision.repository.text(at: "a", of: commit) == "\(index + 1)")
        }
        try line.watched.checkCopy()
        #expect(try await source.poll().mirrorRebuilt == nil)
        withExtendedLifetime(line) {}
    }

    @Test("A read that comes before the next poll fails, and the poll after it mends that")
    func read() async throws {
        let upstream = try Upstream()
        let watched = try WatchedSource(upstream)
        let commits = try await fill(upstream, watched)
        let source = try watched.source()
        _ = try await source.poll()
        try lose(commits[0], of: watched)
        let fresh = try GitRepository(at: watched.copy)
        let error = try await gitError { try await fresh.text(at: "only1", of: commits[2]) }
        #expect(error.kind == .damaged, "\(error)")
        let revision = try await source.poll()
        #expect(revision.mirrorRebuilt != nil)
        #expect(try await revision.repository.text(at: "only1", of: commits[2]) == "1")
    }

    @Test("A commit that no branch has any more, and was kept in the lost pack, is told")
    func kept() async throws {
        let upstream = try Upstream()
        let watched = try WatchedSource(upstream)
        let commits = try await fill(upstream, watched)
        try upstream.git("reset", "--quiet", "--hard", "\(commits[1])")
        let tip = try upstream.commit(["a": "4"])
        let source = try watched.source()
        await source.keep([commits[2]])
        #expect(try await source.poll().tip == tip)
        try lose(commits[2], of: watched)
        let revision = try await source.poll()
        #expect(revision.mirrorRebuilt != nil)
        #expect(
            revision.mirrorNotes.contains { $0.contains("Commit \(commits[2].short), which") },
            "\(revision.mirrorNotes)")
    }

    @Test(
        "A list of packs that is missing, empty or garbage is made anew, and is no damage",
        arguments: [nil, "", "garbage\n", String(repeating: "\u{0}", count: 90), "pack-"])
    func list(text: String?) async throws {
        let upstream = try Upstream()
        let watched = try WatchedSource(upstream)
        let commits = try await fill(upstream, watched)
        let path = "\(watched.copy)/uprev-packs"
        let whole = try content(path)
        try #require(unlink(path) == 0)
        if let text { try write(text == "pack-" ? String(whole.prefix(90)) : text, to: path) }
        let revision = try await watched.poll()
        // What was cut off in the middle of a name names a pack that never was.
        #expect((revision.mirrorRebuilt == nil) == (text != "pack-"))
        #expect(try content(path).split(separator: "\n").count == (try watched.packs().count))
        try lose(commits[2], of: watched)
        #expect(try await watched.poll().mirrorRebuilt != nil)
    }

    @Test("After packs were merged the list is that of the new copy")
    func merged() async throws {
        let upstream = try Upstream()
        let watched = try WatchedSource(upstream)
        let commits = try await fill(upstream, watched)
        let source = try watched.source()
        for limits in [MirrorLimits(packs: 1), .renewing] {
            _ = try await source.poll()
            #expect(try await source.tidy(at: limits) != nil)
            let names = try content("\(watched.copy)/uprev-packs").split(separator: "\n")
            #expect(names.map { "\($0).pack" } == (try watched.packs()))
            #expect(try await source.poll().mirrorRebuilt == nil)
        }
        try lose(commits[0], of: watched)
        #expect(try await source.poll().mirrorRebuilt != nil)
    }
}
