import ClusterModel
import Infrastructure
import Testing

/// A small repository with two files, a definition, and whatever a test adds.
enum Repositories {
    static let definition = """
        cluster "sol" {
          versions  = "common/versions.hcl"
          schematic = "common/schematic.hcl"
        }
        """

    static let versions = """
        locals {
          talos_version      = "v1.11.5"
          kubernetes_version = "v1.34.1"
        }
        """

    static let schematic = """
        locals {
          versions            = read_terragrunt_config("${get_repo_root()}/common/versions.hcl").locals
          install_kernel_args = ["console=ttyS0"]
        }
        """

    /// What the schematic's local of that name says by itself.
    static let passedVersions = ["versions": "from \"common/versions.hcl\" \"locals\""]

    static let small = MemoryFileTree([
        "uprev.hcl": definition, "common/versions.hcl": versions,
        "common/schematic.hcl": schematic,
    ])

    /// A copy of the small repository with one more line in its locals of versions.
    static func versions(_ line: String) -> MemoryFileTree {
        small.replacing("locals {", "locals {\n  \(line)", in: "common/versions.hcl")
    }

    /// A copy of the small repository with one more line in its schematic.
    static func schematic(_ line: String) -> MemoryFileTree {
        small.replacing("locals {", "locals {\n  \(line)", in: "common/schematic.hcl")
    }

    /// A copy of the small repository with more lines in its definition.
    static func defined(_ lines: String) -> MemoryFileTree {
        small.replacing(
            "schematic.hcl\"", "schematic.hcl\"\n  \(lines)", in: "uprev.hcl")
    }

    /// The error of reading the only cluster's desired state.
    static func error(_ tree: MemoryFileTree) throws -> ReadError {
        try #require(throws: ReadError.self) { try Example.state(tree) }
    }
}
