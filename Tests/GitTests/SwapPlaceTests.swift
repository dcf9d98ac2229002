import Foundation
import Glibc
import Testing

@testable import Git

@Suite("A directory that is replaced as a whole")
struct SwapPlaceTests {
    @Test(
        "What is left of the old one is told, and the new one stands",
        .enabled(if: getuid() == 0, "mounting needs root"))
    func leftover() throws {
        let upstream = try Upstream()
        let first = try upstream.commit(["a": "1"])
        let second = try upstream.commit(["a": "2"])
        let store = try LocalRepository(at: upstream.path)
        let place = "\(upstream.folder.path)/w"
        #expect(try Checkout(of: first, from: store, at: place).perform().leftBehind == [])
        let disk = "\(place)/mounted"
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        try #require(mount("tmpfs", disk, "tmpfs", 0, "size=1m") == 0)
        defer { unmountAll(in: upstream.folder.path) }
        let made = try Checkout(of: second, from: store, at: place).perform()
        #expect(try content("\(place)/a") == "2")
        #expect(made.leftBehind.count == 1)
        #expect(made.leftBehind.first?.hasPrefix("What w was before stays on the disk: ") == true)
        // Nothing but the place that could not be removed is left of it.
        let left = try #require(leftovers(in: upstream.folder.path).first)
        #expect(MirrorFiles.names(in: "\(upstream.folder.path)/\(left)") == ["mounted"])
        // It stays for good, and is in nobody's way.
        let again = try Checkout(of: first, from: store, at: place).perform()
        #expect(again.leftBehind == [])
        #expect(try content("\(place)/a") == "1")
        #expect(leftovers(in: upstream.folder.path) == [left])
        unmountAll(in: upstream.folder.path)
        #expect(try SwapPlace(place).sweep().count == 1)
        #expect(leftovers(in: upstream.folder.path) == [])
    }

    @Test(
        "What a killed process left is told once when it cannot be removed, and no poll minds",
        .enabled(if: getuid() == 0, "mounting needs root"))
    func polled() async throws {
        let upstream = try Upstream()
        try upstream.commit(["a": "1"])
        let watched = try WatchedSource(upstream)
        let source = try watched.source()
        _ = try await source.poll()
        let disk = "\(watched.mirror)/.repository.git.incoming/mounted"
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        try #require(mount("tmpfs", disk, "tmpfs", 0, "size=1m") == 0)
        defer { unmountAll(in: watched.mirror) }
        let tip = try upstream.commit(["a": "2"])
        let revision = try await source.poll()
        #expect(revision.tip == tip)
        #expect(revision.mirrorNotes.count == 1)
        #expect(revision.mirrorNotes.first?.contains("stays on the disk") == true)
        #expect(try await source.poll().mirrorNotes == [])
        // A new copy needs the place beside the old one.
        try FileManager.default.removeItem(atPath: "\(watched.copy)/HEAD")
        #expect(try await source.poll().mirrorRebuilt != nil)
        try watched.checkCopy()
    }

    private func leftovers(in folder: String) -> [String] {
        MirrorFiles.names(in: folder).filter { $0.hasPrefix(".") }
    }

    private func unmountAll(in folder: String) {
        for name in leftovers(in: folder) {
            umount2("\(folder)/\(name)/mounted", Int32(MNT_DETACH))
        }
    }

    @Test("A failure changes nothing and leaves nothing, whatever was written until then")
    func failure() throws {
        let folder = try TestFolder()
        let place = try SwapPlace("\(folder.path)/w")
        try FileManager.default.createDirectory(
            atPath: place.directory, withIntermediateDirectories: true)
        try write("old", to: "\(place.directory)/a")
        let error = #expect(throws: GitError.self) {
            try place.replace { incoming throws(GitError) in
                try MirrorFiles.create("\(incoming)/d")
                chmod("\(incoming)/d", 0o500)
                throw .worker("it is over")
            }
        }
        #expect(error?.kind == .workerFailed)
        #expect(try content("\(place.directory)/a") == "old")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["w"])
    }
}
