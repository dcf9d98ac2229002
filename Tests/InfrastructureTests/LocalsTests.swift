import HCL
import Testing

@testable import Infrastructure

@Suite("Locals")
struct LocalsTests {
    private static func json(_ locals: String) throws -> [String: String] {
        let tree = MemoryFileTree(["x.hcl": "locals {\n\(locals)\n}\n"])
        return try CommitReader(tree).json("x.hcl")
    }

    private static func problems(_ locals: String) throws -> [ReadProblem] {
        let tree = MemoryFileTree(["x.hcl": "locals {\n\(locals)\n}\n"])
        let reader = CommitReader(tree)
        return try #require(throws: ReadError.self) { try reader.evaluate("x.hcl") }.problems
    }

    @Test("Locals may stand in any order")
    func order() throws {
        #expect(
            try Self.json("a = local.b + 1\nb = local.c\nc = 1") == ["a": "2", "b": "1", "c": "1"])
    }

    @Test("A thousand locals in the wrong order are no problem")
    func longRow() throws {
        let lines = (0..<1_000).map { "v\($0) = local.v\($0 + 1)" } + ["v1000 = 7"]
        #expect(try Self.json(lines.joined(separator: "\n"))["v0"] == "7")
    }

    @Test("A ring is one error that names all of it, with places")
    func ring() throws {
        let problems = try Self.problems("a = local.b\nb = [local.c]\nc = local.a\nd = local.a")
        #expect(problems.count == 1)
        let problem = try #require(problems.first)
        #expect(problem.message.contains("a → b → c → a"))
        #expect(problem.message.contains("a at x.hcl:2:1, b at x.hcl:3:1, c at x.hcl:4:1"))
        #expect(problem.line == 2)
    }

    @Test("A ring is one although evaluation would never come to it, as in Terragrunt")
    func ringInBranch() throws {
        #expect(
            try Self.problems("a = true ? 1 : local.a").first?.message.contains("a → a") == true)
        let tried = try Self.problems("a = try(local.b, 1)\nb = try(local.a, 2)")
        #expect(tried.first?.message.contains("ring") == true)
    }

    @Test("A local that is only named in a branch not taken must exist")
    func unknownInBranch() throws {
        let problem = try #require(try Self.problems("size = 1\na = try(local.sise, 1)").first)
        #expect(problem.hint == "Did you mean \"size\"?")
        #expect(problem.line == 3)
    }

    @Test(
        "Locals see nothing that is evaluated after them",
        arguments: ["dependency.vpc.outputs.id", "path.module", "keys(local)", "local[\"b\"]"])
    func roots(expression: String) throws {
        let problem = try #require(try Self.problems("a = \(expression)\nb = 1").first)
        #expect(problem.message.contains("locals"))
        #expect(problem.line == 2)
    }

    @Test("Variables of a for are no references")
    func forVariables() throws {
        let values = try Self.json(
            "a = [for dependency in [1, 2] : dependency * local.b]\nb = 2\n"
                + "c = { for k, v in { x = 1 } : k => v }")
        #expect(values["a"] == "[2,4]")
        #expect(values["c"] == "{\"x\":1}")
    }

    @Test("Independent errors are all reported, and what follows from one is not")
    func several() throws {
        let problems = try Self.problems(
            "a = 1 + \"x\"\nb = nope()\nc = local.a\nd = \"${local.a}\"\ne = local.missing\nf = 1")
        #expect(problems.compactMap(\.line) == [2, 3, 6])
    }
}
