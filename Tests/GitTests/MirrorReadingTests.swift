import Foundation
import Glibc
import Testing

@testable import Git

/// Damage that is met by reading, with the mirror open all the while as the agent has it.
@Suite("A mirror that is replaced while it is open")
struct MirrorReadingTests {
    @Test("A pack that is found damaged is read anew after the next poll, also by who has it open")
    func damagedPack() async throws {
        let upstream = try Upstream()
        let tip = try upstream.commit(["a": "1", "b": Upstream.incompressible(1)])
        let watched = try WatchedSource(upstream)
        let source = try watched.source()
        let before = try await source.poll()
        #expect(!before.isMirrorNew)
        try watched.spoil(try upstream.git("rev-parse", "HEAD:b"))
        let error = try await gitError { try await before.repository.text(at: "b", of: tip) }
        #expect(error.disposition == .damagedMirror, "\(error)")
        let after = try await source.poll()
        #expect(after.mirrorRebuilt == error.description)
        #expect(after.isMirrorNew)
        // The former handle still has the damaged pack open; the new one must not share it.
        #expect(try await after.repository.text(at: "b", of: tip) == Upstream.incompressible(1))
        #expect(try await source.repository().text(at: "b", of: tip) == Upstream.incompressible(1))
        _ = try await before.repository.commit(tip)
        #expect(try await !source.poll().isMirrorNew)
    }

    @Test("A worker that is ended after the swap has replaced what the source reads")
    func unsaid() async throws {
        let upstream = try Upstream()
        let tip = try upstream.commit(["a": "1"])
        let watched = try WatchedSource(upstream)
        let source = try watched.source()
        _ = try await source.poll()
        let other = try watched.source()
        try write("", to: "\(watched.copy)/refs/heads/main")
        #expect(try await other.poll().mirrorRebuilt != nil)
        let revision = try await source.poll()
        #expect(revision.isMirrorNew)
        #expect(revision.mirrorRebuilt == nil)
        #expect(try await revision.repository.text(at: "a", of: tip) == "1")
    }

    @Test("Who has a mirror open reads on after it was compacted, checkouts included")
    func compacted() async throws {
        let upstream = try Upstream()
        let watched = try WatchedSource(upstream)
        let source = try watched.source()
        var commits: [CommitID] = []
        for number in 1...6 {
            commits.append(try upstream.commit(["a": "\(number)", "n\(number)": "x"]))
            _ = try await source.poll()
        }
        let former = try await source.repository()
        let place = "\(watched.state.path)/work"
        try await former.checkOut(commits[2], into: place)
        #expect(try watched.packs().count == 6)
        let told = try await source.tidy(at: MirrorLimits(packs: 3))
        #expect(told?.contains("6 packs") == true)
        #expect(try watched.packs().count <= 3)
        for (index, commit) in commits.enumerated() {
            #expect(try await former.text(at: "a", of: commit) == "\(index + 1)")
        }
        let status = try Upstream.git(["-C", place, "status", "--porcelain"], home: place)
        #expect(status.isEmpty)
        let log = try Upstream.git(["-C", place, "log", "--format=%H"], home: place)
        #expect(String(decoding: log, as: UTF8.self).split(separator: "\n").count == 3)
        let revision = try await source.poll()
        #expect(revision.isMirrorNew)
        #expect(revision.mirrorRebuilt == nil)
        #expect(try await revision.repository.text(at: "a", of: commits[0]) == "1")
    }
}
