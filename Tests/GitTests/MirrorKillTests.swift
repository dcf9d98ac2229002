import Foundation
import Glibc
import Testing

@testable import Git

/// Which calls of a worker it is killed before.
private enum Sweep {
    /// Every single call that changes a file, as `make kill-sweep` asks for, which takes minutes; else
    /// some of each kind.
    static let isWhole = ProcessInfo.processInfo.environment["UPREV_KILL_EVERY"] == "1"

    /// The kinds of calls that change a file; between the others the worker waits, maps or reads.
    static let changing: Set = [
        "write", "truncate", "make", "link", "rename", "remove", "mode", "flush",
    ]

    /// Which ones of so many calls of a kind, from the first to the last.
    static func points(among count: Int, of kind: String) -> [Int] {
        let isChanging = changing.contains(kind)
        let most = isWhole ? (isChanging ? count : 20) : isChanging ? 3 : 2
        let steps = min(most, count) - 1
        guard steps > 0 else { return [1] }
        return (0...steps).map { 1 + $0 * (count - 1) / steps }
    }
}

/// The real worker, killed between any two of its system calls that change a file.
@Suite("A worker that is killed", .enabled(if: Programs.canTrace, Programs.reason))
struct MirrorKillTests {
    /// What the worker does when it is killed.
    enum Work: String, CaseIterable {
        case clone, fetch, rebuild, merge, renew
    }

    /// A mirror to begin with, what is to be in it afterwards, and how.
    private struct Scene {
        let work: Work
        let template: WatchedSource
        /// Commits that are readable before and after, with the content of the file `a`.
        let readable: [(CommitID, String)]
        let tip: CommitID

        init(_ work: Work) async throws {
            self.work = work
            let upstream = try Upstream()
            let first = try upstream.commit(["a": "1", "b": Upstream.incompressible(1)])
            template = try WatchedSource(upstream)
            guard work != .clone else {
                (readable, tip) = ([], first)
                return
            }
            _ = try await template.poll()
            let dropped = try upstream.commit(["a": "2"])
            _ = try await template.poll()
            try upstream.git("reset", "--quiet", "--hard", "\(first)")
            let third = try upstream.commit(["a": "3"])
            _ = try await template.poll()
            readable = [(first, "1"), (dropped, "2"), (third, "3")]
            switch work {
            case .fetch: tip = try upstream.commit(["a": "4", "c": Upstream.incompressible(2)])
            case .rebuild:
                tip = third
                try write("garbage", to: "\(template.copy)/refs/heads/main")
            case .clone, .merge, .renew: tip = third
            }
        }

        /// Does the work; throws what the kill leads to.
        func perform(with source: GitSource) async throws {
            await source.keep(Set(readable.map(\.0)))
            switch work {
            case .clone, .fetch, .rebuild: _ = try await source.poll()
            case .merge, .renew:
                _ = try await source.tidy(at: work == .merge ? .init(packs: 1) : .renewing)
            }
        }

        func check(_ repository: GitRepository) async throws {
            for (commit, text) in readable {
                #expect(try await repository.text(at: "a", of: commit) == text)
            }
        }
    }

    @Test("It leaves a mirror that is whole, and the next one goes on", arguments: Work.allCases)
    func sweep(work: Work) async throws {
        let scene = try await Scene(work)
        let whole = try scene.template.withCopyOfMirror()
        try await scene.perform(with: whole.sourceKilled(before: 0))
        let counts = try whole.trace().reduce(into: [:]) { $0[$1, default: 0] += 1 }
        var struck: [String: Int] = [:]
        var mending = 0
        for (kind, count) in counts.sorted(by: { $0.key < $1.key }) {
            let points = Sweep.points(among: count, of: kind)
            for point in points {
                guard let isStruckAgain = try await isKilled(before: point, of: kind, scene) else {
                    continue
                }
                struck[kind, default: 0] += 1
                mending += isStruckAgain ? 1 : 0
            }
            // Answers come in more or in fewer pieces, so a run may end before the last point.
            #expect(struck[kind, default: 0] >= max(1, points.count * 3 / 4), "\(kind)")
        }
        let told = struck.sorted { $0.key < $1.key }.map { "\($0.value) before \($0.key)" }
        print("\(work): killed \(told.joined(separator: ", ")); \(mending) while mending")
        #expect(Set(struck.keys).isSuperset(of: ["write", "make", "rename", "remove", "receive"]))
        #expect(work == .fetch || struck["flush"] != nil)
        #expect(mending > 0)
    }

    /// Whether a second worker was killed too, while it mended what the first one left; `nil` when
    /// there was no such call.
    private func isKilled(
        before point: Int, of kind: String, _ scene: Scene
    ) async throws -> Bool? {
        let watched = try scene.template.withCopyOfMirror()
        do {
            try await scene.perform(with: watched.sourceKilled(before: point, of: kind))
            return nil
        } catch let error as GitError {
            #expect(error.description.contains("signal 9"), "\(kind) \(point): \(error)")
            #expect(error.disposition == .waiting)
            #expect(try watched.trace() == [kind])
        }
        #expect(try watched.workers().isEmpty)
        // Before anybody mends anything, what could be read can be read.
        if scene.work != .clone {
            try await scene.check(GitRepository(at: watched.copy))
            if scene.work != .rebuild { try watched.checkConnectivity() }
        }
        // A second kill, while the first one's leavings are mended.
        let mending = try watched.sourceKilled(before: 1 + point * 7 % 8)
        await mending.keep(Set(scene.readable.map(\.0)))
        let isMended = (try? await mending.poll()) != nil
        if !isMended { #expect(try watched.trace().count == 1) }
        try await expectRecovery(of: watched, scene, telling: !isMended, "\(kind) \(point)")
        return !isMended
    }

    /// Polls as the next agent, which tells of what is left where nobody could before.
    private func expectRecovery(
        of watched: WatchedSource, _ scene: Scene, telling: Bool, _ moment: Comment
    ) async throws {
        let later = try watched.leftovers()
        let source = try watched.source()
        await source.keep(Set(scene.readable.map(\.0)))
        let revision = try await source.poll()
        #expect(revision.tip == scene.tip, moment)
        #expect(scene.work == .rebuild || revision.mirrorRebuilt == nil, moment)
        if telling { #expect(revision.mirrorNotes.isEmpty == later.isEmpty, moment) }
        #expect(try watched.leftovers().isEmpty, moment)
        try watched.checkConnectivity()
        try watched.checkCopy()
        try await scene.check(revision.repository)
        guard [.merge, .renew].contains(scene.work) else { return }
        try await scene.perform(with: try watched.source())
        // The first pack is larger than the others together, and stays.
        if scene.work == .merge { #expect(try watched.packs().count == 2) }
        try await scene.check(GitRepository(at: watched.copy))
    }

    @Test(
        "At any moment while a pack comes in, it leaves the former tip, and a mirror that goes on")
    func inPack() async throws {
        let scene = try await Scene(.fetch)
        let step = 250 * (Sweep.isWhole ? 1 : 11)
        let counts = [0, 1, 200, 300, 400] + Array(stride(from: 500, to: 60_000, by: step))
        var (struck, halfPacks) = (0, 0)
        for bytes in counts {
            let (isStruck, isInPack) = try await kill(after: bytes, scene)
            struck += isStruck ? 1 : 0
            halfPacks += isInPack ? 1 : 0
        }
        print("fetch: killed \(struck) times in the answer, \(halfPacks) times in the pack")
        #expect(struck > counts.count / 2)
        #expect(halfPacks > counts.count / 3)
    }

    /// Whether the worker was killed before it was done, and whether it had begun a pack.
    private func kill(after bytes: Int, _ scene: Scene) async throws -> (Bool, Bool) {
        let watched = try scene.template.withCopyOfMirror()
        watched.server.behave(.stallsInPack(after: bytes))
        let known = try watched.packs().count
        let source = try watched.source()
        let poll = Task { try await source.poll() }
        try await eventually("a request for a pack") {
            watched.server.requests.contains { $0.hasPrefix("POST") }
        }
        let hasBegun = { try watched.leftovers().contains { $0.contains("pack_git2") } }
        // What was sent has to arrive; the pack comes behind what the server tells of it.
        if bytes > 3000 {
            try await eventually("a part of the pack") {
                try watched.packs().count > known || hasBegun()
            }
        }
        for worker in try watched.workers() { Glibc.kill(worker, SIGKILL) }
        let outcome = await poll.result
        try await scene.check(GitRepository(at: watched.copy))
        try watched.checkConnectivity()
        let isInPack = try hasBegun()
        watched.server.behave(.honest)
        #expect(try await watched.source().poll().tip == scene.tip)
        #expect(try watched.leftovers().isEmpty)
        try watched.checkConnectivity()
        guard case .failure(let error) = outcome else {
            #expect(bytes > 20_000, "The whole answer was sent.")
            return (false, isInPack)
        }
        #expect("\(error)".contains("signal 9"), "\(error)")
        return (true, isInPack)
    }
}

extension MirrorLimits {
    /// Lets every mirror be fetched anew.
    static let renewing = MirrorLimits(packs: 1, mergedObjects: 100_000, growth: 0, smallSize: 0)
}
