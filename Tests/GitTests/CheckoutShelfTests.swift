import Foundation
import Glibc
import Testing

@testable import Git

@Suite("Checkouts of runs")
struct CheckoutShelfTests {
    private let upstream: Upstream
    private let repository: GitRepository
    private let shelf: CheckoutShelf
    private let first: CommitID
    private let second: CommitID

    init() throws {
        upstream = try Upstream()
        first = try upstream.commit(["a": "1"])
        second = try upstream.commit(["a": "2"])
        repository = try GitRepository(at: upstream.path)
        shelf = CheckoutShelf(directory: "\(upstream.folder.path)/checkouts/sol")
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: shelf.directory).sorted()
    }

    @Test("A run finds its checkout as it left it, and only the newest run's stays")
    func newest() async throws {
        let made = try await repository.checkOut(first, for: "sol-1", on: shelf)
        #expect(made.isNew)
        try write("output", to: "\(made.path)/built")
        let again = try await repository.checkOut(first, for: "sol-1", on: shelf)
        #expect(again.path == made.path && !again.isNew)
        #expect(try content("\(made.path)/built") == "output")
        for left in [".sol-1-\(first.short).incoming", ".removing-sol-0-x", "sol-0-x", "stray"] {
            try FileManager.default.createDirectory(
                atPath: "\(shelf.directory)/\(left)/d", withIntermediateDirectories: true)
        }
        let next = try await repository.checkOut(second, for: "sol-2", on: shelf)
        #expect(next.leftBehind == [])
        #expect(try names() == ["sol-2-\(second.short)"])
        #expect(try content("\(next.path)/a") == "2")
        var status = stat()
        #expect(stat(shelf.directory, &status) == 0 && status.st_mode & 0o777 == 0o700)
        #expect(try await repository.clear(shelf) == [])
        #expect(!exists(shelf.directory))
        #expect(try await repository.clear(shelf) == [])
    }

    @Test("A checkout of another commit never passes for that of a run with the same number")
    func sameNumber() async throws {
        let old = try await repository.checkOut(first, for: "sol-1", on: shelf)
        let new = try await repository.checkOut(second, for: "sol-1", on: shelf)
        #expect(new.isNew)
        #expect(try content("\(new.path)/a") == "2")
        #expect(!exists(old.path))
    }

    @Test(
        "What cannot be removed is told, and holds no run up",
        .enabled(if: getuid() == 0, "mounting needs root"))
    func stuck() async throws {
        let old = try await repository.checkOut(first, for: "sol-1", on: shelf)
        let disk = "\(old.path)/mounted"
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        try #require(mount("tmpfs", disk, "tmpfs", 0, "size=1m") == 0)
        defer { umount2("\(shelf.directory)/.removing-sol-1-\(first.short)/mounted", 2) }
        let new = try await repository.checkOut(second, for: "sol-2", on: shelf)
        #expect(try content("\(new.path)/a") == "2")
        #expect(new.leftBehind.count == 1)
        #expect(new.leftBehind.first?.contains("sol-1") == true)
        // What is left of it has lost its name, so that nobody takes it for a checkout.
        #expect(!exists(old.path))
    }

    @Test("Folders that forbid writing, odd names and deep trees go, and no link is followed")
    func anything() async throws {
        let outside = try TestFolder()
        try write("kept", to: "\(outside.path)/kept")
        let folder = try TestFolder()
        let root = "\(folder.path)/tree"
        let deep = root + String(repeating: "/d", count: 300)
        try FileManager.default.createDirectory(atPath: deep, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: "\(root)/link", withDestinationPath: outside.path)
        let odd = Array("\(root)/".utf8) + [0xFF, 0xFE]
        #expect(mkdir(odd.map { CChar(bitPattern: $0) } + [0], 0o777) == 0)
        try write("x", to: "\(deep)/file")
        for path in [deep, "\(root)/d/d", "\(root)/d", root] { chmod(path, 0o500) }
        chmod("\(root)/d/d/d", 0o000)
        // Root may do anything, so it is done by somebody who may not.
        if getuid() == 0 {
            let chown = ChildProcess(
                executable: "/bin/chown", arguments: ["-hR", "65534:65534", folder.path],
                environment: [:])
            _ = try chown.run(input: [], deadline: .now.advanced(by: .seconds(60)))
        }
        await #expect(processExitsWith: .success) { [root = root as String] in
            if getuid() == 0 { try #require(setgid(65534) == 0 && setuid(65534) == 0) }
            try #require(try FileRemoval.remove(root))
            try #require(try !FileRemoval.remove(root))
        }
        #expect(!exists(root))
        #expect(try content("\(outside.path)/kept") == "kept")
    }

    @Test("A tree of any depth goes with a handful of descriptors", arguments: [1, 50, 2_000])
    func deep(levels: Int) async throws {
        let folder = try TestFolder()
        var current = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        for _ in 0..<levels {
            let file = openat(current, "file", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
            try #require(file >= 0 && close(file) == 0)
            for name in ["a", "deep", "z"] { try #require(mkdirat(current, name, 0o500) == 0) }
            let next = openat(current, "deep", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            try #require(next >= 0 && fchmod(next, 0o700) == 0)
            close(current)
            current = next
        }
        close(current)
        await #expect(processExitsWith: .success) { [root = folder.path as String] in
            let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
            var limit = rlimit()
            try #require(getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
            limit.rlim_cur = rlim_t(open + 8)
            try #require(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
            for name in ["a", "z", "file", "deep"] {
                try #require(try FileRemoval.remove("\(root)/\(name)"))
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }

    @Test(
        "Removal goes on behind what cannot be removed, and tells the first reason",
        .enabled(if: getuid() == 0, "becoming somebody who may do less needs root"))
    func partly() async throws {
        let folder = try TestFolder()
        for name in ["a", "b/c/stays", "b/d", "e"] {
            try FileManager.default.createDirectory(
                atPath: "\(folder.path)/tree/\(name)", withIntermediateDirectories: true)
            try write("x", to: "\(folder.path)/tree/\(name)/file")
        }
        chown(folder.path, 65534, 65534)
        for name in ["", "/a", "/b", "/b/d", "/e"] {
            chown("\(folder.path)/tree\(name)", 65534, 65534)
        }
        await #expect(processExitsWith: .success) { [root = folder.path as String] in
            try #require(setgid(65534) == 0 && setuid(65534) == 0)
            let error = #expect(throws: GitError.self) { try FileRemoval.remove("\(root)/tree") }
            try #require(error?.description.contains("Permission denied") == true)
        }
        let left = try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
        #expect(left == ["tree", "tree/b", "tree/b/c", "tree/b/c/stays", "tree/b/c/stays/file"])
    }
}
