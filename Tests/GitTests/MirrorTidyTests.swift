import Foundation
import Glibc
import Testing

@testable import Git

@Suite("Tidying a mirror")
struct MirrorTidyTests {
    /// A mirror with a pack for each of so many commits, of which one is on no branch any more.
    private func piledUp(_ count: Int) async throws -> (WatchedSource, [CommitID], CommitID) {
        let upstream = try Upstream()
        let watched = try WatchedSource(upstream)
        var commits = [try upstream.commit(["a": "1", "b": Upstream.incompressible(1)])]
        _ = try await watched.poll()
        let dropped = try upstream.commit(["a": "dropped", "c": Upstream.incompressible(2)])
        _ = try await watched.poll()
        try upstream.git("reset", "--quiet", "--hard", "\(commits[0])")
        for number in 2..<count {
            commits.append(try upstream.commit(["a": "\(number)"]))
            _ = try await watched.poll()
        }
        return (watched, commits, dropped)
    }

    @Test("Packs that piled up become few without the server, and no commit is lost")
    func merge() async throws {
        let (watched, commits, dropped) = try await piledUp(8)
        let source = try watched.source()
        let loose = try Upstream.git(
            ["-C", watched.copy, "hash-object", "-w", "--stdin"], input: Array("loose".utf8),
            home: watched.state.path)
        watched.server.behave(.closes(after: 0))
        let told = try #require(try await source.tidy(at: MirrorLimits(packs: 4)))
        #expect(told.contains("8 packs"))
        #expect(try watched.packs().count <= 2)
        let name = String(decoding: loose, as: UTF8.self).filter(\.isHexDigit)
        _ = try Upstream.git(["-C", watched.copy, "cat-file", "-e", name], home: watched.copy)
        try watched.checkConnectivity()
        try watched.checkCopy()
        let repository = try await source.repository()
        for (index, commit) in commits.enumerated() {
            #expect(try await repository.text(at: "a", of: commit) == "\(index + 1)")
        }
        #expect(try await repository.text(at: "a", of: dropped) == "dropped")
        #expect(try await source.tidy(at: MirrorLimits(packs: 4)) == nil)

        watched.server.behave(.honest)
        let tip = try watched.upstream.commit(["a": "next"])
        #expect(try await watched.poll().tip == tip)
        let posts = watched.server.requests.filter { $0.hasPrefix("POST") }
        #expect(posts.count == 9, "One more fetch, and not of everything.")
        #expect(try watched.packs().count <= 3)
    }

    @Test("A mirror out of proportion is fetched anew, with the commits that are still needed")
    func renew() async throws {
        let (watched, commits, dropped) = try await piledUp(6)
        let source = try watched.source()
        _ = try await source.poll()
        await source.keep([dropped, commits[0]])
        let told = try #require(try await source.tidy(at: .renewing))
        #expect(told.contains("fetched anew, since it had grown"))
        let repository = try await source.repository()
        #expect(try await repository.text(at: "a", of: dropped) == "dropped")
        #expect(try await !repository.isAncestor(dropped, of: commits[4]))
        #expect(try await repository.isAncestor(commits[0], of: dropped))
        #expect(try watched.packs().count == 2)
        try watched.checkConnectivity()
        try watched.checkCopy()
        let notes = try await source.poll().mirrorNotes
        #expect(notes.isEmpty)

        await source.keep([])
        _ = try await source.tidy(at: .renewing)
        #expect(try watched.packs().count == 1)
        let error = try await gitError { try await source.repository().commit(dropped) }
        #expect(error.kind == .commitMissing)
    }

    @Test("The tip that the agent knows stays when a renewal finds a rewritten branch")
    func rewrittenMeanwhile() async throws {
        let (watched, commits, _) = try await piledUp(4)
        let source = try watched.source()
        let known = try await source.poll().tip
        try watched.upstream.git("reset", "--quiet", "--hard", "\(commits[0])")
        let forced = try watched.upstream.commit(["a": "forced"])
        _ = try await source.tidy(at: .renewing)
        #expect(try await source.repository().text(at: "a", of: known) == "3")
        let revision = try await source.poll()
        #expect(revision.tip == forced)
        #expect(try await revision.repository.text(at: "a", of: known) == "3")
    }

    @Test("A renewal that would lose a needed commit is not made, and one that has none to lose is")
    func renewalWithLoss() async throws {
        let (watched, _, dropped) = try await piledUp(4)
        let absent = try #require(CommitID(String(repeating: "1", count: 40)))
        try watched.spoil(try watched.upstream.git("rev-parse", "\(dropped):c"))
        let packs = try watched.packs()
        let source = try watched.source()
        await source.keep([dropped])
        let error = try await gitError { try await source.tidy(at: .renewing) }
        #expect(error.disposition == .waiting)
        #expect(error.description.contains("Commit \(dropped.short), which is still needed"))
        #expect(try watched.packs() == packs)
        #expect(try watched.leftovers().isEmpty)
        await source.keep([absent])
        let told = try await source.tidy(at: .renewing)
        #expect(told != nil)
        #expect(try watched.packs().count == 1)
    }

    @Test("A poll says when it is due; it is tried in a pause, and not again soon when it fails")
    func due() async throws {
        let (watched, _, _) = try await piledUp(3)
        let source = try watched.source()
        _ = try await source.poll()
        #expect(try await source.tidy(within: .seconds(60)) == nil, "Three packs are no pile.")
        try watched.pileUp(205)
        _ = try await source.poll()
        try watched.replaceProgram(by: "/bin/false")
        let error = try await gitError { try await source.tidy(within: .seconds(60)) }
        #expect(error.kind == .workerFailed)
        try watched.replaceProgram()
        _ = try await source.poll()
        #expect(try await source.tidy(within: .seconds(60)) == nil, "It was tried just now.")
        #expect(try watched.packs().count > 200)

        let restarted = try watched.source()
        _ = try await restarted.poll()
        let told = try await restarted.tidy(within: .seconds(60))
        #expect(told?.contains("208 packs") == true, "\(told ?? "")")
        #expect(try watched.packs().count < 5)
        _ = try await restarted.poll()
        #expect(try await restarted.tidy(within: .seconds(60)) == nil)
        try watched.checkCopy()
    }

    @Test("Cancelling it leaves the mirror as it was, and no child")
    func cancelled() async throws {
        let (watched, _, _) = try await piledUp(3)
        let packs = try watched.packs()
        let source = try watched.source()
        let lock = open("\(watched.mirror)/lock", O_RDWR | O_CLOEXEC)
        try #require(flock(lock, LOCK_EX | LOCK_NB) == 0)
        let task = Task { try await source.tidy(at: MirrorLimits(packs: 1)) }
        while try watched.workers().isEmpty { try await Task.sleep(for: .milliseconds(2)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        close(lock)
        #expect(try watched.workers().isEmpty)
        #expect(try watched.packs() == packs)
        #expect(try await source.poll().tip == (try watched.upstream.head()))
    }

    @Test(
        "Pauses between tries double up to six hours, and a try that was late gets twice the time")
    func pauses() {
        var chores = MirrorChores()
        var now = ContinuousClock.now
        #expect(chores.begin(within: .seconds(5), limit: .seconds(60), now: now) == nil)
        chores.isDue = true
        var pauses: [Duration] = []
        var times: [Duration] = []
        for _ in 1...8 {
            let begun = now
            while true {
                if let time = chores.begin(within: .seconds(20), limit: .seconds(100), now: now) {
                    times.append(time)
                    break
                }
                now = now.advanced(by: .seconds(60))
            }
            pauses.append(now - begun)
            chores.wasLate()
        }
        #expect(pauses.map(\.components.seconds) == [0, 600, 1200, 2400, 4800, 9600, 19200, 21600])
        #expect(times.map(\.components.seconds) == [20, 40, 80, 100, 100, 100, 100, 100])
        chores.succeed()
        chores.isDue = true
        #expect(chores.begin(within: .seconds(5), limit: .seconds(60), now: now) == .seconds(15))
    }

    @Test("A directory is listed whole, however many names it holds, and none when it is not there")
    func listing() throws {
        let folder = try TestFolder()
        let names = (1...1500).map { "pack-\($0)" + String(repeating: "x", count: 40) }.sorted()
        for name in names { try write("", to: "\(folder.path)/\(name)") }
        #expect(try MirrorFiles.list(folder.path) == names)
        #expect(try MirrorFiles.list("\(folder.path)/none").isEmpty)
    }

    @Test("A file:// source has nothing to tidy")
    func local() async throws {
        let upstream = try Upstream()
        try upstream.commit()
        let source = GitSource(
            url: try RemoteURL(upstream.url), branch: try BranchName("main"),
            mirrorDirectory: "/nonexistent/mirror")
        _ = try await source.poll()
        #expect(try await source.tidy(at: .renewing) == nil)
    }
}

extension WatchedSource {
    /// Adds packs of one object each to the mirror.
    func pileUp(_ count: Int) throws {
        for number in 1...count {
            let object = try Upstream.git(
                ["-C", copy, "hash-object", "-w", "--stdin"], input: Array("pile \(number)".utf8),
                home: state.path)
            _ = try Upstream.git(
                ["-C", copy, "pack-objects", "-q", "\(copy)/objects/pack/pack"], input: object,
                home: state.path)
        }
        _ = try Upstream.git(["-C", copy, "prune-packed", "-q"], home: state.path)
    }
}
