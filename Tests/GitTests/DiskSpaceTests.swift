import Foundation
import Glibc
import Testing

@testable import Git

@Suite("Room for checkouts")
struct DiskSpaceTests {
    private func refusal(_ space: DiskSpace, _ size: TreeSize) throws -> GitError? {
        let commit = try #require(CommitID(String(repeating: "1", count: 40)))
        do throws(GitError) {
            try space.requireRoom(for: size, of: commit, in: "/place")
            return nil
        } catch {
            return error
        }
    }

    @Test("A tree fits with its Git directory and a reserve for others, or is told what it lacks")
    func room() throws {
        let size = TreeSize(bytes: 100 << 20, entries: 1000)
        let rest = 1000 * DiskSpace.indexEntry + DiskSpace.gitDirectory
        let needed = size.bytes + rest + DiskSpace.reserve
        #expect(try refusal(DiskSpace(free: needed, total: 1 << 40, freeEntries: nil), size) == nil)
        let error = try refusal(
            DiskSpace(free: needed - 1, total: 1 << 40, freeEntries: nil), size)
        #expect(error?.kind == .diskFull)
        #expect(error?.disposition == .waiting)
        #expect(error?.description.contains("needs 101 MiB") == true)
        // A small disk keeps a smaller reserve.
        let small = DiskSpace(free: size.bytes + rest + 10, total: 200, freeEntries: 1000)
        #expect(try refusal(small, size) == nil)
        let few = DiskSpace(free: 1 << 40, total: 1 << 41, freeEntries: 999)
        #expect(try refusal(few, size)?.description.contains("1000 files, and 999") == true)
    }

    @Test("A tree is added up in whole blocks, from the headers alone")
    func size() throws {
        let source = try Upstream()
        let commit = try source.commit(
            ["a": "", "b": "x", "d/c": String(repeating: "y", count: 4097), "d/e": "z"])
        let repository = try LocalRepository(at: source.path)
        let tree = try source.git("rev-parse", "\(commit)^{tree}")
        let oid = try #require(CommitID(tree)).oid
        let size = try TreeSize(of: oid, in: repository)
        #expect(size == TreeSize(bytes: 4096 + 4096 + 8192 + 4096, entries: 5))
    }

    @Test(
        "On a disk that is too small nothing is written", .enabled(if: getuid() == 0, "needs root"))
    func tooSmall() throws {
        let source = try Upstream()
        let commit = try source.commit(["big": String(repeating: "x", count: 3 << 20)])
        let disk = "\(source.folder.path)/disk"
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        try #require(mount("tmpfs", disk, "tmpfs", 0, "size=2m") == 0)
        defer { umount2(disk, Int32(MNT_DETACH)) }
        let repository = try LocalRepository(at: source.path)
        let error = #expect(throws: GitError.self) {
            try Checkout(of: commit, from: repository, at: "\(disk)/checkout").perform()
        }
        #expect(error?.kind == .diskFull)
        #expect(try FileManager.default.contentsOfDirectory(atPath: disk).isEmpty)
        let small = try source.commit(["big": "small"])
        try Checkout(of: small, from: repository, at: "\(disk)/checkout").perform()
        #expect(try content("\(disk)/checkout/big") == "small")
    }
}
