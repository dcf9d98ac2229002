import HCL
import Testing

@testable import Infrastructure

@Suite("Files that a work tree may have")
struct IgnoredFileTests {
    private static let finding = MemoryFileTree([
        "a/b/x.hcl": "locals {\n  v = find_in_parent_folders(\"env.hcl\")\n"
            + "  e = read_terragrunt_config(local.v).locals.e\n}\n",
        "env.hcl": "locals {\n  e = file(\"${get_repo_root()}/e.txt\")\n}\n", "e.txt": "7",
    ])

    @Test("An ignored file nearer than the one found may be what Terragrunt finds")
    func nearer() throws {
        let cache = ReadingCache()
        #expect(try CommitReader(Self.finding, cache: cache).json("a/b/x.hcl")["e"] == "\"7\"")
        let tree = Self.finding.with("a/.gitignore", "/env.hcl\n")
        let locals = try CommitReader(tree, cache: cache).evaluate("a/b/x.hcl")
        #expect(locals.map(\.value.isUnknown) == [true, true])
        #expect(locals.first?.unknownReasons.first?.contains("a/env.hcl, which is not in") == true)
        let farther = Self.finding.with(".gitignore", "/e.txt\n")
        #expect(try CommitReader(farther, cache: cache).json("a/b/x.hcl")["e"] == "\"7\"")
    }

    @Test("A file that counts unless an ignored one does is read, with what it reads")
    func fartherCounts() throws {
        let tree = Self.finding.with("a/.gitignore", "/env.hcl\n").with(
            "a/b/terragrunt.hcl",
            "inputs = {\n  e = read_terragrunt_config(find_in_parent_folders(\"env.hcl\"))\n}\n")
        let reads = try CommitReader(tree).reads(of: "a/b")
        #expect(reads.read(of: "env.hcl") != nil)
        #expect(reads.read(of: "e.txt") != nil)
        #expect(reads.absent.contains("a/env.hcl"))
        #expect(!reads.isComplete)
    }

    @Test(
        "A set of files is known only when Git ignores none that could be in it",
        arguments: [
            ("a/.gitignore", "env.hcl", "*.hcl", false), ("a/.gitignore", "env.hcl", "*.md", true),
            (".gitignore", "*.hcl", "*", false), (".gitignore", "/*.hcl", "*", true),
            (".gitignore", "/a/*.hcl", "*.hcl", false), (".gitignore", "/b/*.hcl", "**", true),
            (".gitignore", "a/", "*", false), (".gitignore", "local/", "*.hcl", true),
            (".gitignore", "local/", "**/*.hcl", false), (".gitignore", "local", "*", false),
            (".gitignore", "local/", "local/*.hcl", false), ("a/d/.gitignore", "x", "*", true),
            ("a/d/.gitignore", "x", "**/x", false), ("a/d/.gitignore", "x", "d/?", false),
            (".gitignore", "*.log", "{x,y}.[jkl]og", false),
            (".gitignore", "**/z.hcl", "*y.hcl", true),
            (".gitignore", "foo-*.hcl", "**/*-bar.hcl", false),
            (".gitignore", "x.hcl", "y-*.hcl", true),
            (".gitignore", ".terraform/\n.terragrunt-cache", "**", true),
            (".gitignore", "# *\n!*.hcl", "**", true), (".gitignore", "n.hcl", "n.hcl", false),
            (".gitignore", "m.hcl", "n.hcl", true),
        ])
    func sets(file: String, rules: String, pattern: String, isKnown: Bool) throws {
        let text = "locals {\n  f = fileset(\"a\", \"\(pattern)\")\n}\n"
        let cache = ReadingCache()
        let tree = MemoryFileTree(["x.hcl": text, "a/y.hcl": "", "a/d/z.hcl": ""])
        for tree in [tree, tree.with(file, rules)] {
            let local = try #require(
                try CommitReader(tree, cache: cache).evaluate("x.hcl").first)
            #expect(local.value.isUnknown == (tree.files[file] != nil && !isKnown))
        }
    }

    @Test("Beside code there may be what Terragrunt leaves behind")
    func toolCaches() throws {
        let tree = MemoryFileTree([
            ".gitignore": ".terragrunt-cache/\n",
            "u/terragrunt.hcl": "inputs = {\n  f = fileset(\".\", \"**/*.yaml\")\n}\n",
            "v/terragrunt.hcl": "inputs = {\n  f = fileset(\".\", \"*.yaml\")\n}\n",
        ])
        let reads = try CommitReader(tree).reads(of: "u")
        #expect(reads.problems.first?.message.contains("files that Git ignores") == true)
        #expect(try CommitReader(tree).reads(of: "v").isComplete)
    }

    @Test("A directory under a link goes by the rules of where it really is")
    func linked() throws {
        var tree = MemoryFileTree([
            "x.hcl": "locals {\n  f = fileset(\"link\", \"*.hcl\")\n}\n", "a/y.hcl": "",
            "a/.gitignore": "env.hcl\n",
        ])
        tree.links = ["link": "a"]
        #expect(try CommitReader(tree).evaluate("x.hcl").first?.value.isUnknown == true)
    }

    @Test("Many rules against a large pattern end soon, and in doubt")
    func hostile() throws {
        let rules = (0..<2_000).map { "a*\(String(repeating: "*b", count: 100))\($0)" }
        let pattern = String(repeating: "*a", count: 300) + "z"
        let tree = MemoryFileTree([
            "x.hcl": "locals {\n  f = fileset(\"a\", \"\(pattern)\")\n}\n", "a/y.hcl": "",
            ".gitignore": rules.joined(separator: "\n"),
        ])
        #expect(try CommitReader(tree).evaluate("x.hcl").first?.value.isUnknown == true)
    }
}
