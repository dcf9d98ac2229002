import Foundation
import Glibc
import Testing

@testable import Git

@Suite("Checkout")
struct CheckoutTests {
    private static let deep = (0..<100).map { "d\($0)" }.joined(separator: "/") + "/leaf"

    /// A commit with everything that a tree can hold, and one more after it.
    private func richCommit(_ upstream: Upstream) throws -> CommitID {
        try upstream.commit([
            "a": "1", "tool": "#!/bin/sh\n", "dir/b": "2", Self.deep: "deep", "two\nlines": "3",
            ".gitattributes": "*.txt text eol=crlf\n* filter=evil\n", "x.txt": "line\n",
        ])
        try upstream.git("update-index", "--chmod=+x", "tool")
        for (name, target) in [("dir/up", "../a"), ("to-dir", "./dir"), ("dangling", "none")] {
            let blob = try upstream.blob(target)
            try upstream.git("update-index", "--add", "--cacheinfo", "120000,\(blob),\(name)")
        }
        let module = try upstream.head()
        try upstream.git("update-index", "--add", "--cacheinfo", "160000,\(module),module")
        try upstream.git("commit", "--quiet", "--message", "Links")
        let commit = try upstream.head()
        try upstream.git("reset", "--quiet", "--hard")
        try upstream.commit(["a": "later"])
        return commit
    }

    @Test("A checkout is exactly the tree, with modes and links, and without filters")
    func faithful() async throws {
        let upstream = try Upstream()
        let commit = try richCommit(upstream)
        let folder = try TestFolder()
        let place = "\(folder.path)/work"
        try await GitRepository(at: upstream.path).checkOut(commit, into: place)

        #expect(try content("\(place)/a") == "1")
        #expect(try content("\(place)/\(Self.deep)") == "deep")
        #expect(try content("\(place)/two\nlines") == "3")
        #expect(try content("\(place)/x.txt") == "line\n")
        #expect(try content("\(place)/dir/up") == "1")
        #expect(FileManager.default.isExecutableFile(atPath: "\(place)/tool"))
        #expect(!FileManager.default.isExecutableFile(atPath: "\(place)/a"))
        let link = try FileManager.default.destinationOfSymbolicLink(atPath: "\(place)/to-dir")
        #expect(link == "./dir")
        #expect(exists("\(place)/dangling"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(place)/module").isEmpty)
        let names = try FileManager.default.contentsOfDirectory(atPath: place).sorted()
        let expected = try upstream.git("ls-tree", "-z", "--name-only", "\(commit)")
            .split(separator: "\0").map(String.init)
        #expect(names == ([".git"] + expected).sorted())
        #expect(try folder.names() == ["work"])
    }

    @Test("A checkout is a clean work tree for git, without remotes and hooks")
    func workTree() async throws {
        let upstream = try Upstream()
        let commit = try richCommit(upstream)
        let folder = try TestFolder()
        let place = "\(folder.path)/work"
        try await GitRepository(at: upstream.path).checkOut(commit, into: place)

        let inside = try Inside(place)
        #expect(try inside.git("rev-parse", "--show-toplevel") == place)
        #expect(try inside.git("rev-parse", "HEAD") == "\(commit)")
        #expect(try inside.git("-c", "filter.evil.required=false", "status", "--porcelain") == "")
        #expect(try inside.git("log", "-1", "--format=%s") == "Links")
        #expect(try inside.git("remote") == "")
        #expect(!exists("\(place)/.git/hooks/post-checkout"))
        try write("changed", to: "\(place)/a")
        #expect(try inside.git("status", "--porcelain") == "M a")
    }

    @Test("What stood in the place is replaced whole, and stays whole when the checkout fails")
    func replacement() async throws {
        let upstream = try Upstream()
        let first = try upstream.commit(["a": "1", "only-first": "1"])
        let second = try upstream.commit(["a": "2", "only-first": nil])
        let link = try upstream.blob("/etc/passwd")
        try upstream.git("update-index", "--add", "--cacheinfo", "120000,\(link),z-link")
        try upstream.git("commit", "--quiet", "--message", "Evil")
        let evil = try upstream.head()

        let folder = try TestFolder()
        let place = "\(folder.path)/work"
        let repository = try GitRepository(at: upstream.path)
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/.work.incoming/left/behind",
            withIntermediateDirectories: true
        )
        try await repository.checkOut(first, into: place)
        try write("x", to: "\(place)/untracked")
        try await repository.checkOut(second, into: place + "/")
        #expect(try content("\(place)/a") == "2")
        #expect(!exists("\(place)/only-first"))
        #expect(!exists("\(place)/untracked"))

        let error = try await gitError { try await repository.checkOut(evil, into: place) }
        #expect(error.kind == .linkLeavesTree)
        #expect(error.description.contains("z-link"))
        #expect(error.description.contains("/etc/passwd"))
        #expect(try content("\(place)/a") == "2")
        #expect(try folder.names() == ["work"])
    }

    @Test(
        "A link may go up to the top first and then down, and nowhere else",
        arguments: [
            ("a", 0, true), ("./a/b", 0, true), ("../a", 1, true), ("../../a", 2, true),
            ("..", 1, true), ("a/", 0, true), ("../b/c", 3, true), ("..a/...", 0, true),
            ("../a", 0, false), ("../../a", 1, false), ("/etc", 5, false), ("", 0, false),
            ("a/../b", 3, false), ("../a/../../b", 5, false), ("./..", 0, false),
            ("a/..", 0, false), ("a\u{0}b", 0, false), (".git", 0, false),
            ("../.git/hooks", 1, false),
            ("a/.GIT", 0, false), ("git~1/config", 0, false), (".git./x", 0, false),
            (".gitignore", 0, true), ("a.git/b", 0, true),
        ]
    )
    func links(target: String, depth: Int, inside: Bool) {
        #expect(LinkTarget(bytes: Array(target.utf8)).staysInside(depth: depth) == inside)
    }

    @Test(
        "Names that must not reach a file system are refused",
        arguments: [".git", ".GIT", "..", ".", "git~1", "a/b"]
    )
    func names(name: String) async throws {
        let upstream = try Upstream()
        let blob = try upstream.blob("x")
        let commit = try upstream.commitTree([("100644", name, blob)])
        let folder = try TestFolder()
        let repository = try GitRepository(at: upstream.path)
        let error = try await gitError {
            try await repository.checkOut(commit, into: "\(folder.path)/work")
        }
        // libgit2 refuses some of them when it parses the tree.
        #expect([.unsafeName, .damaged].contains(error.kind))
        #expect(try folder.names().isEmpty)
    }

    @Test("A tree that names a link and a directory alike writes nothing outside")
    func duplicateNames() async throws {
        let upstream = try Upstream()
        let outside = try TestFolder()
        let link = try upstream.blob(outside.path)
        let inner = try upstream.blob("../outside")
        let sub = try upstream.commitTree([("100644", "file", try upstream.blob("x"))])
        let tree = try upstream.git("rev-parse", "\(sub)^{tree}")
        let folder = try TestFolder()
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/outside",
            withIntermediateDirectories: true
        )
        let repository = try GitRepository(at: upstream.path)
        for target in [link, inner, try upstream.blob("b")] {
            let commit = try upstream.commitTree([("120000", "a", target), ("40000", "a", tree)])
            _ = try await gitError {
                try await repository.checkOut(commit, into: "\(folder.path)/work")
            }
        }
        #expect(try outside.names().isEmpty)
        #expect(try folder.names() == ["outside"])
    }

    @Test("Too many entries, too many bytes and too many levels are refused")
    func limits() async throws {
        let upstream = try Upstream()
        let small = try upstream.commit(["a": "1", "b": "2", "c": "3"])
        let store = try LocalRepository(at: upstream.path)
        for (entries, bytes) in [(2, 100), (100, 2)] {
            let folder = try TestFolder()
            let directory = open(folder.path, O_RDONLY | O_DIRECTORY)
            defer { close(directory) }
            let limits = TreeWriter.Limits(entries: entries, bytes: bytes)
            var writer = TreeWriter(of: small, from: store, limits: limits)
            let tree = try store.treeHandle(of: small)
            #expect { try writer.write(tree, into: directory) } throws: {
                ($0 as? GitError)?.kind == .tooLarge
            }
        }
        var tree = try upstream.git("rev-parse", "\(small)^{tree}")
        for _ in 0..<250 {
            let commit = try upstream.commitTree([("40000", "d", tree)])
            tree = try upstream.git("rev-parse", "\(commit)^{tree}")
        }
        let deep = try #require(CommitID(try upstream.git("commit-tree", "-m", "Deep", tree)))
        let folder = try TestFolder()
        let repository = try GitRepository(at: upstream.path)
        let error = try await gitError {
            try await repository.checkOut(deep, into: "\(folder.path)/work")
        }
        #expect(error.kind == .tooLarge)
        #expect(try folder.names().isEmpty)
    }

    @Test("A place that cannot be written is a clear error")
    func unwritable() async throws {
        let upstream = try Upstream()
        let commit = try upstream.commit(["a": "1"])
        let repository = try GitRepository(at: upstream.path)
        let missing = "\(upstream.folder.path)/no/such/parent"
        let error = try await gitError { try await repository.checkOut(commit, into: missing) }
        #expect(error.kind == .fileSystem)
        #expect(error.disposition == .waiting)
        #expect(error.description.contains(missing.replacing("parent", with: ".parent")))
        let relative = try await gitError { try await repository.checkOut(commit, into: "work") }
        #expect(relative.kind == .invalidPath)
    }

    /// Runs the real `git` in a checkout.
    private struct Inside {
        let place: String
        let home: TestFolder

        init(_ place: String) throws {
            self.place = place
            home = try TestFolder()
        }

        func git(_ arguments: String...) throws -> String {
            let bytes = try Upstream.git(["-C", place] + arguments, home: home.path)
            return String(decoding: bytes, as: UTF8.self).trimmingCharacters(
                in: .whitespacesAndNewlines)
        }
    }
}
