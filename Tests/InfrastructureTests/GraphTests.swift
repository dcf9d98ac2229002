import HCL
import Testing

@testable import Infrastructure

@Suite("Which units read which files")
struct GraphTests {
    private static let tree = MemoryFileTree([
        "cluster/2-config/terragrunt.hcl": """
        # The machine configs.

        include "root" {
          path = find_in_parent_folders("root.hcl")
        }
        terraform {
          source = "../../modules//config"
          extra_arguments "vars" {
            commands           = get_terraform_commands_that_need_vars()
            required_var_files = ["${get_terragrunt_dir()}/../../vars/a.tfvars"]
            arguments          = ["-var-file=${get_repo_root()}/vars/b.tfvars", "-no-color"]
          }
          before_hook "prepare" {
            commands = ["plan"]
            execute  = ["bash", "${get_repo_root()}/scripts/prepare.sh"]
          }
        }
        dependency "machines" {
          config_path = "../1-machines"
        }
        dependencies {
          paths = ["../../images/one", "../0-secrets/terragrunt.hcl"]
        }
        inputs = {
          secret = sops_decrypt_file("../../secrets.yaml")
          extra  = read_tfvars_file("${get_repo_root()}/vars/c.tfvars")
          state  = run_cmd("scripts/state.sh", "../../scripts/other.sh")
          marked = mark_as_read("${get_repo_root()}/marked.txt")
          all    = fileset("../../patches", "*.yaml")
        }
        """,
        "cluster/2-config/patches/kubelet.yaml": "", "cluster/2-config/README.md": "",
        "cluster/2-config/scripts/state.sh": "",
        "root.hcl": """
        locals {
          network = read_terragrunt_config("${get_repo_root()}/common/network.hcl")
        }
        generate "provider" {
          path      = "provider.tf"
          if_exists = "overwrite"
          contents  = templatefile("provider.tftpl", { a = local.network.locals.dns })
        }
        """,
        "provider.tftpl": "${a}", "common/network.hcl": "locals {\n  dns = 1\n}\n",
        "modules/config/main.tf": "module \"part\" {\n  source = \"../part\"\n}\n",
        "modules/part/main.tf":
            "locals {\n  a = templatefile(\"${path.module}/../../files/a.tftpl\", {})\n"
            + "  b = file(\"${path.module}/../../sets/${var.x}/y\")\n}\n",
        "modules/other/main.tf": "", "files/a.tftpl": "", "files/b.tftpl": "", "sets/x/y": "",
        "vars/a.tfvars": "", "vars/b.tfvars": "", "vars/c.tfvars": "", "vars/d.tfvars": "",
        "scripts/prepare.sh": "", "scripts/other.sh": "", "secrets.yaml": "", "marked.txt": "",
        "patches/one.yaml": "", "cluster/1-machines/terragrunt.hcl": "",
        "cluster/1-machines/nested/terragrunt.hcl": "", "cluster/1-machines/nested/x.tf": "",
        "images/one/terragrunt.hcl": "inputs = {\n  a = file(run_cmd(\"x\"))\n}\n",
    ])

    private static func reads(_ unit: String, _ tree: MemoryFileTree = tree) throws -> UnitReads {
        try CommitReader(tree).reads(of: unit)
    }

    @Test("A unit's files are all that decides it, and nothing else")
    func files() throws {
        let unit = try Self.reads("cluster/2-config")
        #expect(
            unit.files.map(\.file) == [
                "cluster/2-config/patches/kubelet.yaml", "cluster/2-config/scripts/state.sh",
                "cluster/2-config/terragrunt.hcl", "common/network.hcl", "files/a.tftpl",
                "marked.txt", "modules/config/main.tf", "modules/part/main.tf", "patches/one.yaml",
                "provider.tftpl", "root.hcl", "scripts/other.sh", "scripts/prepare.sh",
                "secrets.yaml", "sets/x/y", "vars/a.tfvars", "vars/b.tfvars", "vars/c.tfvars",
            ])
        #expect(unit.isComplete, "\(unit.problems.map(\.message))")
        #expect(unit.absent.contains("cluster/root.hcl"))
    }

    @Test(
        "Each file has the way that leads to it",
        arguments: [
            ("cluster/2-config/terragrunt.hcl", ""),
            (
                "common/network.hcl",
                "cluster/2-config/terragrunt.hcl:3 include → root.hcl:2 read_terragrunt_config → "
            ),
            (
                "provider.tftpl",
                "cluster/2-config/terragrunt.hcl:3 include → root.hcl:7 templatefile → "
            ),
            (
                "files/a.tftpl",
                "cluster/2-config/terragrunt.hcl:7 source → modules/config/main.tf:2 module → "
                    + "modules/part/main.tf:2 templatefile → "
            ),
            ("vars/a.tfvars", "cluster/2-config/terragrunt.hcl:10 extra_arguments → "),
            ("scripts/prepare.sh", "cluster/2-config/terragrunt.hcl:15 before_hook → "),
            ("secrets.yaml", "cluster/2-config/terragrunt.hcl:25 sops_decrypt_file → "),
            ("scripts/other.sh", "cluster/2-config/terragrunt.hcl:27 run_cmd → "),
            ("patches/one.yaml", "cluster/2-config/terragrunt.hcl:29 fileset → "),
            (
                "cluster/2-config/patches/kubelet.yaml",
                "cluster/2-config/terragrunt.hcl folder → "
            ),
        ])
    func ways(file: String, way: String) throws {
        let read = try #require(try Self.reads("cluster/2-config").read(of: file))
        #expect(read.description == way + file)
    }

    @Test("Other units decide the order and not the content")
    func order() throws {
        let unit = try Self.reads("cluster/2-config")
        #expect(
            unit.order.map(\.unit) == ["cluster/1-machines", "images/one", "cluster/0-secrets"])
        #expect(unit.order.map(\.step.kind) == ["dependency", "dependencies", "dependencies"])
        #expect(unit.order.map(\.step.line) == [19, 22, 22])
    }

    @Test("A path that only a run knows makes a unit incomplete, with reason and place")
    func incomplete() throws {
        let unit = try Self.reads("images/one")
        #expect(!unit.isComplete)
        let problem = try #require(unit.problems.first)
        #expect(problem.message.contains("run_cmd"))
        #expect(problem.line == 2)
        #expect(problem.file == "images/one/terragrunt.hcl")
    }

    @Test(
        "What cannot be seen of a module or of arguments makes a unit incomplete",
        arguments: [
            ("modules/part/main.tf", "files/a.tftpl", "${var.x}"),
            ("modules/config/main.tf", "source = \"../part\"", "source = "),
            ("cluster/2-config/terragrunt.hcl", "../../modules//config", "../../modules//none"),
            (
                "cluster/2-config/terragrunt.hcl",
                "[\"${get_terragrunt_dir()}/../../vars/a.tfvars\"]",
                "[get_env(\"X\")]"
            ),
            ("cluster/2-config/terragrunt.hcl", "\"../1-machines\"", "run_cmd(\"x\")"),
            ("cluster/2-config/terragrunt.hcl", "\"../../modules//config\"", "get_env(\"X\")"),
            ("root.hcl", "local.network.locals.dns", "local.network.locals.nothing"),
        ])
    func doubts(path: String, old: String, new: String) throws {
        var tree = Self.tree.replacing(old, new, in: path)
        if new == "${var.x}" {
            tree = tree.replacing("\"${path.module}/../../${var.x}\"", "var.x", in: path)
        }
        let unit = try Self.reads("cluster/2-config", tree)
        #expect(!unit.isComplete)
        #expect(unit.problems.allSatisfy { $0.line != nil })
    }

    @Test("A malformed unit has its errors as problems")
    func malformed() throws {
        let tree = Self.tree.with("images/one/terragrunt.hcl", "inputs = {\n  a = \n}\n")
        let unit = try Self.reads("images/one", tree)
        #expect(unit.problems.first?.line == 2)
        #expect(unit.files.map(\.file) == ["images/one/terragrunt.hcl"])
    }

    @Test("A file reaches units, with the same ways")
    func reached() throws {
        let graph = try CommitReader(Self.tree).unitGraph()
        #expect(
            graph.units.map(\.unit) == [
                "cluster/1-machines", "cluster/1-machines/nested", "cluster/2-config",
                "images/one",
            ])
        let reached = graph.units(reading: "common/network.hcl")
        #expect(reached.map(\.unit.unit) == ["cluster/2-config"])
        #expect(reached.first?.read.steps.map(\.kind) == ["include", "read_terragrunt_config"])
        #expect(graph.units(reading: "modules/other/main.tf").isEmpty)
        #expect(graph.units(missing: "cluster/root.hcl").map(\.unit) == ["cluster/2-config"])
        // A nested unit's files are its own.
        #expect(
            graph.units(reading: "cluster/1-machines/nested/x.tf").map(\.unit.unit)
                == ["cluster/1-machines/nested"])
    }

    @Test("An unknown unit is an error with the nearest name")
    func unknownUnit() throws {
        let error = try #require(throws: ReadError.self) { try Self.reads("images/on") }
        #expect(error.hint == "Did you mean \"images/one\"?")
    }

    @Test("Includes that are not merged are read, but their dependencies are none")
    func noMerge() throws {
        let tree = MemoryFileTree([
            "u/terragrunt.hcl": "include \"r\" {\n  path = \"../root.hcl\"\n"
                + "  merge_strategy = \"no_merge\"\n}\n",
            "root.hcl": "dependency \"x\" {\n  config_path = \"../x\"\n}\n",
        ])
        let unit = try Self.reads("u", tree)
        #expect(unit.files.map(\.file) == ["root.hcl", "u/terragrunt.hcl"])
        #expect(unit.order.isEmpty)
        let merged = try Self.reads(
            "u", tree.replacing("no_merge", "shallow", in: "u/terragrunt.hcl"))
        #expect(merged.order.map(\.unit) == ["x"])
    }
}
