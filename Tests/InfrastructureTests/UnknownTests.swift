import HCL
import Testing

@testable import Infrastructure

@Suite("What a commit does not say")
struct UnknownTests {
    private static func json(_ files: [String: String], _ path: String) throws -> [String: String] {
        try CommitReader(MemoryFileTree(files)).json(path)
    }

    private static func error(_ files: [String: String], _ path: String) throws -> ReadProblem {
        let reader = CommitReader(MemoryFileTree(files))
        let error = try #require(throws: ReadError.self) { try reader.evaluate(path) }
        return try #require(error.problems.first)
    }

    @Test(
        "No path leaves the repository",
        arguments: [
            "read_terragrunt_config(\"../../x.hcl\")", "file(\"/etc/passwd\")",
            "fileexists(\"../../../etc/passwd\")", "file(\"${get_repo_root()}/../x\")",
            "sops_decrypt_file(\"~/secrets.yaml\")", "templatefile(\"/tmp/x\", {})",
        ])
    func outside(call: String) throws {
        let problem = try Self.error(["a/x.hcl": "locals {\n  a = \(call)\n}\n"], "a/x.hcl")
        #expect(problem.line == 2)
        #expect(problem.message.contains("Path outside the repository"))
    }

    @Test(
        "What only a run knows is unknown with its reason",
        arguments: [
            ("run_cmd(\"date\")", "run_cmd, which is never executed"),
            ("upper(\"x-${run_cmd(\"date\")}\")", "run_cmd"),
            ("sops_decrypt_file(\"s.yaml\")", "sops_decrypt_file"),
            ("get_env(\"HOME\")", "environment variable HOME"),
            ("timestamp()", "timestamp"),
            ("file(\"untracked.json\")", "untracked.json, which is not in the commit"),
            ("fileexists(\"ignored.json\")", "ignored.json, which is not in the commit"),
            ("read_terragrunt_config(\"ignored.json\")", "ignored.json, which is not in"),
            ("find_in_parent_folders(\"ignored.json\", \"x\")", "ignored.json, which is not in"),
            ("pathexpand(\"~/x\")", "pathexpand"), ("abspath(\"x\")", "abspath"),
            ("read_terragrunt_config(run_cmd(\"x\")).locals.a", "run_cmd"),
            ("get_aws_account_id()", "cloud account"),
            ("get_platform()", "depends on the machine"),
            ("get_working_dir()", "depends on the run"),
            ("get_terraform_command()", "depends on the command"),
            ("get_default_retryable_errors()", "depends on Terragrunt's version"),
            ("feature.flag.value", "feature flag"), ("values.a", "values of a stack"),
            ("read_terragrunt_config(\"u\").dependency.vpc.outputs.id", "dependency \"vpc\""),
            ("read_terragrunt_config(\"u\").inputs.id", "dependency \"vpc\""),
            ("read_terragrunt_config(\"u\").exclude.if", "not read by uprev"),
            ("read_terragrunt_config(\"terragrunt.stack.hcl\")", "not read by uprev"),
            ("file(\"big.bin\")", "kept by Git LFS"),
        ])
    func unknown(expression: String, reason: String) throws {
        let files = [
            "a/x.hcl": "locals {\n  a = \(expression)\n}\n", "a/s.yaml": "x",
            ".gitignore": "ignored.json\n", "a/terragrunt.stack.hcl": "",
            "a/big.bin": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
            "a/u/terragrunt.hcl": """
            dependency "vpc" {
              config_path  = "../vpc"
              mock_outputs = { id = "mock" }
            }
            exclude {
              if      = true
              actions = ["all"]
            }
            inputs = {
              id = dependency.vpc.outputs.id
            }
            """,
        ]
        let locals = try CommitReader(MemoryFileTree(files)).evaluate("a/x.hcl")
        let local = try #require(locals.first)
        #expect(local.value.isUnknown)
        #expect(local.unknownReasons.first?.contains(reason) == true, "\(local.unknownReasons)")
    }

    @Test("A default of an environment variable and tracked files are known")
    func known() throws {
        let files = [
            "a/x.hcl": """
            locals {
              env    = get_env("REGION", "eu")
              text   = file("note.txt")
              exists = fileexists("note.txt")
              hash   = filesha256("note.txt")
              path   = pathexpand("/tmp/x")
              short  = false && run_cmd("x") == "true"
              begins = startswith("v1.2", "v1") && endswith("v1.2", ".2") && strcontains("abc", "b")
            }
            """,
            "a/note.txt": "abc",
        ]
        let values = try Self.json(files, "a/x.hcl")
        #expect(values["env"] == "\"eu\"")
        #expect(values["text"] == "\"abc\"")
        #expect(values["exists"] == "true")
        #expect(values["hash"]?.hasPrefix("\"ba7816bf") == true)
        #expect(values["path"] == "\"/tmp/x\"")
        #expect(values["short"] == "false")
        #expect(values["begins"] == "true")
    }
}
