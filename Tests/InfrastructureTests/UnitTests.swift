import ClusterModel
import Testing

@testable import Infrastructure

@Suite("Units")
struct UnitTests {
    private static let config = "cluster/config/terragrunt.hcl"

    /// A repository with one unit of each of two stages.
    private static let repository = Repositories.defined(
        """
        stage "images" {
            units = ["images/one"]
          }
          stage "machine_config" {
            units = ["cluster/config"]
          }
        """
    )
    .with(
        "images/one/terragrunt.hcl",
        """
        locals {
          v = read_terragrunt_config(find_in_parent_folders("common/versions.hcl")).locals
          s = read_terragrunt_config(find_in_parent_folders("common/schematic.hcl")).locals
        }
        inputs = {
          version = local.v.talos_version
          args    = local.s.install_kernel_args
        }
        """
    )
    .with(
        "cluster/config/terragrunt.hcl",
        """
        terraform {
          source = "../../modules//config?depth=1"
        }
        inputs = {
          kubernetes = read_terragrunt_config("../../common/versions.hcl").locals.kubernetes_version
          hosts      = file("${get_repo_root()}/files/hosts.txt")
        }
        """
    )
    .with("modules/config/main.tf", "module \"a\" {\n  source = \"../part\"\n}\n")
    .with(
        "modules/part/main.tf",
        "locals {\n  a = templatefile(\"${path.module}/../../files/a.tftpl\", { x = var.x })\n}\n"
    )
    .with("modules/other/main.tf", "locals {\n  a = 1\n}\n")
    .with("files/hosts.txt", "10.0.0.1")
    .with("files/a.tftpl", "${x}")

    @Test("Modules, their modules and their files are followed; others are not")
    func modules() throws {
        let state = try Example.state(Self.repository)
        #expect(
            Set(state.machineConfigInputs.keys) == [
                "cluster/config/terragrunt.hcl", "modules/config/main.tf", "modules/part/main.tf",
                "files/hosts.txt", "files/a.tftpl",
            ])
        #expect(Set(state.imageInputs.keys) == ["images/one/terragrunt.hcl"])
    }

    @Test("Documentation counts where something reads it by name, and not for lying there")
    func documentation() throws {
        let tree = Self.repository
            .replacing("hosts ", "y = file(\"../../files/motd.md\")\n  hosts ", in: Self.config)
            .replacing(
                "source = \"../part\"", "source = \"../part\"\n  l = file(\"LICENSE\")",
                in: "modules/config/main.tf"
            )
            .with("files/motd.md", "Hello").with("cluster/config/README.md", "")
            .with("modules/config/LICENSE", "").with("modules/config/README.md", "")
            .with("modules/part/LICENSE", "")
        let documents = { (paths: [String]) in
            Set(paths.filter { $0.hasSuffix(".md") || $0.hasSuffix("LICENSE") })
        }
        let state = try Example.state(tree)
        let expected: Set = ["files/motd.md", "modules/config/LICENSE"]
        #expect(documents(Array(state.machineConfigInputs.keys)) == expected)
        let reads = try CommitReader(tree).reads(of: "cluster/config")
        #expect(documents(reads.files.map(\.file)) == expected)
    }

    @Test("A stage's own patterns add files, without the two that are compared by value")
    func patterns() throws {
        let tree = Self.repository
            .replacing(
                "units = [\"cluster/config\"]",
                "units = [\"cluster/config\"]\n    inputs = [\"common/**\", \"modules/other\"]",
                in: "uprev.hcl"
            )
            .with("common/network.hcl", "locals {\n  a = 1\n}\n")
        let inputs = try Example.state(tree).machineConfigInputs
        #expect(inputs["common/network.hcl"] != nil)
        #expect(inputs["modules/other/main.tf"] != nil)
        #expect(inputs["common/versions.hcl"] == nil)
        #expect(inputs["common/schematic.hcl"] == nil)
    }

    @Test("An override among the inputs counts by its values without the fields")
    func overrideAsInput() throws {
        let base = Self.repository
            .replacing(
                "stage \"images\"", "overrides = [\"c.hcl\"]\n  stage \"images\"", in: "uprev.hcl"
            )
            .replacing(
                "units = [\"cluster/config\"]",
                "units = [\"cluster/config\"]\n    inputs = [\"c.hcl\"]", in: "uprev.hcl"
            )
            .with("c.hcl", "locals {\n  talos_version = \"v1.11.6\"\n  dns = \"a\"\n}\n")
        let state = try Example.state(base)
        let hash = try #require(state.machineConfigInputs["c.hcl"])
        let raised = try Example.state(base.replacing("v1.11.6", "v1.11.7", in: "c.hcl"))
        #expect(raised.machineConfigInputs["c.hcl"] == hash)
        #expect(raised.talosVersion != state.talosVersion)
        let moved = try Example.state(base.replacing("\"a\"", "\"b\"", in: "c.hcl"))
        #expect(moved.machineConfigInputs["c.hcl"] != hash)
    }

    @Test("A malformed unit makes the commit unreadable, with the place")
    func malformedUnit() throws {
        let tree = Self.repository.with("cluster/config/terragrunt.hcl", "inputs = {\n  a = \n}\n")
        let problem = try #require(try Repositories.error(tree).problems.first)
        #expect(problem.file == "cluster/config/terragrunt.hcl")
        #expect(problem.line == 2)
    }

    @Test("A value that nothing asks for is unused")
    func unused() throws {
        let tree = Self.repository.replacing(
            "locals {", "locals {\n  extension_version = \"v1.11.5\"\n  cilium = \"1.18\"\n  x = 1",
            in: "common/versions.hcl")
        #expect(try Example.state(tree).unusedValues == ["cilium", "extension_version"])
    }

    @Test(
        "Any doubt counts as use",
        arguments: [
            ("images/one/terragrunt.hcl", "locals {\n", "locals {\n  q = jsonencode(local.v)\n"),
            ("images/one/terragrunt.hcl", "inputs = {", "inputs = {\n  q = local.v\n"),
            (
                "images/one/terragrunt.hcl", "inputs = {",
                "inputs = {\n  q = [for k, w in local.v : w]"
            ),
            ("images/one/terragrunt.hcl", "inputs = {", "inputs = {\n  q = local.v[\"cilium\"]"),
            (
                "images/one/terragrunt.hcl", "inputs = {",
                "inputs = {\n  q = lookup({}, \"cilium\", 1)"
            ),
            ("images/one/terragrunt.hcl", "inputs = {", "inputs = {\n  q = file(run_cmd(\"x\"))"),
            ("common/versions.hcl", "locals {", "locals {\n  q = \"a-${local.cilium}\""),
            ("modules/other/main.tf", "a = 1", "a = var.cilium"),
            ("uprev.hcl", "units = [\"images/one\"]", "command = [\"make\"]"),
            ("uprev.hcl", "units = [\"images/one\"]", "units = [\"images/none\"]"),
        ])
    func doubt(path: String, old: String, new: String) throws {
        let tree = Self.repository
            .replacing("locals {", "locals {\n  cilium = \"1.18\"", in: "common/versions.hcl")
            .replacing(old, new, in: path)
        #expect(try !Example.state(tree).unusedValues.contains("cilium"))
    }

    @Test("A file that nothing seems to use at all is not judged")
    func unseenFile() throws {
        let tree = Self.repository
            .replacing("args    = local.s.install_kernel_args", "", in: "images/one/terragrunt.hcl")
            .replacing("locals {", "locals {\n  cilium = \"1.18\"", in: "common/versions.hcl")
        #expect(try Example.state(tree).unusedValues == ["cilium"])
    }

    @Test("A script beside a unit can use a value, too")
    func script() throws {
        let tree = Self.repository
            .replacing("locals {", "locals {\n  cilium = \"1.18\"", in: "common/versions.hcl")
            .with("images/one/build.sh", "grep cilium ../../common/versions.hcl\n")
        #expect(try Example.state(tree).unusedValues == [])
    }

    @Test("A fingerprint tells every difference that is not formatting")
    func fingerprint() throws {
        let texts = [
            "a = 1", "a = 2", "b = 1", "a = \"1\"", "a = [1]", "a = [[1]]", "a = {}",
            "a = { b = 1 }",
            "a = { (b) = 1 }", "a = b", "a = b.c", "a = b[0]", "a = b[c]", "a = b[*].c",
            "a = f(b)", "a = f(b...)", "a = f(b, c)", "a = g(b)", "a = !b", "a = -b", "a = b + c",
            "a = b - c", "a = (b)", "a = b ? c : d", "a = [for x in b : x]",
            "a = [for y in b : y]", "a = [for x in b : x if c]", "a = { for x in b : x => c }",
            "a = { for x in b : x => c... }", "a = \"x${b}\"", "a = \"${b}\"", "a {\n}",
            "a \"b\" {\n}", "a {\n  b = 1\n}", "a {\n}\nb = 1",
        ]
        let prints = try texts.map { text in
            try Example.fingerprint("\(text)\n")
        }
        #expect(Set(prints).count == texts.count)
        #expect(try Example.fingerprint("# x\na   =  1 // y\n\n") == prints[0])
        #expect(
            try Example.fingerprint("a = { b = 1 }\n")
                == Example.fingerprint("a = {\n  b = 1,\n}\n"))
    }
}
