import HCL
import Testing

@testable import Infrastructure

@Suite("What a read configuration shows")
struct ConfigurationTests {
    private static let unit = """
        include "root" {
          path = "../root.hcl"
        }
        terraform {
          source = "../modules/${local.name}"
          extra_arguments "vars" {
            commands = get_terraform_commands_that_need_vars()
          }
        }
        locals {
          name = "net"
          set  = toset(["b", "a"])
        }
        dependency "vpc" {
          config_path = "../vpc"
        }
        generate "provider" {
          path     = "provider.tf"
          contents = "x"
        }
        errors {
          retry "all" {
          }
        }
        engine {
          source = "x"
        }
        iam_role = "role"
        """

    private static let files = [
        "u/terragrunt.hcl": unit,
        "root.hcl": """
        remote_state {
          backend = "gcs"
          config  = { bucket = "b-${path_relative_to_include()}" }
        }
        dependency "dns" {
          config_path = "../dns"
        }
        terraform_binary = "tofu"
        inputs = { id = 12345678901234567890 }
        """,
        "x.hcl": "locals {\n  a = 1\n}\n",
    ]

    private static func value(_ expression: String) throws -> EvaluatedLocal {
        let tree = MemoryFileTree(files).with(
            "x.hcl", "locals {\n  u = read_terragrunt_config(\"u\")\n  a = \(expression)\n}\n")
        return try #require(try CommitReader(tree).evaluate("x.hcl").last)
    }

    @Test(
        "What Terragrunt gives",
        arguments: [
            ("local.u.locals.name", "\"net\""), ("local.u.locals.set", "[\"a\",\"b\"]"),
            ("local.u.terraform.source", "\"../modules/net\""),
            ("local.u.remote_state.backend", "\"gcs\""),
            ("local.u.remote_state.config.bucket", "\"b-u\""),
            ("local.u.terraform_binary", "\"tofu\""), ("local.u.iam_role", "\"role\""),
            ("local.u.download_dir", "\"\""),
            ("local.u.dependency.vpc.config_path", "\"../vpc\""),
            ("keys(local.u.dependency)", "[\"dns\",\"vpc\"]"),
            ("keys(local.u.generate)", "[\"provider\"]"), ("keys(local.u.feature)", "[]"),
            ("can(local.u.exclude)", "false"), ("can(local.u.prevent_destroy)", "false"),
            // Numbers pass through double precision on their way from file to file.
            ("local.u.inputs.id", "12345678901234567000"),
        ])
    func known(expression: String, json: String) throws {
        #expect(try Self.value(expression).json == json)
    }

    @Test(
        "What is not read says so",
        arguments: [
            "local.u.terraform.extra_arguments", "local.u.generate.provider.path",
            "local.u.dependencies", "local.u.errors", "local.u.engine",
            "local.u.remote_state.encryption",
        ])
    func unread(expression: String) throws {
        let local = try Self.value(expression)
        #expect(local.value.isUnknown)
        #expect(local.unknownReasons.first?.contains("not read by uprev") == true)
    }

    @Test("An unknown dependency is an error with the nearest name, and mocks are never values")
    func dependency() throws {
        func inputs(_ expression: String) throws -> EvaluatedLocal {
            let tree = MemoryFileTree([
                "u/terragrunt.hcl": """
                dependency "vpc" {
                  config_path  = "../vpc"
                  mock_outputs = { id = "mock" }
                }
                inputs = {
                  id = \(expression)
                }
                """, "x.hcl": "locals {\n  a = read_terragrunt_config(\"u\").inputs.id\n}\n",
            ])
            return try #require(try CommitReader(tree).evaluate("x.hcl").first)
        }
        #expect(try inputs("dependency.vpc.outputs.id").unknownReasons[0].contains("state knows"))
        #expect(try inputs("dependency.vcp.outputs.id").unknownReasons[0].contains("no dependency"))
    }

    @Test("The directory of the outermost configuration is told apart where it is asked for")
    func originalDirectory() throws {
        let tree = MemoryFileTree([
            "common.hcl": "locals {\n  from = get_original_terragrunt_dir()\n}\n",
            "plain.hcl": "locals {\n  b = 1\n}\n",
            "a/x.hcl": "locals {\n  v = read_terragrunt_config(\"../common.hcl\").locals.from\n"
                + "  p = read_terragrunt_config(\"../plain.hcl\").locals.b\n}\n",
            "b/x.hcl": "locals {\n  v = read_terragrunt_config(\"../common.hcl\").locals.from\n"
                + "  p = read_terragrunt_config(\"../plain.hcl\").locals.b\n}\n",
        ])
        let cache = ReadingCache()
        let reader = CommitReader(tree, cache: cache)
        #expect(try reader.json("a/x.hcl")["v"] == "\"/repository/a\"")
        #expect(try reader.json("b/x.hcl")["v"] == "\"/repository/b\"")
        // The plain file is evaluated once for both, the other one for each.
        #expect(cache.evaluationCount == 3)
    }
}
