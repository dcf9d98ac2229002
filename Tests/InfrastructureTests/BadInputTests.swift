import ClusterModel
import Foundation
import HCL
import Testing

@testable import Infrastructure

@Suite("Bad input")
struct BadInputTests {
    private static func problem(
        _ files: [String: String], _ path: String = "x.hcl"
    ) throws -> ReadProblem {
        let reader = CommitReader(MemoryFileTree(files))
        let error = try #require(throws: ReadError.self) { try reader.evaluate(path) }
        return try #require(error.problems.first)
    }

    @Test("A binary file is an error with a place, as a file and as another file's content")
    func binary() throws {
        var tree = MemoryFileTree([
            "y.hcl": "locals {\n  a = read_terragrunt_config(\"x.hcl\")\n}\n"
        ])
        tree.files["x.hcl"] = (0..<2_000).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        for path in ["x.hcl", "y.hcl"] {
            let reader = CommitReader(tree)
            let error = try #require(throws: ReadError.self) { try reader.evaluate(path) }
            #expect(error.problems.allSatisfy { $0.file == "x.hcl" && $0.line != nil })
        }
    }

    @Test("A loop over a range of a thousand million ends with an error at once")
    func endlessLoop() throws {
        let problem = try Self.problem([
            "x.hcl": "locals {\n  a = [for i in range(1e9) : i]\n}\n"
        ])
        #expect(problem.line == 2)
        let hidden = try Self.problem([
            "x.hcl": "locals {\n  a = try(length([for i in range(1000) : "
                + "[for j in range(1000) : [for k in range(1000) : k]]]), 0)\n}\n"
        ])
        #expect(hidden.message.contains("too much work"))
    }

    @Test("A directory, a file that is none and a hidden ring are errors at the call")
    func wrongKinds() throws {
        let directory = try Self.problem([
            "x.hcl": "locals {\n  a = read_terragrunt_config(\"d\")\n}\n", "d/y": "",
        ])
        #expect(directory.message.contains("no file d/terragrunt.hcl"))
        let ring = try Self.problem([
            "x.hcl": "locals {\n  a = try(read_terragrunt_config(\"y.hcl\").locals.b, 1)\n}\n",
            "y.hcl": "locals {\n  b = try(read_terragrunt_config(\"x.hcl\").locals.a, 2)\n}\n",
        ])
        #expect(ring.message.contains("x.hcl → y.hcl → x.hcl"))
        #expect(ring.message.contains("read at x.hcl:2:11, y.hcl:2:11"))
    }

    @Test("Includes that lead to each other in a ring are errors")
    func includeRing() throws {
        let problem = try Self.problem([
            "x.hcl": "include \"y\" {\n  path = \"y.hcl\"\n  expose = true\n}\n"
                + "locals {\n  a = include.y.locals.b\n}\n",
            "y.hcl": "include \"x\" {\n  path = \"x.hcl\"\n  expose = true\n}\n"
                + "locals {\n  b = include.x.locals.a\n}\n",
        ])
        #expect(problem.file == "y.hcl")
        #expect(problem.message.contains("one level"))
    }

    @Test("A ring through a read file and an include names every file")
    func mixedRing() throws {
        let problem = try Self.problem(
            [
                "u/terragrunt.hcl":
                    "include \"root\" {\n  path = \"../root.hcl\"\n  expose = true\n}\n"
                    + "locals {\n  a = include.root.locals.b\n}\n",
                "root.hcl": "locals {\n"
                    + "  b = read_terragrunt_config(\"${get_repo_root()}/u/terragrunt.hcl\").locals.a\n}\n",
            ], "u/terragrunt.hcl")
        #expect(problem.message.contains("u/terragrunt.hcl → root.hcl → u/terragrunt.hcl"))
    }

    @Test("A ring in one unit does not harm the reading of another")
    func ringElsewhere() throws {
        let reader = CommitReader(
            MemoryFileTree([
                "a/terragrunt.hcl": "locals {\n  x = try(read_terragrunt_config(\".\"), 1)\n}\n",
                "b/terragrunt.hcl": "locals {\n  x = try(nope(), 1)\n}\n",
            ]))
        #expect(try reader.reads(of: "a").isComplete == false)
        #expect(try reader.reads(of: "b").isComplete)
        #expect(throws: ReadError.self) { try reader.evaluate("a/terragrunt.hcl") }
        #expect(try reader.json("b/terragrunt.hcl") == ["x": "1"])
    }

    @Test("A pointer of Git LFS and a submodule are named as what they are")
    func elsewhere() throws {
        let pointer = try Self.problem([
            "x.hcl": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
        ])
        #expect(pointer.message.contains("Git LFS"))
        var tree = MemoryFileTree([
            "x.hcl": "locals {\n  a = read_terragrunt_config(\"vendor/y.hcl\")\n}\n"
        ])
        tree.submodules = ["vendor"]
        let reader = CommitReader(tree)
        let error = try #require(throws: ReadError.self) { try reader.evaluate("x.hcl") }
        #expect(error.description.contains("inside the submodule vendor"))
        #expect(error.problems.first?.line == 2)
    }

    @Test("Names that are no UTF-8 are listed and read like others")
    func strangeNames() throws {
        let tree = Repositories.defined("stage \"images\" {\n    units = [\"unit\"]\n  }")
            .with("unit/terragrunt.hcl", "").with("unit/\u{FFFD}.sh", "a")
        let inputs = try Example.state(tree).imageInputs
        #expect(inputs["unit/\u{FFFD}.sh"] != nil)
        let changed = try Example.state(tree.with("unit/\u{FFFD}.sh", "b")).imageInputs
        #expect(changed["unit/\u{FFFD}.sh"] != inputs["unit/\u{FFFD}.sh"])
    }

    @Test("Files that cannot be read stay out of the judgement of what is unused")
    func unreadableElsewhere() throws {
        var tree = Repositories.versions("cilium = \"1\"").with("huge.hcl", "")
        tree.claimedSizes = ["huge.hcl": 100 << 20]
        #expect(try Example.state(tree).unusedValues.isEmpty)
    }

    @Test("The highest tree that can be parsed is read on the smallest stack")
    func smallStack() async throws {
        let chain = Array(repeating: "1", count: 390).joined(separator: "+")
        let nest =
            String(repeating: "{a=[", count: 45) + "1" + String(repeating: "]}", count: 45)
        let locals = "locals {\n  chain = \(chain)\n  nest = \(nest)\n"
        let tree = Repositories.defined("stage \"images\" {\n    units = [\"unit\"]\n  }")
            .replacing(
                "locals {\n", locals + "  made = [local.versions.talos_version, \(chain)]\n",
                in: "common/schematic.hcl"
            )
            .with("unit/terragrunt.hcl", "inputs = {\n  a = \(chain)\n  b = \(nest)\n}\n")
            .with("unit/main.tf", locals + "}\n")
        // Threads of the shared pool have 512 KiB on some systems.
        let state = await withCheckedContinuation { continuation in
            let thread = Thread {
                continuation.resume(returning: Result { try Example.state(tree) })
            }
            thread.stackSize = 512 * 1_024
            thread.start()
        }
        #expect(try state.get().imageInputs.count == 2)
    }
}
