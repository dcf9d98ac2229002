import CLibgit2
import Foundation
import Glibc
import Testing

@testable import Git

@Suite("Loose objects that are huge, hidden, broken beside a pack, or lent")
struct LooseStoreTests {
    private let upstream: Upstream
    private let tip: CommitID
    private let path: String

    init() throws {
        upstream = try Upstream(inMemory: true)
        tip = try upstream.commit(["a": "one\n"])
        path = upstream.path
    }

    private func file(of revision: String) throws -> String {
        let id = try upstream.git("rev-parse", revision)
        return "\(path)/.git/objects/\(id.prefix(2))/\(id.dropFirst(2))"
    }

    /// Puts a file there that begins with a header, and has so many bytes.
    private func pretend(_ header: String, size: Int, at file: String) throws {
        _ = unlink(file)
        try Data(deflated(Array(header.utf8) + [0])).write(to: URL(fileURLWithPath: file))
        try #require(truncate(file, size) == 0)
    }

    @Test("A zero follows what is read, for parsers that go on to one")
    func terminated() throws {
        var file = try LooseFile.open(try file(of: "HEAD"))
        var sizes: [Int] = []
        let (header, bytes) = try file.content(
            allocate: { size in
                sizes.append(size)
                let bytes = malloc(size)
                if let bytes { memset(bytes, 0xFF, size) }
                return bytes
            }, release: { free($0) })
        defer { free(bytes) }
        #expect(sizes == [header.size + 1])
        #expect(bytes.load(fromByteOffset: header.size, as: UInt8.self) == 0)
        #expect(bytes.load(fromByteOffset: header.size - 1, as: UInt8.self) == 0x0A)
    }

    @Test("The largest number as size, in a file that has room for it, is told")
    func largestNumber() throws {
        let place = try file(of: "HEAD:a")
        let number = "9223372036854775807"
        try pretend("blob \(number)", size: 9_000_000_000_000_000, at: place)
        let error = #expect(throws: GitError.self) {
            let tree = try CommitTree(of: tip, in: try LocalRepository(at: path))
            return try tree.bytes(at: "a", limit: .max)
        }
        #expect(error?.kind == .tooLarge, "\(String(describing: error))")
        #expect(error?.description.contains(number) == true)
    }

    @Test("An object above the limit is told with its name, size and limit, and needs a person")
    func overLimit() throws {
        let place = try file(of: "HEAD:a")
        try pretend("blob 2147483648", size: 3 << 20, at: place)
        let error = try #require(
            #expect(throws: GitError.self) {
                let tree = try CommitTree(of: tip, in: try LocalRepository(at: path))
                return try tree.bytes(at: "a", limit: .max)
            })
        #expect(error.kind == .tooLarge, "\(error)")
        #expect(error.disposition == .stalled)
        let id = try upstream.git("rev-parse", "HEAD:a")
        for word in [path, id, "2147483648", "\(1 << 30)", place] {
            #expect(error.description.contains(word), "\(error)")
        }
    }

    @Test("A walk reads no huge commit or directory, only its header")
    func hugeInWalk() throws {
        let commit = try #require(CommitID(try upstream.git("rev-parse", "HEAD"))).oid
        let tree = try #require(CommitID(try upstream.git("rev-parse", "HEAD^{tree}"))).oid
        let places = (commit: try file(of: "HEAD"), tree: try file(of: "HEAD^{tree}"))
        try pretend("commit 20000000", size: 1 << 20, at: places.commit)
        try pretend("tree 100000000", size: 1 << 20, at: places.tree)
        let objects = try RawObjects(of: try LocalRepository(at: path))
        for (read, size) in [
            ({ () throws in _ = try objects.commit(commit) }, "20000000"),
            ({ () throws in try objects.withTree(tree) { _, _ in } }, "100000000"),
        ] as [(() throws -> Void, String)] {
            let error = #expect(throws: GitError.self) { try read() }
            #expect(error?.kind == .tooLarge, "\(String(describing: error))")
            #expect(error?.description.contains(size) == true)
        }
    }

    @Test(
        "A short hash is found in a pack, whatever is wrong with the loose copy",
        arguments: ["empty", "garbage", "other content", "pipe", "link to nothing"])
    func shortHash(damage: String) throws {
        let place = try file(of: "HEAD")
        try upstream.git("repack", "--quiet", "-a")
        try #require(exists(place))
        _ = unlink(place)
        switch damage {
        case "empty": try write("", to: place)
        case "garbage": try write("no object", to: place)
        case "other content":
            try Data(deflated(Array("blob 1\0x".utf8))).write(to: URL(fileURLWithPath: place))
        case "pipe": try #require(mkfifo(place, 0o644) == 0)
        default: try #require(symlink("/nonexistent/object", place) == 0)
        }
        for count in [7, 12, 39] {
            let store = try LocalRepository(at: path)
            #expect(try store.resolve(String(tip.description.prefix(count))) == tip)
        }
        // Also where both are borrowed.
        try upstream.git("clone", "--quiet", "--bare", "--shared", path, "\(path)/../borrower")
        let borrower = try LocalRepository(at: "\(path)/../borrower")
        #expect(try borrower.resolve(String(tip.description.prefix(9))) == tip)
    }

    @Test("What is in a pack and what is only loose are ambiguous together")
    func ambiguousTogether() throws {
        try upstream.git("repack", "--quiet", "-a")
        let place = try file(of: "HEAD")
        let name = (place as NSString).lastPathComponent
        let twin = (place as NSString).deletingLastPathComponent + "/\(name.dropLast())"
        let last = name.hasSuffix("0") ? "1" : "0"
        try FileManager.default.copyItem(atPath: place, toPath: twin + last)
        let store = try LocalRepository(at: path)
        let error = #expect(throws: GitError.self) {
            try store.resolve(String(tip.description.prefix(12)))
        }
        #expect(error?.kind == .revisionAmbiguous, "\(String(describing: error))")
    }

    @Test("Whatever has the objects is asked again when one is missing")
    func askedAgain() throws {
        let store = try LocalRepository(at: path)
        let database = try Handle("read objects", at: path, release: git_odb_free) {
            git_repository_odb(&$0, store.pointer)
        }
        let count = git_odb_num_backends(database.pointer)
        try #require(count == 2)
        for index in 0..<count {
            var backend: UnsafeMutablePointer<git_odb_backend>?
            try #require(git_odb_get_backend(&backend, database.pointer, index) == 0)
            #expect(backend?.pointee.refresh != nil)
        }
    }

    /// Root may read everything, so the repository is given to somebody who may not.
    private func giveAway() throws {
        guard geteuid() == 0 else { return }
        let chown = ChildProcess(
            executable: "/bin/chown", arguments: ["-hR", "65534:65534", upstream.folder.path],
            environment: [:])
        _ = try chown.run(input: [], deadline: .now.advanced(by: .seconds(60)))
    }

    @Test("A file or folder that may not be read is told as such, by full and by short name")
    func forbidden() async throws {
        let place = try file(of: "HEAD")
        try giveAway()
        await #expect(processExitsWith: .success) {
            [path = path as String, id = tip.description as String, place = place as String] in
            if geteuid() == 0 { try #require(setgid(65534) == 0 && setuid(65534) == 0) }
            let folder = (place as NSString).deletingLastPathComponent
            for (closed, rights) in [(place, mode_t(0o400)), (folder, mode_t(0o700))] {
                try #require(chmod(closed, 0) == 0)
                for name in [id, String(id.prefix(12))] {
                    let store = try LocalRepository(at: path)
                    let error = try #require(throws: GitError.self) { try store.resolve(name) }
                    try #require(error.kind == .fileSystem, "\(closed), \(name): \(error)")
                    try #require(error.description.contains(folder), "\(closed), \(name): \(error)")
                }
                try #require(chmod(closed, rights) == 0)
            }
            let store = try LocalRepository(at: path)
            try #require(try store.resolve(String(id.prefix(12))).description == id)
        }
    }
}
