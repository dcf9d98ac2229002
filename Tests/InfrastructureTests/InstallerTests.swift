import ClusterModel
import Infrastructure
import Testing

@Suite("The installer block")
struct InstallerTests {
    private static let files = [
        "common/versions.hcl": """
        locals {
          talos_version      = "v1.11.5"
          kubernetes_version = "v1.34.1"
          registry           = "ghcr.io/example"
          builder            = run_cmd("whoami")
        }
        """,
        "common/schematic.hcl": "locals {}\n",
    ]

    private static func clusters(_ text: String) throws -> [ClusterDefinition] {
        let tree = MemoryFileTree(files).with("uprev.hcl", text)
        return try CommitReader(tree).clusters()
    }

    private static func error(_ text: String) throws -> ReadError {
        try #require(throws: ReadError.self) { try clusters(text) }
    }

    /// A definition with more lines in its cluster block, from the fourth line on.
    private static func cluster(_ more: String) -> String {
        """
        cluster "sol" {
          versions  = "common/versions.hcl"
          schematic = "common/schematic.hcl"
        \(more)
        }
        """
    }

    @Test(
        "The installer's image keeps the place of the version",
        arguments: [
            (
                "${registry}/installer:${talos_version}",
                "ghcr.io/example/installer:${talos_version}"
            ),
            ("x.io/a-${talos_version}/b:1", "x.io/a-${talos_version}/b:1"),
            ("${format(\"x.io/%s:%s\", \"a\", talos_version)}", "x.io/a:${talos_version}"),
        ])
    func image(written: String, template: String) throws {
        let text = Self.cluster("  installer {\n    image = \"\(written)\"\n  }")
        let sol = try #require(try Self.clusters(text).first)
        #expect(sol.installer == .image(template: template))
    }

    @Test(
        "An image that is no pattern of the version is refused",
        arguments: [
            "x.io/a:1", "x.io/a:${trimprefix(talos_version, \"v\")}", "x.io/a:${builder}",
            "x.io/a:${talos_version == \"v1.11.5\" ? \"old\" : talos_version}",
        ])
    func wrongImage(written: String) throws {
        let text = Self.cluster("  installer {\n    image = \"\(written)\"\n  }")
        #expect(try Self.error(text).problems.map(\.line) == [5])
    }

    @Test("The mark stands for the version as the repository spells it")
    func spelledWithoutPrefix() throws {
        let tree = MemoryFileTree(Self.files)
            .replacing("v1.11.5", "1.11.5", in: "common/versions.hcl")
            .with(
                "uprev.hcl",
                Self.cluster("  installer {\n    image = \"x.io/a:v${talos_version}\"\n  }"))
        let sol = try #require(try CommitReader(tree).clusters().first)
        #expect(sol.installer == .image(template: "x.io/a:v${talos_version}"))
    }

    @Test("What is wrong in the versions is not the definition's error")
    func brokenVersions() throws {
        let tree = MemoryFileTree(Self.files).with(
            "common/versions.hcl", "locals {\n  a = = 1\n}\n"
        )
        .with(
            "uprev.hcl",
            Self.cluster("  installer {\n    image = \"x.io/a:${talos_version}\"\n  }"))
        let reader = CommitReader(tree)
        let sol = try #require(try reader.clusters().first)
        #expect(sol.installer == .image(template: "x.io/a:${talos_version}"))
        let error = try #require(throws: ReadError.self) { try reader.desiredState(of: sol) }
        #expect(error.problems.first?.file == "common/versions.hcl")
    }
}
