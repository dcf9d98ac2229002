import HCL
import Testing

@testable import Infrastructure

@Suite("Terragrunt files")
struct TerragruntTests {
    private static func json(_ files: [String: String], _ path: String) throws -> [String: String] {
        try CommitReader(MemoryFileTree(files)).json(path)
    }

    private static func error(_ files: [String: String], _ path: String) throws -> ReadProblem {
        let reader = CommitReader(MemoryFileTree(files))
        let error = try #require(throws: ReadError.self) { try reader.evaluate(path) }
        return try #require(error.problems.first)
    }

    @Test("A second locals block is an error")
    func twoBlocks() throws {
        let problem = try Self.error(["x.hcl": "locals {\n}\nlocals {\n}\n"], "x.hcl")
        #expect(problem.line == 3)
        #expect(problem.message.contains("one locals block"))
    }

    @Test("A misspelt local is an error with the nearest name")
    func misspelt() throws {
        let text = "locals {\n  talos_version = \"v1\"\n  b = local.talos_versoin\n}\n"
        let problem = try Self.error(["x.hcl": text], "x.hcl")
        #expect(problem.hint == "Did you mean \"talos_version\"?")
        #expect(problem.line == 3)
    }

    @Test("Paths of the file, the original and the repository")
    func places() throws {
        let files = [
            "a/b/x.hcl": """
            locals {
              own      = get_terragrunt_dir()
              root     = get_repo_root()
              original = get_original_terragrunt_dir()
              parent   = get_parent_terragrunt_dir()
              up       = get_path_to_repo_root()
              down     = get_path_from_repo_root()
              relative = path_relative_to_include()
              other    = read_terragrunt_config("../c/y.hcl").locals
            }
            """,
            "a/c/y.hcl": """
            locals {
              own      = get_terragrunt_dir()
              original = get_original_terragrunt_dir()
            }
            """,
        ]
        let values = try Self.json(files, "a/b/x.hcl")
        #expect(values["own"] == "\"/repository/a/b\"")
        #expect(values["root"] == "\"/repository\"")
        #expect(values["original"] == "\"/repository/a/b\"")
        #expect(values["parent"] == "\"/repository/a/b\"")
        #expect(values["up"] == "\"../..\"")
        #expect(values["down"] == "\"a/b\"")
        #expect(values["relative"] == "\".\"")
        #expect(
            values["other"]
                == "{\"original\":\"/repository/a/b\",\"own\":\"/repository/a/c\"}")
    }

    @Test("Parent folders are searched from the one above")
    func parents() throws {
        let files = [
            "a/b/x.hcl": """
            locals {
              near     = find_in_parent_folders("root.hcl")
              below    = find_in_parent_folders("common/v.hcl")
              folder   = find_in_parent_folders("common")
              fallback = find_in_parent_folders("none.hcl", "default")
            }
            """,
            "a/b/root.hcl": "", "a/root.hcl": "", "root.hcl": "", "common/v.hcl": "",
        ]
        let values = try Self.json(files, "a/b/x.hcl")
        #expect(values["near"] == "\"/repository/a/root.hcl\"")
        #expect(values["below"] == "\"/repository/common/v.hcl\"")
        #expect(values["folder"] == "\"/repository/common\"")
        #expect(values["fallback"] == "\"default\"")
        let text = "locals {\n  a = find_in_parent_folders(\"none.hcl\")\n}\n"
        #expect(try Self.error(["a/x.hcl": text], "a/x.hcl").line == 2)
    }

    @Test("A read directory means its terragrunt.hcl, and a missing file its fallback")
    func directoryAndFallback() throws {
        let files = [
            "x.hcl": """
            locals {
              unit    = read_terragrunt_config("unit").inputs.size
              missing = read_terragrunt_config("none.hcl", { locals = { a = 1 } }).locals.a
              tried   = try(read_terragrunt_config("none.hcl").locals.a, "no")
            }
            """,
            "unit/terragrunt.hcl": "inputs = {\n  size = 3\n}\n",
        ]
        let values = try Self.json(files, "x.hcl")
        #expect(values == ["unit": "3", "missing": "1", "tried": "\"no\""])
    }

    @Test("A missing file is an error at the call with the nearest name")
    func missingFile() throws {
        let files = [
            "common/x.hcl": "locals {\n  a = read_terragrunt_config(\"version.hcl\")\n}\n",
            "common/versions.hcl": "",
        ]
        let problem = try Self.error(files, "common/x.hcl")
        #expect(problem.line == 2)
        #expect(problem.column == 7)
        #expect(problem.hint == "Did you mean \"common/versions.hcl\"?")
    }

    @Test("Files that read each other are an error that names the ring")
    func fileRing() throws {
        let files = [
            "a.hcl": "locals {\n  b = read_terragrunt_config(\"b.hcl\").locals\n}\n",
            "b.hcl": "locals {\n  c = read_terragrunt_config(\"c.hcl\").locals\n}\n",
            "c.hcl": "locals {\n  a = read_terragrunt_config(\"a.hcl\").locals\n}\n",
        ]
        let problem = try Self.error(files, "a.hcl")
        #expect(problem.message.contains("a.hcl → b.hcl → c.hcl → a.hcl"))
        #expect(problem.file == "c.hcl")
    }

    @Test("A long row of files is an error, not a crash")
    func longChain() throws {
        var files: [String: String] = [:]
        for index in 0..<300 {
            files["f\(index).hcl"] =
                "locals {\n  a = read_terragrunt_config(\"f\(index + 1).hcl\").locals\n}\n"
        }
        files["f300.hcl"] = "locals {\n  a = 1\n}\n"
        #expect(try Self.error(files, "f0.hcl").message.contains("too deeply"))
        #expect(try Self.json(files, "f270.hcl")["a"]?.contains("1") == true)
    }

    @Test("A file that reads itself is a ring")
    func selfRing() throws {
        let text = "locals {\n  a = read_terragrunt_config(\"a.hcl\").locals\n}\n"
        #expect(try Self.error(["a.hcl": text], "a.hcl").message.contains("a.hcl → a.hcl"))
    }

    @Test("An exposed include shows its locals, evaluated from the child's place")
    func include() throws {
        let files = [
            "a/unit/terragrunt.hcl": """
            include "root" {
              path   = find_in_parent_folders("root.hcl")
              expose = true
            }
            locals {
              name   = include.root.locals.name
              child  = include.root.locals.child
              to     = path_relative_to_include("root")
              from   = path_relative_from_include("root")
              parent = get_parent_terragrunt_dir("root")
              shared = include.root.inputs.shared
            }
            """,
            "root.hcl": """
            locals {
              name  = path_relative_to_include()
              child = get_terragrunt_dir()
            }
            inputs = {
              shared = 1
            }
            """,
        ]
        let values = try Self.json(files, "a/unit/terragrunt.hcl")
        #expect(values["name"] == "\"a/unit\"")
        #expect(values["child"] == "\"/repository/a/unit\"")
        #expect(values["to"] == "\"a/unit\"")
        #expect(values["from"] == "\"../..\"")
        #expect(values["parent"] == "\"/repository\"")
        #expect(values["shared"] == "1")
    }

    @Test("Inputs of includes are merged under those of the file")
    func mergedInputs() throws {
        func files(_ strategy: String) -> [String: String] {
            [
                "x.hcl": "locals {\n  a = read_terragrunt_config(\"u\").inputs\n}\n",
                "u/terragrunt.hcl": """
                include "root" {
                  path           = find_in_parent_folders("root.hcl")
                  merge_strategy = "\(strategy)"
                }
                inputs = {
                  a = { y = 2 }
                  l = [2]
                }
                """,
                "root.hcl": "inputs = {\n  a = { x = 1 }\n  b = 1\n  l = [1]\n}\n",
            ]
        }
        #expect(
            try Self.json(files("shallow"), "x.hcl")["a"] == "{\"a\":{\"y\":2},\"b\":1,\"l\":[2]}")
        #expect(
            try Self.json(files("deep"), "x.hcl")["a"]
                == "{\"a\":{\"x\":1,\"y\":2},\"b\":1,\"l\":[1,2]}")
        #expect(try Self.json(files("no_merge"), "x.hcl")["a"] == "{\"a\":{\"y\":2},\"l\":[2]}")
    }

    @Test("An include that is not exposed says how to expose it")
    func notExposed() throws {
        let files = [
            "u/x.hcl": """
            include "root" {
              path = find_in_parent_folders("root.hcl")
            }
            locals {
              a = include.root.locals.a
            }
            """,
            "root.hcl": "locals {\n  a = 1\n}\n",
        ]
        let problem = try Self.error(files, "u/x.hcl")
        #expect(problem.hint == "Write expose = true into the include block.")
    }

    @Test("All errors of a malformed file are reported, in the file that has them")
    func malformed() throws {
        let files = [
            "x.hcl": "locals {\n  a = read_terragrunt_config(\"y.hcl\").locals\n}\n",
            "y.hcl": "locals {\n  a = = 1\n  b = ]\n}\n",
        ]
        let reader = CommitReader(MemoryFileTree(files))
        let error = try #require(throws: ReadError.self) { try reader.evaluate("x.hcl") }
        #expect(error.problems.allSatisfy { $0.file == "y.hcl" })
        #expect(error.problems.first?.line == 2)
        #expect(error.problems.first?.rendered.contains("^") == true)
    }
}
