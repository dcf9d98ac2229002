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
        let aside = "\(upstream.folder.path)/.w.incoming"
        defer { umount2("\(aside)/mounted", Int32(MNT_DETACH)) }
        let made = try Checkout(of: second, from: store, at: place).perform()
        #expect(try content("\(place)/a") == "2")
        #expect(made.leftBehind.count == 1)
        #expect(made.leftBehind.first?.hasPrefix("What w was before stays on the disk: ") == true)
        // Nothing but the place that could not be removed is left of it.
        #expect(try FileManager.default.contentsOfDirectory(atPath: aside) == ["mounted"])
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
