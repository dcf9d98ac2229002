import ClusterModel
import Testing

@testable import Infrastructure

@Suite("Modules in code of every form")
struct ModuleCodeTests {
    private static let unit = """
        terraform {
          source = "../modules//x"
        }
        """

    private static let tree = MemoryFileTree([
        "u/terragrunt.hcl": unit, "modules/x/z.tf": "", "modules/y/main.tf": "",
        "modules/y/part/main.tf": "", "common/a.txt": "",
    ])

    private static func reads(json: String) throws -> UnitReads {
        try CommitReader(tree.with("modules/x/main.tf.json", json)).reads(of: "u")
    }

    private static func reads(generate: String, unit: String = unit) throws -> UnitReads {
        try CommitReader(tree.with("u/terragrunt.hcl", unit + "\n" + generate)).reads(of: "u")
    }

    private static func generate(_ contents: String, path: String = "y.tf") -> String {
        """
        generate "y" {
          path      = "\(path)"
          if_exists = "overwrite"
          contents  = <<-EOT
            \(contents)
          EOT
        }
        """
    }

    @Test(
        "A module called in JSON syntax is followed",
        arguments: [
            #"{"module": {"y": {"source": "../y"}}}"#,
            #"{"module": [{"y": {"source": "../y"}}]}"#,
            #"[{"module": [{"z": {}}, {"y": [{"source": "../y"}]}]}]"#,
            #"{"module": {"y": {"source": "${path.module}/../y"}}}"#,
            #"{"module": {"y": {"source": "..\/y"}}}"#,
            #"{"locals": {"a": "x ${file(\"${path.module}/../y/main.tf\")}"}}"#,
        ])
    func json(text: String) throws {
        let unit = try Self.reads(json: text)
        #expect(unit.files.map(\.file).contains("modules/y/main.tf"))
        #expect(unit.isComplete, "\(unit.problems.map(\.message))")
    }

    @Test("A module called in JSON syntax has the way that leads to it")
    func way() throws {
        let unit = try Self.reads(json: "{\"module\": {\n  \"y\": {\"source\": \"../y\"}\n}}\n")
        let read = try #require(unit.read(of: "modules/y/main.tf"))
        #expect(
            read.description
                == "u/terragrunt.hcl:2 source → modules/x/main.tf.json:2 module → modules/y/main.tf"
        )
    }

    @Test(
        "JSON that hides what is read makes a unit incomplete, with the line",
        arguments: [
            ("{", 1), (#"{"module": {"y": {"source": "${var.y}"}}}"#, 1),
            ("{\n\"locals\": {\"a\": \"${file(var.a)}\"}}", 2),
            (#"{"module": {"y": {"source": "../y"}}, "module": {}}"#, 1),
            (#"{"locals": {"a": "${"}}"#, 1),
        ])
    func unseenJSON(text: String, line: Int) throws {
        let unit = try Self.reads(json: text)
        #expect(unit.problems.map(\.line) == [line])
        #expect(unit.problems.first?.file == "modules/x/main.tf.json")
    }

    @Test(
        "Code that is generated is followed",
        arguments: [
            (generate("module \"y\" { source = \"${get_repo_root()}/modules/y\" }"), unit),
            (generate("module \"y\" { source = \"../modules/y\" }"), ""),
            (generate("module \"y\" { source = \"../y\" }"), unit),
            (generate("locals { a = file(\"${get_repo_root()}/modules/y/main.tf\") }"), unit),
            (
                generate(
                    #"{"module": {"y": {"source": "${get_repo_root()}/modules/y"}}}"#,
                    path: "y.tf.json"), unit
            ),
            (
                "generate = {\n  y = { path = \"y.tf\", contents = "
                    + "\"module \\\"y\\\" { source = \\\"../modules/y\\\" }\" }\n}\n", unit
            ),
        ])
    func generated(code: String, unit: String) throws {
        let unit = try Self.reads(generate: code, unit: unit)
        #expect(unit.files.map(\.file).contains("modules/y/main.tf"))
        #expect(unit.files.map(\.file).contains("modules/y/part/main.tf") || code.contains("file("))
        #expect(unit.isComplete, "\(unit.problems.map(\.message))")
    }

    @Test(
        "Generated code that cannot be seen makes a unit incomplete, with the line",
        arguments: [
            generate("module \"y\" { source = run_cmd(\"x\") }", path: "y.tf"),
            generate("# ${run_cmd(\"x\")}"), generate("module {"),
            generate("module \"y\" { source = \"../nowhere\" }"),
            generate("locals { a = file(var.a) }"), generate("{", path: "y.tf.json"),
        ])
    func unseen(code: String) throws {
        let unit = try Self.reads(generate: code)
        #expect(unit.problems.map(\.line) == [7])
        #expect(unit.problems.first?.file == "u/terragrunt.hcl")
    }

    @Test(
        "Generated files that are no code, and modules elsewhere, are left alone",
        arguments: [
            generate("module {", path: "y.yaml"),
            generate("module \"y\" { source = \"terraform-aws-modules/vpc/aws\" }"),
            generate("module \"y\" { source = \"git::https://example.org/y.git?ref=v1\" }"),
        ])
    func others(code: String) throws {
        let unit = try Self.reads(generate: code)
        #expect(unit.files.map(\.file) == ["modules/x/z.tf", "u/terragrunt.hcl"])
        #expect(unit.isComplete, "\(unit.problems.map(\.message))")
    }

    @Test("A source made of the module's own directory is followed, one of a variable is not seen")
    func sources() throws {
        let known = try CommitReader(
            Self.tree.with(
                "modules/x/z.tf", "module \"y\" {\n  source = \"${path.module}/../y\"\n}\n")
        ).reads(of: "u")
        #expect(known.files.map(\.file).contains("modules/y/main.tf"))
        #expect(known.isComplete)
        let unknown = try CommitReader(
            Self.tree.with("modules/x/z.tf", "module \"y\" {\n  source = var.y\n}\n")
        ).reads(of: "u")
        #expect(unknown.problems.map(\.line) == [2])
    }
}
