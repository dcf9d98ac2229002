import Foundation
import Glibc
import Testing

@testable import Git

@Suite("Sharing objects with a source that changes or cannot be read")
struct ObjectLinksTests {
    private let upstream: Upstream
    private let folder: TestFolder

    init() throws {
        upstream = try Upstream()
        try upstream.commit(["a": "1", "b": Upstream.incompressible(1)])
        try upstream.git("repack", "-a", "-d", "--quiet")
        folder = try TestFolder()
    }

    private var objects: String { "\(upstream.path)/.git/objects" }

    private func links() throws -> ObjectLinks {
        try ObjectLinks(of: LocalRepository(at: upstream.path))
    }

    private func target(_ name: String) throws -> String {
        let path = "\(folder.path)/\(name)"
        try FileManager.default.createDirectory(
            atPath: "\(path)/pack", withIntermediateDirectories: true)
        return path
    }

    private func packs(in directory: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(directory)/pack")
            .filter { $0.hasSuffix(".pack") || $0.hasSuffix(".idx") }.sorted()
    }

    @Test("Objects that are away for a moment, as while a mirror is replaced, are waited for")
    func awayForAMoment() throws {
        let links = try links()
        let target = try target("objects")
        try #require(rename(objects, "\(objects).aside") == 0)
        // A thread of its own: this one waits without giving way.
        Thread.detachNewThread { [objects] in
            usleep(30_000)
            rename("\(objects).aside", objects)
        }
        #expect(try links.share(into: target) == 0)
        #expect(try packs(in: target) == packs(in: objects))
        #expect(try packs(in: target).count == 2)
    }

    @Test(
        "Objects that stay away are an error that says so and is tried again",
        arguments: [
            "", "/pack",
        ])
    func away(part: String) throws {
        let links = try links()
        try #require(rename(objects, "\(objects).aside") == 0)
        if part == "/pack" {
            // A name without what it names, as in the middle of a removal.
            try FileManager.default.createDirectory(
                atPath: objects, withIntermediateDirectories: false)
            try FileManager.default.createSymbolicLink(
                atPath: "\(objects)/pack", withDestinationPath: "\(objects)/nothing")
        }
        let target = try target("objects")
        #expect {
            _ = try links.share(into: target)
        } throws: {
            let error = $0 as? GitError
            return error?.disposition == .waiting && error?.description.contains(objects) == true
        }
    }

    @Test("The remains of a pack, an index alone, are not taken")
    func indexAlone() throws {
        let whole = try packs(in: objects)
        let index = try #require(whole.first { $0.hasSuffix(".idx") })
        let alone = "pack-\(String(repeating: "0", count: 40)).idx"
        try FileManager.default.copyItem(
            atPath: "\(objects)/pack/\(index)", toPath: "\(objects)/pack/\(alone)")
        let target = try target("objects")
        #expect(try links().share(into: target) == 0)
        #expect(try packs(in: target) == whole)
    }

    @Test("Objects that are borrowed from a place that is not there name that place")
    func alternate() throws {
        try write("/nonexistent/objects\n", to: "\(objects)/info/alternates")
        let target = try target("objects")
        #expect {
            _ = try links().share(into: target)
        } throws: {
            let error = $0 as? GitError
            return error?.disposition == .waiting
                && error?.description.contains("/nonexistent/objects") == true
        }
        try #require(unlink("\(objects)/info/alternates") == 0)
        try FileManager.default.createDirectory(
            atPath: "\(objects)/info/alternates", withIntermediateDirectories: false)
        #expect(throws: GitError.self) { try links() }
    }

    @Test(
        "Where a link fails against all appearances, a copy that does not fit is not begun",
        .enabled(if: getuid() == 0, "mounting needs root"))
    func copyWithoutRoom() throws {
        let disk = "\(folder.path)/disk"
        let bound = "\(folder.path)/bound"
        for path in [disk, bound] {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        }
        try #require(mount("tmpfs", disk, "tmpfs", 0, "size=2m") == 0)
        defer { umount2(disk, Int32(MNT_DETACH)) }
        // The same device, and yet no link leads across.
        try #require(mount(disk, bound, nil, UInt(MS_BIND), nil) == 0)
        defer { umount2(bound, Int32(MNT_DETACH)) }
        let source = "\(disk)/source.git"
        try upstream.git("clone", "--quiet", "--bare", "--no-local", upstream.url, source)
        let commit = try upstream.head()
        let store = try LocalRepository(at: source)
        let space = try #require(DiskSpace(at: disk))
        let filler = open("\(disk)/filler", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        try #require(posix_fallocate(filler, 0, space.free - 250 << 10) == 0)
        close(filler)
        #expect(try ObjectLinks(of: store).bytesToCopy(into: bound) == 0)
        #expect {
            try Checkout(of: commit, from: store, at: "\(bound)/w").perform()
        } throws: {
            ($0 as? GitError)?.kind == .diskFull
        }
        #expect(try #require(DiskSpace(at: disk)).free >= 240 << 10)
        try #require(unlink("\(disk)/filler") == 0)
        try Checkout(of: commit, from: store, at: "\(bound)/w").perform()
        try CheckedOut("\(bound)/w").git("fsck", "--full", "--no-dangling")
    }
}
