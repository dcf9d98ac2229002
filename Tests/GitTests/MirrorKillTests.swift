import Foundation
import Glibc
import Testing

@testable import Git

/// Which points of a sweep are tried.
private enum Sweep {
    /// One point of so many; every single one with `UPREV_KILL_EVERY=1`, which takes minutes.
    static let step = Int(ProcessInfo.processInfo.environment["UPREV_KILL_EVERY"] ?? "") ?? 11
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
        var point = 1 + (Work.allCases.firstIndex(of: work) ?? 0) * 2 % Sweep.step
        while try await isKilled(before: point, scene) { point += Sweep.step }
        #expect(point > 10, "The worker changed files \(point) times.")
    }

    /// Whether there is such a point at all.
    private func isKilled(before point: Int, _ scene: Scene) async throws -> Bool {
        let watched = try scene.template.withCopyOfMirror()
        do {
            try await scene.perform(with: watched.sourceKilled(before: point))
            return false
        } catch let error as GitError {
            #expect(error.description.contains("signal 9"), "\(point): \(error)")
            #expect(error.disposition == .waiting)
        }
        #expect(try watched.workers().isEmpty)
        // Before anybody mends anything, what could be read can be read.
        if scene.work != .clone {
            try await scene.check(GitRepository(at: watched.copy))
            if scene.work != .rebuild { try watched.checkConnectivity() }
        }
        // A second kill, while the first one's leavings are mended.
        let mending = try watched.sourceKilled(before: point * 7 % 15 + 1)
        await mending.keep(Set(scene.readable.map(\.0)))
        let isMended = (try? await mending.poll()) != nil
        let later = try watched.leftovers()
        let source = try watched.source()
        await source.keep(Set(scene.readable.map(\.0)))
        let revision = try await source.poll()
        #expect(revision.tip == scene.tip, "\(point)")
        if !isMended {
            let isTold = !revision.mirrorNotes.isEmpty
            #expect(isTold == !later.isEmpty, "\(point): \(later)")
        }
        #expect(try watched.leftovers().isEmpty, "\(point)")
        try watched.checkConnectivity()
        try watched.checkCopy()
        try await scene.check(revision.repository)
        if [.merge, .renew].contains(scene.work) {
            try await scene.perform(with: try watched.source())
            // The first pack is larger than the others together, and stays.
            if scene.work == .merge { #expect(try watched.packs().count == 2) }
            try await scene.check(GitRepository(at: watched.copy))
        }
        return true
    }

    @Test(
        "At any moment while a pack comes in, it leaves the former tip, and a mirror that goes on")
    func inPack() async throws {
        let scene = try await Scene(.fetch)
        let counts =
            [0, 1, 200, 300, 400] + Array(stride(from: 500, to: 60_000, by: 250 * Sweep.step))
        for bytes in counts {
            let watched = try scene.template.withCopyOfMirror()
            watched.server.behave(.stallsInPack(after: bytes))
            let source = try watched.source()
            let poll = Task { try await source.poll() }
            while watched.server.requests.filter({ $0.hasPrefix("POST") }).isEmpty {
                try await Task.sleep(for: .milliseconds(2))
            }
            // What was sent has to arrive, at least in most of the runs.
            try await Task.sleep(for: .milliseconds(10))
            for worker in try watched.workers() { kill(worker, SIGKILL) }
            let outcome = await poll.result
            try await scene.check(GitRepository(at: watched.copy))
            try watched.checkConnectivity()
            watched.server.behave(.honest)
            #expect(try await watched.source().poll().tip == scene.tip)
            #expect(try watched.leftovers().isEmpty)
            try watched.checkConnectivity()
            // The whole answer was sent.
            if case .success = outcome { return #expect(bytes > 20_000) }
        }
    }

    @Test("At any time, counted from its start", arguments: [Work.clone, .fetch, .rebuild, .renew])
    func times(work: Work) async throws {
        let scene = try await Scene(work)
        for milliseconds in stride(from: 0, through: 60, by: 3 * Sweep.step / 2 + 1) {
            let watched = try scene.template.withCopyOfMirror()
            let task = Task { try await scene.perform(with: watched.source()) }
            try await Task.sleep(for: .milliseconds(milliseconds))
            for worker in try watched.workers() { kill(worker, SIGKILL) }
            _ = await task.result
            if work != .clone { try await scene.check(GitRepository(at: watched.copy)) }
            let source = try watched.source()
            await source.keep(Set(scene.readable.map(\.0)))
            #expect(try await source.poll().tip == scene.tip)
            #expect(try watched.leftovers().isEmpty)
            try watched.checkConnectivity()
            try await scene.check(GitRepository(at: watched.copy))
        }
    }
}

extension MirrorLimits {
    /// Lets every mirror be fetched anew.
    static let renewing = MirrorLimits(packs: 1, mergedObjects: 100_000, growth: 0, smallSize: 0)
}
