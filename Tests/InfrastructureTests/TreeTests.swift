import HCL
import Testing

@testable import Infrastructure

@Suite("The tree of a commit")
struct TreeTests {
    private static func tree(_ files: MemoryFileTree) -> RepositoryTree {
        RepositoryTree(MemoryObjects(files), cache: ReadingCache())
    }

    private static let linked: MemoryFileTree = {
        var files = MemoryFileTree(["a/b/x.hcl": "locals {\n  a = 1\n}\n", "c/y.hcl": ""])
        files.links = [
            "file": "a/b/x.hcl", "a/up": "../c", "dir": "./a/b", "chain": "dir/../up/y.hcl",
            "out": "../x", "a/out": "../../etc", "absolute": "/etc/passwd", "loop": "pool",
            "pool": "loop", "a/self": "..", "broken": "nowhere",
        ]
        files.submodules = ["vendor/module"]
        return files
    }()

    @Test(
        "Links inside the repository are followed",
        arguments: [
            ("file", "a/b/x.hcl"), ("dir/x.hcl", "a/b/x.hcl"), ("a/up/y.hcl", "c/y.hcl"),
            ("chain", "c/y.hcl"), ("a/self/a/self/c/y.hcl", "c/y.hcl"), ("a/self", ""),
            ("vendor/module", "vendor/module"),
        ])
    func followed(path: String, real: String) throws {
        #expect(try Self.tree(Self.linked).find(path)?.path == real)
    }

    @Test("A path through a file, or a link to nothing, leads to nothing")
    func nothing() throws {
        for path in ["a/b/x.hcl/c", "broken", "none", "broken/x"] {
            #expect(try Self.tree(Self.linked).find(path) == nil, "\(path)")
        }
    }

    @Test(
        "Nothing leaves the repository or goes round for ever",
        arguments: [
            ("out", "leaves the repository"), ("a/out", "leaves the repository"),
            ("absolute", "leaves the repository"), ("absolute/x", "leaves the repository"),
            ("loop", "symbolic links"), ("vendor/module/main.tf", "submodule vendor/module"),
        ])
    func refused(path: String, text: String) throws {
        let tree = Self.tree(Self.linked)
        let error = try #require(throws: FileTreeError.self) { try tree.find(path) }
        #expect(error.message.contains(text))
    }

    @Test("A listing goes into linked directories, but never round")
    func listing() throws {
        let files = try Self.tree(Self.linked).files(under: "").files
        #expect(files.contains("dir/x.hcl"))
        #expect(files.contains("a/up/y.hcl"))
        #expect(files.contains("a/self"))
        #expect(!files.contains { $0.contains("self/") })
        #expect(files.contains("out"))
        #expect(try Self.tree(Self.linked).files(under: "none").files == [])
        #expect(try Self.tree(Self.linked).files(under: "c/y.hcl").files == ["c/y.hcl"])
    }

    @Test("Directories without files count, so that a tree of shared ones cannot hold up a listing")
    func emptyDirectories() throws {
        let tree = RepositoryTree(
            SharedDirectories(width: 10, depth: 7), cache: ReadingCache(), mostEntries: 1_000)
        let error = try #require(throws: FileTreeError.self) { try tree.files(under: "") }
        #expect(error.message.contains("more than 1000 files, directories and links"))
        #expect(tree.failure == nil)
        let small = RepositoryTree(
            SharedDirectories(width: 10, depth: 2), cache: ReadingCache(), mostEntries: 1_000)
        #expect(try small.files(under: "").files == [])
    }

    @Test("A link is refused with the place of the call, and a good one is read")
    func linkInExpression() throws {
        var files = MemoryFileTree([
            "x.hcl": "locals {\n  a = read_terragrunt_config(\"y.hcl\").locals.v\n}\n",
            "real.hcl": "locals {\n  v = 7\n}\n",
        ])
        files.links = ["y.hcl": "real.hcl"]
        #expect(try CommitReader(files).json("x.hcl") == ["a": "7"])
        files.links = ["y.hcl": "../real.hcl"]
        let reader = CommitReader(files)
        let error = try #require(throws: ReadError.self) { try reader.evaluate("x.hcl") }
        let problem = try #require(error.problems.first)
        #expect(problem.message.contains("symbolic link"))
        #expect(problem.line == 2)
        #expect(problem.hint == "Commit the file itself.")
    }

    @Test("A file of 100 MB is refused by its size, without reading it")
    func largeFile() throws {
        var files = MemoryFileTree(["x.hcl": "", "y.hcl": "locals {\n  a = file(\"x.hcl\")\n}\n"])
        files.claimedSizes = ["x.hcl": 100 << 20]
        for path in ["x.hcl", "y.hcl"] {
            let reader = CommitReader(files)
            let error = try #require(throws: ReadError.self) { try reader.evaluate(path) }
            #expect(error.description.contains("104857600 bytes"))
        }
    }

    @Test("Two names that cannot be told apart are both there")
    func ambiguousNames() {
        let listing = DirectoryListing([
            .init(name: "\u{FFFD}", kind: .file, id: "2"),
            .init(name: "\u{FFFD}", kind: .file, id: "1"),
        ])
        #expect(listing["\u{FFFD}"]?.id == "1")
        #expect(listing["\u{FFFD}~2"]?.id == "2")
    }

    @Test(
        "Git's rules of what is ignored",
        arguments: [
            ("*.json", "a/b.json", true), ("*.json", "a/b.jsonx", false), ("/x", "x", true),
            ("/x", "a/x", false), ("a/b", "a/b", true), ("a/b", "c/a/b", false),
            ("build/", "build/x", true), ("build/", "a/build/x/y", true),
            ("build/", "build", false),
            ("**/tmp", "a/b/tmp/c", true), ("a/**", "a/b/c", true), ("a/**/z", "a/z", true),
            ("*.json\n!keep.json", "keep.json", false), ("build/\n!build/x", "build/x", true),
            ("# x", "# x", false), ("\\#x", "#x", true), ("x\\ ", "x ", true), ("x  ", "x", true),
            ("[ab].hcl", "a.hcl", true), ("[!ab].hcl", "a.hcl", false), ("", "x", false),
            ("{a,b}", "a", false),
        ])
    func ignored(rules: String, path: String, isIgnored: Bool) throws {
        let cache = ReadingCache()
        let tree = RepositoryTree(
            MemoryObjects(MemoryFileTree([".gitignore": rules, "README": ""])), cache: cache)
        #expect(try IgnoreRules(tree: tree, cache: cache).ignore(path) == isIgnored)
    }

    @Test("A deeper .gitignore counts from its own directory, and over the outer one")
    func nestedRules() throws {
        let cache = ReadingCache()
        let files = MemoryFileTree([
            ".gitignore": "*.json\n", "a/.gitignore": "!b.json\n/only\n", "a/only2": "",
        ])
        let rules = IgnoreRules(
            tree: RepositoryTree(MemoryObjects(files), cache: cache), cache: cache)
        #expect(try rules.ignore("a/c.json"))
        #expect(try !rules.ignore("a/b.json"))
        #expect(try rules.ignore("a/only"))
        #expect(try !rules.ignore("only"))
    }

    @Test("A hostile pattern costs no more than the product of the lengths")
    func hostilePattern() throws {
        let stars = String(repeating: "*a", count: 200) + "b"
        let pattern = try #require(GlobPattern(stars, dialect: .text))
        #expect(!pattern.matches(String(repeating: "a", count: 2_000)))
        #expect(GlobPattern(String(repeating: "{a,b}", count: 20), dialect: .text) == nil)
    }
}

/// Directories that lead to the same ones again and again, and to no file.
private struct SharedDirectories: FileTree {
    let width: Int
    let depth: Int

    func rootDirectory() throws(FileTreeError) -> String { "0" }

    func entries(ofDirectory id: String) throws(FileTreeError) -> [FileTreeEntry] {
        guard let level = Int(id), level < depth else { return [] }
        return (0..<width).map {
            FileTreeEntry(name: "d\($0)", kind: .directory, id: String(level + 1))
        }
    }

    func size(ofFile id: String) throws(FileTreeError) -> Int { 0 }

    func bytes(ofFile id: String) throws(FileTreeError) -> [UInt8] { [] }
}
