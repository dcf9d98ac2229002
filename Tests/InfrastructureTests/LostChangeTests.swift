import ClusterModel
import HCL
import Testing

@testable import Infrastructure

@Suite("Changes that a unit sees")
struct LostChangeTests {
    /// A repository whose unit uses locals of the versions.
    private static func tree(_ lines: String, _ files: [String: String] = [:]) -> MemoryFileTree {
        var tree = Repositories.defined("stage \"machine_config\" {\n    units = [\"unit\"]\n  }")
            .replacing("locals {", "locals {\n  \(lines)", in: "common/versions.hcl")
            .with(
                "unit/terragrunt.hcl",
                "locals {\n  v = read_terragrunt_config(\"../common/versions.hcl\")\n}\n"
                    + "inputs = { v = local.v.locals, i = local.v.inputs }\n")
        for (path, text) in files { tree = tree.with(path, text) }
        return tree
    }

    private static func withOverride(_ text: String, of tree: MemoryFileTree) -> MemoryFileTree {
        tree.with("sol.hcl", text).replacing(
            "schematic.hcl\"", "schematic.hcl\"\n  overrides = [\"sol.hcl\"]", in: "uprev.hcl")
    }

    /// What differs between two states, by name or path.
    private static func changes(
        _ base: MemoryFileTree, _ target: MemoryFileTree
    ) throws -> [String] {
        let (old, new) = (try Example.state(base), try Example.state(target))
        return [
            changed(old.otherValues, new.otherValues),
            changed(old.machineConfigInputs, new.machineConfigInputs),
        ].flatMap(\.self)
    }

    private static func changed(_ old: [String: String], _ new: [String: String]) -> [String] {
        Set(old.keys).union(new.keys).filter { old[$0] != new[$0] }.sorted()
    }

    @Test(
        "A local that passes on something else is a change of its own",
        arguments: [
            ("local.apps.locals.a", "local.apps.locals.b"),
            ("local.apps.locals.list[0]", "local.apps.locals.list[1]"),
            ("local.apps.locals[\"a\"]", "local.apps.locals[\"b\"]"),
            (
                "read_terragrunt_config(\"apps.hcl\").locals.a",
                "read_terragrunt_config(\"more.hcl\").locals.a"
            ),
            ("file(\"a.txt\")", "file(\"b.txt\")"),
            ("local.two", "local.apps.locals.b"),
            (
                "read_terragrunt_config(run_cmd(\"a\")).locals.a",
                "read_terragrunt_config(run_cmd(\"a\")).locals.b"
            ),
            ("\"${local.apps.locals.a}\"", "\"${local.apps.locals.b}\""),
        ])
    func passedOn(old: String, new: String) throws {
        let apps = "locals {\n  a = \"1\"\n  b = \"2\"\n  list = [\"3\", \"4\"]\n}\n"
        let rest = "apps = read_terragrunt_config(\"apps.hcl\")\n  two = local.apps.locals.a"
        let files = [
            "common/apps.hcl": apps, "common/more.hcl": apps, "common/a.txt": "a",
            "common/b.txt": "b",
        ]
        let base = Self.tree("app = \(old)\n  \(rest)", files)
        let target = Self.tree("app = \(new)\n  \(rest)", files)
        let changes = try Self.changes(base, target)
        // Files that are no longer or newly read are told as well.
        #expect(changes.contains("app") && !changes.contains("apps"))
        // What the other file says is that file's change.
        let bumped = base.replacing("\"1\"", "\"5\"", in: "common/apps.hcl")
        #expect(try !Self.changes(base, bumped).contains("app"))
    }

    @Test(
        "What an expression falls back to is its own",
        arguments: [
            "try(read_terragrunt_config(\"apps.hcl\").locals.nope, \"1.0\")",
            "try(local.apps.locals.nope, \"1.0\")",
            "read_terragrunt_config(\"absent.hcl\", { locals = { v = \"1.0\" } }).locals.v",
            "read_terragrunt_config(\"absent.hcl\", { locals = { v = \"1.0\" } })",
        ])
    func fallback(line: String) throws {
        let base = Self.tree(
            "app = \(line)\n  apps = read_terragrunt_config(\"apps.hcl\")",
            ["common/apps.hcl": "locals {\n  a = \"1\"\n}\n"])
        let target = base.replacing("1.0", "2.0", in: "common/versions.hcl")
        #expect(try Self.changes(base, target) == ["app"])
        let added = base.with("common/absent.hcl", "locals {\n  v = \"3\"\n}\n")
        #expect(try !Self.changes(base, added).contains("app"))
    }

    @Test("What versions say outside of their locals is input of the units that read them")
    func outside() throws {
        let base = Self.tree("zone = \"a\"")
        let path = "common/versions.hcl"
        let text = "inputs = {\n  mtu = 1500\n}\nlocals {"
        let more = base.replacing("locals {", text, in: path)
        #expect(try Self.changes(base, more) == [path])
        #expect(try Self.changes(more, more.replacing("1500", "9000", in: path)) == [path])
        #expect(try Self.changes(more, more.replacing("1500", "(1500)", in: path)) == [path])
        #expect(try Self.changes(more, more.replacing("1500", "1500 # why", in: path)) == [])
        #expect(try Self.changes(more, more.replacing("\"a\"", "\"b\"", in: path)) == ["zone"])
        let flag = "terraform {\n  source = \"x\"\n}\nlocals {"
        #expect(try Self.changes(base, base.replacing("locals {", flag, in: path)) == [path])
    }

    @Test("What an override says outside of its locals is input of the units that read it")
    func outsideOverride() throws {
        let base = Self.withOverride(
            "locals {\n  zone = \"a\"\n}\ninputs = {\n  mtu = 1500\n}\n", of: Self.tree("x = 1")
        ).replacing("common/versions.hcl", "sol.hcl", in: "unit/terragrunt.hcl")
        let target = base.replacing("1500", "9000", in: "sol.hcl")
        #expect(try Self.changes(base, target) == ["sol.hcl"])
    }

    @Test("A local that another file has the last word on is input of the units that read it")
    func shadowed() throws {
        let base = Self.withOverride(
            "locals {\n  zone = \"c\"\n  talos_version = \"v1.11.5\"\n}\n",
            of: Self.tree("zone = \"a\""))
        let path = "common/versions.hcl"
        #expect(try Self.changes(base, base.replacing("\"a\"", "\"b\"", in: path)) == [path])
        // A field of which another file has the last word is no input.
        let bumped = base.replacing("v1.11.5", "v1.12.1", in: path)
        #expect(try Self.changes(base, bumped) == [])
        let own = base.replacing("\"c\"", "\"d\"", in: "sol.hcl")
        #expect(try Self.changes(base, own) == ["zone"])
    }

    @Test(
        "A file that appears is reported once",
        arguments: [
            "fileset(\"patches\", \"*.yaml\")", "fileexists(\"patches/b.yaml\")",
            "mark_glob_as_read(\"patches/*.yaml\")",
            "length(fileset(\"patches\", \"*.yaml\"))",
            "try(file(\"patches/b.yaml\"), \"\")",
            "find_in_parent_folders(\"b.yaml\", \"none\")",
        ])
    func appears(line: String) throws {
        let files = ["common/patches/a.yaml": "a"]
        let base = Self.tree("app = \(line)", files)
        let target = base.with("common/patches/b.yaml", "b").with("b.yaml", "b")
        #expect(try !Self.changes(base, target).contains("app"))
        let other = Self.tree("app = [\(line)]", files)
        #expect(try Self.changes(base, other) == ["app"])
    }

    @Test("Origins of a long chain of locals are found in one pass")
    func longChain() throws {
        let count = 2000
        let lines = (1..<count).map { "l\($0) = local.l\($0 - 1)" }.joined(separator: "\n  ")
        for first in ["\"x\"", "read_terragrunt_config(\"apps.hcl\").locals.a"] {
            let tree = Self.tree(
                "l0 = \(first)\n  \(lines)", ["common/apps.hcl": "locals {\n  a = \"1\"\n}\n"])
            let state = try Example.state(tree)
            #expect(state.otherValues["l\(count - 1)"] == state.otherValues["l0"])
        }
    }

    @Test("Many values with many variables of the environment are read in one pass")
    func manyVariables() throws {
        let numbers = 0..<1000
        let root = numbers.map { "e\($0) = get_env(\"E\($0)\", \"d\")" }
        let child = numbers.map { "c\($0) = include.root.locals.e\($0)" }
        let files = [
            "root.hcl": "locals {\n\(root.joined(separator: "\n"))\n}\n",
            "x.hcl": "include \"root\" {\n  path = \"root.hcl\"\n  expose = true\n}\n"
                + "locals {\n\(child.joined(separator: "\n"))\n}\n",
        ]
        let locals = try CommitReader(MemoryFileTree(files)).evaluate("x.hcl")
        #expect(locals.count == numbers.count)
        #expect(locals.last?.environment.map(\.name) == numbers.map { "E\($0)" })
    }
}
