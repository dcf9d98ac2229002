import HCL
import Testing

@testable import Infrastructure

@Suite("Functions of Terragrunt and of files")
struct FunctionTests {
    private static let files = [
        "a/t.tftpl": "%{ for n in names ~}\n${upper(n)} ${file(\"b.txt\")}\n%{ endfor ~}\n",
        "a/b.txt": "abc", "a/one.tftpl": "${list}",
        "a/again.tftpl": "${templatefile(\"b.txt\", {})}",
        "a/own.tftpl": "${get_repo_root()}", "a/need.tftpl": "${nothing}", "a/bad.tftpl": "${",
        "a/v.tfvars": "b = [1, \"x\"]\na = { n = null, f = 1.5 }\n",
        "a/v.tfvars.json": "{ \"a\" : 1 }", "a/list.tfvars.json": "[]",
        "a/block.tfvars": "x {\n}\n", "a/call.tfvars": "x = upper(\"a\")\n",
        "a/d/1.yaml": "1", "a/d/e/2.yaml": "2", "a/d/e/3.json": "3", "a/d/4.yml": "4",
        "a/bytes.bin": "", "uprev.hcl": "",
    ]

    private static func tree(_ expression: String) -> MemoryFileTree {
        var tree = MemoryFileTree(files)
            .with("a/x.hcl", "locals {\n  a = \(expression)\n}\n")
        tree.files["a/bytes.bin"] = [0xFF, 0x00]
        return tree
    }

    private static func json(_ expression: String) throws -> String? {
        try CommitReader(tree(expression)).evaluate("a/x.hcl").first?.json
    }

    private static func problem(_ expression: String) throws -> ReadProblem {
        let reader = CommitReader(tree(expression))
        return try #require(
            try #require(throws: ReadError.self) { try reader.evaluate("a/x.hcl") }.problems.first)
    }

    @Test(
        "Hashes and encodings of files",
        arguments: [
            ("filemd5", "900150983cd24fb0d6963f7d28e17f72"),
            ("filesha1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            ("filesha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            ("filebase64", "YWJj"),
            ("filebase64sha256", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="),
            (
                "filebase64sha512",
                "3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw=="
            ),
        ])
    func hashes(function: String, result: String) throws {
        #expect(try Self.json("\(function)(\"b.txt\")") == "\"\(result)\"")
    }

    @Test(
        "Results",
        arguments: [
            ("filebase64(\"bytes.bin\")", "\"/wA=\""), ("fileexists(\"b.txt\")", "true"),
            ("fileexists(\"none.txt\")", "false"),
            (
                "templatefile(\"t.tftpl\", { names = [\"x\", \"y\"] })",
                "\"X abc\\nY abc\\n\""
            ),
            // A template that is one interpolation keeps the type.
            ("templatefile(\"one.tftpl\", { list = [1, 2] })", "[1,2]"),
            ("fileset(\"d\", \"*.yaml\")", "[\"1.yaml\"]"),
            ("fileset(\"d\", \"**/*.yaml\")", "[\"1.yaml\",\"e/2.yaml\"]"),
            ("fileset(\"d\", \"**\")", "[\"1.yaml\",\"4.yml\",\"e/2.yaml\",\"e/3.json\"]"),
            ("fileset(\"d\", \"**/*.{json,yml}\")", "[\"4.yml\",\"e/3.json\"]"),
            ("fileset(\"d\", \"[0-1].y?ml\")", "[\"1.yaml\"]"),
            ("fileset(\"d\", \"../*.txt\")", "[\"../b.txt\"]"),
            ("fileset(\"none\", \"*\")", "[]"), ("fileset(\".\", \"b.txt\")", "[\"b.txt\"]"),
            ("mark_glob_as_read(\"d/*.yaml\")", "[\"/repository/a/d/1.yaml\"]"),
            ("mark_glob_as_read(\"d/**.yaml\")[1]", "\"/repository/a/d/e/2.yaml\""),
            ("mark_glob_as_read(\"d/**/*.yaml\")", "[\"/repository/a/d/e/2.yaml\"]"),
            ("mark_glob_as_read(\"d/e\", \"d/**\")[0]", "\"/repository/a/d/e/2.yaml\""),
            ("mark_as_read(\"b.txt\")", "\"b.txt\""), ("mark_as_read(\"none\")", "\"none\""),
            (
                "read_tfvars_file(\"v.tfvars\")",
                "\"{\\\"a\\\":{\\\"f\\\":1.5,\\\"n\\\":null},\\\"b\\\":[1,\\\"x\\\"]}\""
            ),
            ("read_tfvars_file(\"v.tfvars.json\")", "\"{ \\\"a\\\" : 1 }\""),
            ("jsondecode(read_tfvars_file(\"v.tfvars\")).b[1]", "\"x\""),
            ("get_terraform_commands_that_need_vars()[1]", "\"console\""),
            ("get_terraform_commands_that_need_locking()[6]", "\"untaint\""),
            ("get_terraform_commands_that_need_input()[2]", "\"init\""),
            ("get_terraform_commands_that_need_parallelism()", "[\"apply\",\"plan\",\"destroy\"]"),
            ("abspath(\"/repository/a/../b\")", "\"/repository/b\""),
            (
                "deep_merge({ a = { x = 1, l = [1] }, b = 1 }, null, { a = { l = [2], y = 2 } })",
                "{\"a\":{\"l\":[1,2],\"x\":1,\"y\":2},\"b\":1}"
            ),
            ("deep_merge()", "{}"),
            ("find_in_parent_folders(\"uprev.hcl\")", "\"/repository/uprev.hcl\""),
        ])
    func results(expression: String, json: String) throws {
        #expect(try Self.json(expression) == json)
    }

    @Test(
        "Version constraints are those of Terraform's own library",
        arguments: [
            ("1.2.3", ">= 1.2, < 2.0", true), ("2.0.0", ">= 1.2, < 2.0", false),
            ("v1.2.3", "1.2.3", true), ("1.2.3", "= 1.2.3", true), ("1.2.3", "!= 1.2.3", false),
            ("1.3.0", "~> 1.2", true), ("2.0.0", "~> 1.2", false), ("1.1.9", "~> 1.2", false),
            ("1.2.9", "~> 1.2.3", true), ("1.3.0", "~> 1.2.3", false),
            ("1.2.0-beta", ">= 1.1", false), ("1.2.0-beta.2", "> 1.2.0-beta.1", true),
            ("1.2.0-beta.11", "> 1.2.0-beta.2", true), ("1.2.0", "> 1.2.0-rc.1", true),
            ("1.2.0", "~> 1.2.0-rc.1", false), ("1.2.0+build", "1.2.0", true),
            ("1.2", "<= 1.2.0", true), ("10.0.0", "> 9.9.9", true), ("1.2.3.4", "> 1.2.3", true),
            ("1.0.0-alpha.1", "< 1.0.0-alpha.beta", true),
        ])
    func constraints(version: String, constraint: String, isAllowed: Bool) throws {
        #expect(
            try Self.json("constraint_check(\"\(version)\", \"\(constraint)\")")
                == "\(isAllowed)")
    }

    @Test(
        "Errors are at the call, or in the file that has them",
        arguments: [
            ("constraint_check(\"x\", \">= 1\")", "not a version", "a/x.hcl"),
            ("constraint_check(\"1\", \"=> 1\")", "not a constraint", "a/x.hcl"),
            ("deep_merge({}, [])", "map or an object", "a/x.hcl"),
            ("deep_merge({ a = \"x\" }, { a = [1] })", "\"a\" is a list", "a/x.hcl"),
            ("file(\"bytes.bin\")", "not valid UTF-8", "a/x.hcl"),
            ("file(\"d\")", "is a directory", "a/x.hcl"),
            ("fileexists(\"d\")", "not a file", "a/x.hcl"),
            ("read_terragrunt_config(\"b.txt/c\")", "no file", "a/x.hcl"),
            ("templatefile(\"t.tftpl\", [])", "map or an object", "a/x.hcl"),
            ("templatefile(\"t.tftpl\", { \"a-b\" = 1 })", "name of a variable", "a/x.hcl"),
            ("templatefile(\"need.tftpl\", {})", "nothing", "a/need.tftpl"),
            ("templatefile(\"again.tftpl\", {})", "another template", "a/again.tftpl"),
            ("templatefile(\"own.tftpl\", {})", "get_repo_root", "a/own.tftpl"),
            ("templatefile(\"bad.tftpl\", {})", "", "a/bad.tftpl"),
            ("read_tfvars_file(\"block.tfvars\")", "only hold attributes", "a/block.tfvars"),
            ("read_tfvars_file(\"call.tfvars\")", "upper", "a/call.tfvars"),
            ("read_tfvars_file(\"list.tfvars.json\")", "not a JSON object", "a/x.hcl"),
            ("read_tfvars_file(\"b.txt\")", "", "a/b.txt"),
            ("fileset(\"../../x\", \"*\")", "outside the repository", "a/x.hcl"),
            ("fileset(\".\", \"/etc/*\")", "outside the repository", "a/x.hcl"),
            ("fileset(\".\", \"*/../../../x\")", "after a wildcard", "a/x.hcl"),
            ("fileset(\".\", \"[\")", "not a pattern", "a/x.hcl"),
            ("get_env()", "name", "a/x.hcl"),
            ("get_env(\"\", \"x\")", "name of a variable", "a/x.hcl"),
            ("find_in_parent_folders(\"none.hcl\")", "has none.hcl", "a/x.hcl"),
            ("get_repo_root(\"x\")", "takes only 0", "a/x.hcl"),
            ("read_terragrunt_config(\"x\", 1, 2)", "a path and a default", "a/x.hcl"),
        ])
    func errors(expression: String, text: String, file: String) throws {
        let problem = try Self.problem(expression)
        #expect(problem.message.contains(text), "\(problem.message)")
        #expect(problem.file == file)
        #expect(problem.line != nil)
    }
}
