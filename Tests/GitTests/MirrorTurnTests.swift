import Foundation
import Glibc
import Testing

@testable import Git

@Suite("A poll that comes while the mirror is tidied")
struct MirrorTurnTests {
    private let watched: WatchedSource
    private let tip: CommitID

    init() async throws {
        let upstream = try Upstream()
        watched = try WatchedSource(upstream)
        _ = try upstream.commit(["a": "1", "b": Upstream.incompressible(1)])
        _ = try await watched.poll()
        tip = try upstream.commit(["a": "2"])
        _ = try await watched.poll()
    }

    /// A source whose worker does this before it tidies, and polls as ever.
    private func source(
        of watched: WatchedSource, tidying script: String, timeout: Duration = .seconds(60)
    ) throws -> GitSource {
        let whole = """
            request=$(cat)
            case $request in *'"operation":"tidy"'*) \(script) ;; esac
            printf %s "$request" | exec "$0" git-worker
            """
        return GitSource(
            url: try RemoteURL(watched.url), branch: try BranchName("main"),
            mirrorDirectory: watched.mirror,
            worker: WorkerCommand(
                executable: "/bin/sh", arguments: ["-c", whole, watched.program]),
            timeout: timeout)
    }

    /// What a worker leaves that is ended while it writes a new copy.
    private var leaving: String {
        "mkdir '\(watched.mirror)/.repository.git.incoming'; "
            + "touch '\(watched.copy)/config.lock' '\(watched.state.path)/tidies'"
    }

    private func isTidying() -> Bool { exists("\(watched.state.path)/tidies") }

    @Test("It does not wait, ends the tidying, and no warning comes of that")
    func first() async throws {
        let source = try source(of: watched, tidying: "\(leaving); sleep 600")
        _ = try await source.poll()
        let tidying = Task { try await source.tidy(at: MirrorLimits(packs: 1)) }
        try await eventually("tidying begins") { isTidying() }
        let start = ContinuousClock.now
        let revision = try await source.poll()
        #expect(start.duration(to: .now) < .seconds(60))
        #expect(revision.tip == tip)
        #expect(revision.mirrorNotes.isEmpty, "\(revision.mirrorNotes)")
        #expect(revision.mirrorRebuilt == nil)
        await #expect(throws: CancellationError.self) { try await tidying.value }
        #expect(try watched.leftovers() == [])
        #expect(try await source.poll().mirrorNotes.isEmpty)
    }

    @Test("Tidying that takes too long is ended, and no warning comes of that")
    func late() async throws {
        let source = try source(
            of: watched, tidying: "\(leaving); sleep 600", timeout: .seconds(2))
        let error = try await gitError { try await source.tidy(at: MirrorLimits(packs: 1)) }
        #expect(error.kind == .deadlinePassed, "\(error)")
        #expect(try watched.leftovers() == [])
        #expect(try await watched.poll().mirrorNotes.isEmpty)
        #expect(try await source.poll().mirrorNotes.isEmpty)
    }

    @Test("Whenever it comes, the mirror is whole, and nothing is left or told")
    func anyTime() async throws {
        try watched.pileUp(60)
        var ended = 0
        for step in 0..<12 {
            let tried = try watched.withCopyOfMirror()
            let source = try source(of: tried, tidying: "touch '\(tried.state.path)/tidies'")
            _ = try await source.poll()
            let tidying = Task { try await source.tidy(at: MirrorLimits(packs: 1)) }
            try await eventually("tidying begins") { exists("\(tried.state.path)/tidies") }
            try await Task.sleep(for: .milliseconds(step * 4))
            let revision = try await source.poll()
            #expect(revision.tip == tip)
            #expect(revision.mirrorNotes.isEmpty, "\(step): \(revision.mirrorNotes)")
            #expect(revision.mirrorRebuilt == nil)
            if case .failure(let error) = await tidying.result {
                #expect(error is CancellationError, "\(step): \(error)")
                ended += 1
            }
            #expect(try tried.leftovers() == [])
            #expect(try await revision.repository.text(at: "a", of: tip) == "2")
            try tried.checkConnectivity()
        }
        #expect(ended > 0)
    }

    @Test("Nothing is tidied while a poll waits, and it is not counted as a try")
    func waiting() async throws {
        let turns = MirrorTurns()
        turns.pollComes()
        #expect(turns.tidyingBegins() == nil)
        turns.pollComes()
        turns.pollBegins()
        #expect(turns.tidyingBegins() == nil)
        turns.pollBegins()
        let stop = try #require(turns.tidyingBegins())
        #expect(!stop.isAsked)
        turns.tidyingEnds()
        turns.pollComes()
        #expect(!stop.isAsked)
    }
}
