import Testing

@testable import Infrastructure

@Suite("Reads that something unknown decides on")
struct UndecidedTests {
    private static func reads(_ expression: String, template: String = "") throws -> UnitReads {
        let tree = MemoryFileTree([
            "u/terragrunt.hcl": """
            dependency "d" {
              config_path = "../d"
            }
            inputs = {
              a = \(expression)
            }
            """,
            "common/a.txt": "", "common/a.tftpl": template,
        ])
        return try CommitReader(tree).reads(of: "u")
    }

    @Test(
        "A file is read although only a run knows whether it counts",
        arguments: [
            "[for u in dependency.d.outputs.x : templatefile(\"../common/a.txt\", { u = u })]",
            "{ for k, v in dependency.d.outputs.x : k => file(\"../common/a.txt\") }",
            "{ for k, v in dependency.d.outputs.x : file(\"../common/a.txt\") => v }",
            "[for v in dependency.d.outputs.x : v if file(\"../common/a.txt\") == v]",
            "[for v in dependency.d.outputs.x : [for w in v : file(\"../common/a.txt\")]]",
            "[for v in [1] : file(\"../common/a.txt\") if dependency.d.outputs.x]",
            "{ for v in [1] : v => file(\"../common/a.txt\") if dependency.d.outputs.x }",
            "{ for v in [1] : dependency.d.outputs.x => file(\"../common/a.txt\") }",
            "try(dependency.d.outputs.x, file(\"../common/a.txt\"))",
            "try([dependency.d.outputs.x], 1, file(\"../common/a.txt\"))",
            "can(try(dependency.d.outputs.x, file(\"../common/a.txt\")))",
            "\"%{ for v in dependency.d.outputs.x }${file(\"../common/a.txt\")}%{ endfor }\"",
            "\"%{ if dependency.d.outputs.x }${file(\"../common/a.txt\")}%{ endif }\"",
            "dependency.d.outputs.x[file(\"../common/a.txt\")]",
            "dependency.d.outputs.x[*][file(\"../common/a.txt\")]",
            "dependency.d.outputs.x && fileexists(\"../common/a.txt\")",
            "fileexists(\"../common/a.txt\") || dependency.d.outputs.x",
            "concat([file(\"../common/a.txt\")], dependency.d.outputs.x...)",
            "templatefile(\"../common/a.txt\", dependency.d.outputs.x...)",
        ])
    func undecided(expression: String) throws {
        let unit = try Self.reads(expression)
        #expect(unit.files.map(\.file).contains("common/a.txt"))
        #expect(unit.isComplete, "\(unit.problems.map(\.message))")
    }

    @Test(
        "A configuration that is read reads what its blocks name",
        arguments: [
            "generate \"y\" {\n  path = \"y.tf\"\n  contents = TEXT\n}\n",
            "terraform {\n  after_hook \"y\" {\n    execute = [TEXT]\n  }\n}\n",
            "errors {\n  retry \"y\" {\n    retryable_errors = [TEXT]\n  }\n}\n",
        ])
    func blocks(text: String) throws {
        let code = text.replacing("TEXT", with: "file(\"a.txt\")")
        let tree = MemoryFileTree([
            "u/terragrunt.hcl":
                "inputs = {\n  a = read_terragrunt_config(\"../common/x.hcl\")\n}\n",
            "common/x.hcl": code, "common/a.txt": "",
        ])
        let unit = try CommitReader(tree).reads(of: "u")
        #expect(unit.files.map(\.file).contains("common/a.txt"))
        #expect(unit.isComplete, "\(unit.problems.map(\.message))")
    }

    @Test("A template is looked at although its variables are unknown")
    func template() throws {
        let unit = try Self.reads(
            "templatefile(\"../common/a.tftpl\", dependency.d.outputs.x)",
            template: "${x} ${file(\"../common/a.txt\")}")
        #expect(unit.files.map(\.file).contains("common/a.txt"))
        #expect(unit.isComplete, "\(unit.problems.map(\.message))")
    }

    @Test(
        "A path that only a run knows is a problem with its place",
        arguments: [
            "[for v in dependency.d.outputs.x : file(\"../common/${v}.txt\")]",
            "try(dependency.d.outputs.x, file(dependency.d.outputs.y))",
            "[for v in [1] : file(run_cmd(\"x\")) if dependency.d.outputs.x]",
            "fileset(\"../common\", dependency.d.outputs.x)",
            "mark_glob_as_read(\"../common\", dependency.d.outputs.x)",
            "file(dependency.d.outputs.x...)",
        ])
    func unknownPath(expression: String) throws {
        let unit = try Self.reads(expression)
        #expect(!unit.isComplete)
        #expect(unit.problems.map(\.line) == [5])
    }

    @Test(
        "What is decided is neither read nor a problem",
        arguments: [
            "[for v in [] : file(\"../common/${v}.txt\")]",
            "[for v in [dependency.d.outputs.x] : file(v) if false]",
            "try(1, file(\"../common/a.txt\"))",
            "[for v in dependency.d.outputs.x : tonumber(\"x\")]",
        ])
    func decided(expression: String) throws {
        let unit = try Self.reads(expression)
        #expect(unit.files.map(\.file) == ["u/terragrunt.hcl"])
        #expect(unit.isComplete, "\(unit.problems.map(\.message))")
    }
}
