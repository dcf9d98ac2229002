import Foundation
import Glibc
import Testing

@testable import Git

@Suite("Checkouts and the repository that they came from")
struct CheckoutKeepingTests {
    private static let canMount = getuid() == 0

    @discardableResult
    private func history(_ upstream: Upstream) throws -> CommitID {
        for number in 1...5 {
            try upstream.commit(["a": "\(number)", "d/\(number)": Upstream.incompressible(7)])
        }
        return try upstream.head()
    }

    @Test("Nothing that git does in a checkout changes a byte of the mirror")
    func mirror() async throws {
        let upstream = try Upstream()
        let commit = try history(upstream)
        let watched = try WatchedSource(upstream)
        let found = try await watched.poll()
        let place = "\(watched.state.path)/w"
        try await found.repository.checkOut(commit, into: place)
        let before = try snapshot(watched.copy)
        let checkedOut = try CheckedOut(place)
        try write("changed", to: "\(place)/a")
        try checkedOut.git("stash")
        try checkedOut.git("stash", "pop")
        try checkedOut.git("commit", "--quiet", "--all", "--message", "By a stage")
        try checkedOut.git("checkout", "--quiet", "--orphan", "other")
        try checkedOut.git("commit", "--quiet", "--message", "Unrelated")
        try checkedOut.git("reflog", "expire", "--expire=all", "--all")
        try checkedOut.git("gc", "--quiet", "--prune=now", "--aggressive")
        try checkedOut.git("repack", "-a", "-d", "-f", "--quiet")
        try checkedOut.git("maintenance", "run", "--task=gc", "--quiet")
        try checkedOut.git("multi-pack-index", "write")
        #expect(throws: Upstream.Failure.self) { try checkedOut.git("fetch", "origin") }
        #expect(throws: Upstream.Failure.self) { try checkedOut.git("pull") }
        try checkedOut.git("prune", "--expire=now")
        #expect(try snapshot(watched.copy) == before)
        try watched.checkCopy()
        #expect(!exists("\(place)/.git/objects/info/alternates"))
    }

    @Test("A checkout outlives a mirror that is fetched anew without its commit, or is gone")
    func rewritten() async throws {
        let upstream = try Upstream()
        let commit = try history(upstream)
        let watched = try WatchedSource(upstream)
        let source = try watched.source()
        let place = "\(watched.state.path)/w"
        try await source.poll().repository.checkOut(commit, into: place)

        try upstream.git("checkout", "--quiet", "--orphan", "new")
        try upstream.commit(["other": "1"])
        try upstream.git("branch", "--quiet", "--force", "main", "new")
        try upstream.git("reflog", "expire", "--expire=all", "--all")
        try upstream.git("gc", "--quiet", "--prune=now")
        try write("", to: "\(watched.copy)/HEAD")
        let found = try await source.poll()
        #expect(found.mirrorRebuilt != nil)
        try requireWhole(place, commit)
        try FileManager.default.removeItem(atPath: watched.copy)
        _ = try Upstream.git(
            ["clone", "--quiet", "--bare", "--single-branch", upstream.url, watched.copy],
            home: upstream.folder.path)
        #expect(throws: Upstream.Failure.self) {
            try Upstream.git(["-C", watched.copy, "cat-file", "-e", "\(commit)"], home: "/")
        }
        try requireWhole(place, commit)
        try FileManager.default.removeItem(atPath: watched.mirror)
        try requireWhole(place, commit)
        withExtendedLifetime(watched) {}
    }

    private func requireWhole(_ place: String, _ commit: CommitID) throws {
        let checkedOut = try CheckedOut(place)
        #expect(try checkedOut.git("status", "--porcelain") == "")
        #expect(try checkedOut.git("log", "-1", "--format=%H") == "\(commit)")
        #expect(try checkedOut.git("rev-list", "--count", "HEAD") == "5")
        try checkedOut.git("fsck", "--full", "--strict", "--no-dangling")
        try checkedOut.git("rm", "--quiet", "a")
        try checkedOut.git("reset", "--quiet", "--hard")
    }

    @Test("Objects that the source itself borrows arrive too, in a loose form and in packs")
    func borrowed() async throws {
        let upstream = try Upstream()
        try history(upstream)
        try upstream.git("gc", "--quiet")
        let folder = try TestFolder()
        let shared = "\(folder.path)/shared copy"
        _ = try Upstream.git(
            ["clone", "--quiet", "--shared", upstream.path, shared], home: folder.path)
        let copy = try CheckedOut(shared)
        try write("loose", to: "\(shared)/a")
        try copy.git("commit", "--quiet", "--all", "--message", "Loose")
        let commit = try #require(CommitID(try copy.git("rev-parse", "HEAD")))
        let place = "\(folder.path)/w"
        try await GitRepository(at: shared).checkOut(commit, into: place)
        try FileManager.default.removeItem(atPath: shared)
        try FileManager.default.removeItem(atPath: upstream.path)
        try CheckedOut(place).git("fsck", "--full", "--no-dangling")
        #expect(try CheckedOut(place).git("rev-list", "--count", "HEAD") == "6")
    }

    @Test(
        "On another disk the objects are copied, and must fit",
        .enabled(if: canMount, "mounting needs root"))
    func otherDisk() async throws {
        let upstream = try Upstream()
        let commit = try history(upstream)
        try upstream.commit(["huge": String(repeating: Upstream.incompressible(3), count: 1)])
        try upstream.git("gc", "--quiet")
        let disk = "\(upstream.folder.path)/disk"
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        try #require(mount("tmpfs", disk, "tmpfs", 0, "size=4m") == 0)
        defer { umount2(disk, Int32(MNT_DETACH)) }
        let repository = try GitRepository(at: upstream.path)
        try await repository.checkOut(commit, into: "\(disk)/w")
        try CheckedOut("\(disk)/w").git("fsck", "--full", "--no-dangling")
        let links = try ObjectLinks(of: LocalRepository(at: upstream.path))
        #expect(try links.bytesToCopy(into: disk) > 10_000)
        #expect(try links.bytesToCopy(into: upstream.folder.path) == 0)
    }

    @Test("A source that is packed anew all the while gives whole checkouts")
    func repacking() async throws {
        let upstream = try Upstream()
        let commit = try history(upstream)
        let expected = try upstream.entries(of: commit)
        let repository = try GitRepository(at: upstream.path)
        let folder = try TestFolder()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for round in 0..<12 {
                    try upstream.commit(["later": "\(round)"])
                    try upstream.git("repack", "-a", "-d", "-f", "--quiet")
                    try upstream.git("prune-packed", "--quiet")
                }
            }
            for number in 0..<12 {
                let place = "\(folder.path)/\(number)"
                try await repository.checkOut(commit, into: place)
                #expect(try CheckedOut(place).entries() == expected)
                try CheckedOut(place).git("fsck", "--full", "--no-dangling")
            }
            try await group.waitForAll()
        }
    }
}
