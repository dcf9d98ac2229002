import ClusterModel
import Testing

@testable import Infrastructure

@Suite("Values that nothing consumes")
struct UnusedTests {
    /// A unit that uses the Talos version, and a value `cilium` that nothing uses.
    private static let repository = Repositories.defined(
        "stage \"images\" {\n    units = [\"unit\"]\n  }"
    )
    .replacing("locals {", "locals {\n  cilium = \"1.18\"", in: "common/versions.hcl")
    .with(
        "unit/terragrunt.hcl",
        """
        include "root" {
          path   = "../root.hcl"
          expose = true
        }
        locals {
          c = read_terragrunt_config("../common/versions.hcl")
          v = local.c.locals
        }
        inputs = {
          version = local.v.talos_version
        }
        """
    )
    .with("root.hcl", "locals {\n  all = read_terragrunt_config(\"../common/versions.hcl\")\n}\n")
    .with("unit/t.tftpl", "${v}").with("scripts/s.sh", "true\n")

    private static func unused(_ tree: MemoryFileTree) throws -> [String] {
        try Example.state(tree).unusedValues
    }

    @Test("Without any consumption it is unused")
    func none() throws {
        #expect(try Self.unused(Self.repository) == ["cilium"])
    }

    @Test(
        "Consumption in any shape counts",
        arguments: [
            "x = local.v.cilium", "x = local.c.locals.cilium", "x = local.c.locals",
            "x = local.v", "x = local.c", "x = local.v[local.key]", "x = local.c[\"locals\"]",
            "x = merge(local.v, {})", "x = merge(local.c.locals, {}).other",
            "x = [for k, w in local.v : w]", "x = { for k, w in local.c.locals : k => w }",
            "x = local.v[*]", "x = values(local.v)[0]", "x = lookup(local.v, \"cil\", 1)",
            "x = true ? local.v : {}", "x = \"${jsonencode(local.v)}\"", "x = jsonencode(local)",
            "x = include.root", "x = include.root.locals", "x = include.root.locals.all",
            "x = include.root.locals.all.locals[\"cil\"]", "x = [include.root][0].inputs",
            "x = read_terragrunt_config(\"../common/versions.hcl\").locals[local.k]",
            "x = try(read_terragrunt_config(\"../common/versions.hcl\").locals, {})",
            "x = templatefile(\"t.tftpl\", local.v)",
            "x = templatefile(\"t.tftpl\", { v = local.c })",
            "x = file(\"../common/versions.hcl\")", "x = filebase64(\"../common/versions.hcl\")",
            "x = run_cmd(\"grep\", \"-o\", \"../common/versions.hcl\")",
            "x = \"the version of cilium\"",
            "x = run_cmd(\"sh\", \"-c\", \"grep cilium versions\")",
            "x = run_cmd(\"sh\", \"../scripts/t.sh\")",
            "x = \"%{ for w in local.v }${w}%{ endfor }\"",
            "x = file(run_cmd(\"x\"))", "x = nope(",
        ])
    func consumed(line: String) throws {
        let tree = Self.repository
            .replacing("inputs = {", "inputs = {\n  \(line)", in: "unit/terragrunt.hcl")
            .with("scripts/t.sh", "grep cilium common/versions.hcl\n")
        // A unit that cannot be parsed makes the commit unreadable, which judges nothing either.
        let unused = (try? Self.unused(tree)) ?? []
        #expect(unused == [])
    }

    @Test(
        "Consumption elsewhere counts, too",
        arguments: [
            ("unit/t.tftpl", "${cilium}"), ("unit/main.tf", "locals {\n  a = var.cilium\n}\n"),
            ("unit/build.sh", "echo $cilium"), ("unit/values.yaml", "version: cilium\n"),
            ("other/terragrunt.hcl", "inputs = {\n  a = local.x.cilium\n}\n"),
            ("other/bad.hcl", "a = \n"),
            ("root.hcl", "locals {\n  all = 1\n}\ninputs = include.r.locals\n"),
        ])
    func elsewhere(path: String, text: String) throws {
        #expect(try Self.unused(Self.repository.with(path, text)) == [])
    }

    @Test("What does not reach the value changes nothing")
    func unrelated() throws {
        for line in [
            "x = local.v.kubernetes_version", "x = include.root.locals.all.locals.talos_version",
            "x = run_cmd(\"sh\", \"../scripts/s.sh\")", "x = upper(\"a\")",
        ] {
            let tree = Self.repository
                .replacing("inputs = {", "inputs = {\n  \(line)", in: "unit/terragrunt.hcl")
            #expect(try Self.unused(tree) == ["cilium"], "\(line)")
        }
    }
}
