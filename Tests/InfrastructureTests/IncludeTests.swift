import HCL
import Testing

@testable import Infrastructure

@Suite("Includes")
struct IncludeTests {
    private static let root = """
        locals {
          region = "eu"
        }
        inputs = {
          a = { x = 1 }
          l = [1]
          r = "root"
        }
        """

    /// The locals of `x.hcl`, which reads the unit `u`.
    private static func values(
        _ locals: String, unit: String, root: String = root, more: [String: String] = [:]
    ) throws -> [String: String] {
        try CommitReader(tree(locals, unit: unit, root: root, more: more)).json("x.hcl")
    }

    private static func tree(
        _ locals: String, unit: String, root: String, more: [String: String]
    ) -> MemoryFileTree {
        MemoryFileTree(
            [
                "x.hcl": "locals {\n  u = read_terragrunt_config(\"u\")\n\(locals)\n}\n",
                "u/terragrunt.hcl": unit, "root.hcl": root,
            ].merging(more) { $1 })
    }

    private static func problem(
        unit: String, root: String = root, more: [String: String] = [:]
    ) throws -> ReadProblem {
        let reader = CommitReader(tree("", unit: unit, root: root, more: more))
        let error = try #require(throws: ReadError.self) { try reader.evaluate("u/terragrunt.hcl") }
        return try #require(error.problems.first)
    }

    @Test("Each include is merged by its own strategy, and a later one over an earlier one")
    func several() throws {
        let unit = """
            include "root" {
              path           = find_in_parent_folders("root.hcl")
              merge_strategy = "deep"
            }
            include "env" {
              path = find_in_parent_folders("env.hcl")
            }
            inputs = {
              a = { z = 3 }
            }
            """
        let values = try Self.values(
            "i = local.u.inputs", unit: unit,
            more: ["env.hcl": "inputs = {\n  a = { y = 2 }\n  l = [2]\n  e = null\n}\n"])
        // The shallow one replaces a, the deep one is merged into the result.
        #expect(
            values["i"] == "{\"a\":{\"x\":1,\"z\":3},\"e\":null,\"l\":[1,2],\"r\":\"root\"}")
    }

    @Test("Nothing replaces in a deep merge, and a list does not join a text")
    func deep() throws {
        func unit(_ inputs: String) -> String {
            "include \"r\" {\n  path = \"../root.hcl\"\n  merge_strategy = \"deep\"\n}\n"
                + "inputs = {\n\(inputs)\n}\n"
        }
        let values = try Self.values("i = local.u.inputs", unit: unit("r = null\na = \"\""))
        #expect(values["i"] == "{\"a\":\"\",\"l\":[1],\"r\":null}")
        let mixed = try Self.values("i = local.u.inputs", unit: unit("r = [1]"))
        #expect(mixed["i"]?.contains("which fail") == true)
    }

    @Test("Inputs of none are null")
    func noInputs() throws {
        let unit = "include \"root\" {\n  path = \"../root.hcl\"\n}\n"
        let values = try Self.values(
            "i = local.u.inputs\nl = local.u.locals", unit: unit, root: "locals {\n  a = 1\n}\n")
        #expect(values["i"] == "null")
        #expect(values["l"] == "null")
    }

    @Test("A single include without a label is the whole variable")
    func bare() throws {
        let unit = """
            include {
              path   = find_in_parent_folders("root.hcl")
              expose = true
            }
            locals {
              region = include.locals.region
            }
            """
        #expect(try Self.values("r = local.u.locals.region", unit: unit)["r"] == "\"eu\"")
    }

    @Test("Beside others an include without a label is not visible by name")
    func bareBesideOthers() throws {
        let unit = """
            include {
              path   = "../root.hcl"
              expose = true
            }
            include "env" {
              path   = "../root.hcl"
              expose = true
            }
            locals {
              a = include.env.locals.region
              b = include.locals.region
            }
            """
        let problem = try Self.problem(unit: unit)
        #expect(problem.line == 11)
        #expect(problem.message.contains("no include named \"locals\""))
    }

    @Test("An include in an included file is an error at the second include")
    func nested() throws {
        let problem = try Self.problem(
            unit: "include \"root\" {\n  path = \"../root.hcl\"\n  expose = true\n}\n"
                + "locals {\n  a = include.root.locals.region\n}\n",
            root: "include \"more\" {\n  path = \"more.hcl\"\n}\n", more: ["more.hcl": ""])
        #expect(problem.file == "root.hcl")
        #expect(problem.line == 1)
        #expect(problem.message.contains("one level"))
    }

    @Test("A file that includes itself is a ring")
    func itself() throws {
        let problem = try Self.problem(
            unit: "include \"me\" {\n  path = \"terragrunt.hcl\"\n  expose = true\n}\n"
                + "locals {\n  a = include.me.locals.a\n}\n")
        #expect(problem.message.contains("u/terragrunt.hcl → u/terragrunt.hcl"))
    }

    @Test(
        "An include block is evaluated before anything else exists",
        arguments: [
            ("path = local.p", "include block", 2),
            ("path = \"../root.hcl\"\n  merge_strategy = \"deeep\"", "merge_strategy", 3),
            ("path = \"../root.hcl\"\n  expose = \"maybe\"", "expose", 3),
            ("path = \"../none.hcl\"\n  expose = true", "no file none.hcl", 1),
            ("path = \"../../x.hcl\"", "outside the repository", 2),
            ("path = run_cmd(\"x\")", "run_cmd", 2), ("expose = true", "needs a path", 1),
        ])
    func wrong(lines: String, text: String, line: Int) throws {
        let problem = try Self.problem(
            unit: "include \"root\" {\n  \(lines)\n}\nlocals {\n  p = \"../root.hcl\"\n"
                + "  a = include.root.locals.a\n}\n")
        #expect(problem.message.contains(text))
        #expect(problem.line == line)
    }

    @Test("Paths are those of the child, with labels where there are several")
    func places() throws {
        let unit = """
            include "root" {
              path   = "../../root.hcl"
              expose = true
            }
            include "env" {
              path   = "../env.hcl"
              expose = true
            }
            locals {
              to      = path_relative_to_include("env")
              from    = path_relative_from_include("root")
              parent  = get_parent_terragrunt_dir("env")
              seen    = include.root.locals.seen
              file    = include.root.locals.file
              outer   = include.env.locals.outer
            }
            """
        let values = try CommitReader(
            MemoryFileTree([
                "root.hcl": "locals {\n  seen = path_relative_to_include()\n"
                    + "  file = trimspace(file(\"note.txt\"))\n}\n",
                "note.txt": "beside root\n", "a/note.txt": "beside env",
                "a/env.hcl": "locals {\n  outer = find_in_parent_folders(\"root.hcl\")\n}\n",
                "a/u/terragrunt.hcl": unit,
            ])
        ).json("a/u/terragrunt.hcl")
        #expect(values["to"] == "\"u\"")
        #expect(values["from"] == "\"../..\"")
        #expect(values["parent"] == "\"/repository/a\"")
        #expect(values["seen"] == "\"a/u\"")
        #expect(values["file"] == "\"beside root\"")
        #expect(values["outer"] == "\"/repository/root.hcl\"")
    }

    @Test("Without a label, a path among several includes is an error")
    func unlabelled() throws {
        let problem = try Self.problem(
            unit: "include \"a\" {\n  path = \"../root.hcl\"\n}\n"
                + "include \"b\" {\n  path = \"../root.hcl\"\n}\n"
                + "locals {\n  p = path_relative_to_include()\n}\n")
        #expect(problem.message.contains("several includes"))
        #expect(problem.line == 8)
    }
}
