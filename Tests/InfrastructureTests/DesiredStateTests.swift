import ClusterModel
import Testing

@testable import Infrastructure

@Suite("Desired state")
struct DesiredStateTests {
    @Test("Two versions are enough")
    func small() throws {
        var expected = DesiredState(
            talosVersion: Version(1, 11, 5), kubernetesVersion: Version(1, 34, 1))
        expected.kernelArguments = ["console=ttyS0"]
        expected.spellings = [
            "talos_version": "v1.11.5", "kubernetes_version": "v1.34.1",
            "install_kernel_args": "console=ttyS0",
        ]
        expected.otherValues = Repositories.passedVersions
        #expect(try Example.state(Repositories.small) == expected)
    }

    @Test("Spelling is kept apart from the value")
    func spelling() throws {
        let base = try Example.state(Repositories.small)
        let other = try Example.state(
            Repositories.small.replacing("v1.34.1", "1.34.1", in: "common/versions.hcl"))
        #expect(other.kubernetesVersion == base.kubernetesVersion)
        #expect(other.spellings["kubernetes_version"] == "1.34.1")
    }

    @Test("Pre-releases are versions")
    func preRelease() throws {
        let state = try Example.state(
            Repositories.small.replacing("v1.11.5", "1.12.0-beta.1", in: "common/versions.hcl"))
        #expect(state.talosVersion == Version(1, 12, 0, preRelease: ["beta", "1"]))
    }

    @Test("Extensions in three spellings have one name")
    func extensionSpellings() throws {
        let digest = "sha256:" + String(repeating: "a", count: 64)
        let state = try Example.state(
            Repositories.schematic(
                "install_system_extensions = [\"siderolabs/i915\", \"ghcr.io/siderolabs/i915:1\", "
                    + "\"ghcr.io/siderolabs/i915:1@\(digest)\"]"))
        #expect(Set(state.extensions[.system]?.map(\.name) ?? []) == ["ghcr.io/siderolabs/i915"])
        #expect(state.extensions[.system]?.last?.digest == digest)
    }

    @Test("Kernel arguments keep their order and duplicates")
    func kernelArguments() throws {
        let state = try Example.state(
            Repositories.small.replacing(
                "[\"console=ttyS0\"]", "[\"b\", \"a\", \"b\"]", in: "common/schematic.hcl"))
        #expect(state.kernelArguments == ["b", "a", "b"])
    }

    @Test("A line that is commented out is removed")
    func commentedOut() throws {
        let state = try Example.state(
            Repositories.small.replacing(
                "install_kernel_args", "# install_kernel_args", in: "common/schematic.hcl"))
        #expect(state.kernelArguments.isEmpty)
    }

    @Test("A later override counts, for fields and for other values")
    func overrides() throws {
        let tree = Repositories.defined("overrides = [\"a.hcl\", \"b.hcl\"]")
            .with("a.hcl", "locals {\n  talos_version = \"v1.11.6\"\n  size = 1\n}\n")
            .with("b.hcl", "locals {\n  size = 2\n  install_kernel_args = []\n}\n")
        let state = try Example.state(tree)
        #expect(state.talosVersion == Version(1, 11, 6))
        #expect(state.otherValues.filter { $0.key != "versions" } == ["size": "2"])
        #expect(state.kernelArguments.isEmpty)
    }

    @Test("Locals can have other names")
    func renamed() throws {
        let tree = Repositories.defined(
            "locals = { talos_version = \"talos\", install_system_extensions = \"exts\" }"
        )
        .replacing("talos_version ", "talos ", in: "common/versions.hcl")
        .replacing(
            "locals {", "locals {\n  exts = [\"siderolabs/crun\"]", in: "common/schematic.hcl")
        let state = try Example.state(tree)
        #expect(state.talosVersion == Version(1, 11, 5))
        #expect(state.spellings["talos_version"] == "v1.11.5")
        #expect(state.extensions[.system]?.first?.name == "ghcr.io/siderolabs/crun")
        #expect(state.otherValues == Repositories.passedVersions)
    }

    @Test("A renamed local that does not exist is an error that shows the nearest name")
    func renamedWrongly() throws {
        let tree = Repositories.defined("locals = { talos_platform = \"plattform\" }")
            .replacing("locals {", "locals {\n  platform = \"metal\"", in: "common/versions.hcl")
        let error = try Repositories.error(tree)
        #expect(error.hint.contains("\"platform\""))
    }

    @Test("Platform, architecture, Secure Boot and boot loader come from their locals")
    func machine() throws {
        let state = try Example.state(
            Repositories.versions(
                "talos_platform = \"metal\"\n  talos_architecture = \"arm64\"\n"
                    + "  talos_secure_boot = true\n  talos_boot_loader = \"sd-boot\""))
        #expect(state.platform == "metal")
        #expect(state.architecture == "arm64")
        #expect(state.secureBoot == true)
        #expect(state.bootLoader == "sd-boot")
    }

    @Test("The rebuild text comes from the definition")
    func rebuild() throws {
        let state = try Example.state(Repositories.defined("rebuild = \"new disks\""))
        #expect(state.rebuild == "new disks")
    }

    @Test("An unknown value elsewhere does no harm")
    func unknownElsewhere() throws {
        let state = try Example.state(Repositories.versions("user = run_cmd(\"whoami\")"))
        let text = try #require(state.otherValues["user"])
        #expect(text.hasPrefix("{\"unknown\":\"run_cmd, which is never executed\"}"))
        let other = try Example.state(Repositories.versions("user = run_cmd(\"id\")"))
        #expect(other.otherValues["user"] != text)
    }

    @Test("An unknown value in a deciding field is an error with the chain of reasons")
    func unknownField() throws {
        let tree = Repositories.small.replacing(
            "\"v1.11.5\"", "local.wanted\n  wanted = trimspace(run_cmd(\"latest\"))",
            in: "common/versions.hcl")
        let problem = try #require(try Repositories.error(tree).problems.first)
        #expect(problem.file == "common/versions.hcl")
        #expect(problem.line == 2)
        #expect(problem.column == 24)
        #expect(problem.message.contains("run_cmd, which is never executed"))
        #expect(problem.message.contains("common/versions.hcl:3:22"))
        #expect(problem.hint?.contains("nothing is executed") == true)
    }

    @Test("An unknown element of a deciding list is an error")
    func unknownElement() throws {
        let tree = Repositories.small.replacing(
            "\"console=ttyS0\"", "get_env(\"ARG\")", in: "common/schematic.hcl")
        let problem = try #require(try Repositories.error(tree).problems.first)
        #expect(problem.message.contains("environment variable ARG"))
    }

    @Test(
        "A wrong value of a field is an error at its place",
        arguments: [
            ("\"v1.11.5\"", "\"v1.11\"", "common/versions.hcl", 2, "all three numbers"),
            ("\"v1.11.5\"", "1.11", "common/versions.hcl", 2, "must be text"),
            ("\"v1.11.5\"", "null", "common/versions.hcl", 2, "must not be null"),
            ("[\"console=ttyS0\"]", "\"console\"", "common/schematic.hcl", 3, "list of texts"),
            ("[\"console=ttyS0\"]", "[\"a\",\n  [1]]", "common/schematic.hcl", 4, "list of texts"),
        ])
    func wrong(old: String, new: String, path: String, line: Int, text: String) throws {
        let error = try Repositories.error(Repositories.small.replacing(old, new, in: path))
        let problem = try #require(error.problems.first)
        #expect(error.problems.count == 1)
        #expect(problem.file == path)
        #expect(problem.line == line)
        #expect(problem.rendered.contains(text))
        #expect(problem.rendered.contains("^"))
    }

    @Test("A wrong image is an error at its element")
    func wrongImage() throws {
        let tree = Repositories.schematic(
            "install_custom_extensions = [\n    \"ghcr.io/a/b:1\",\n    \"ghcr.io//c\",\n  ]")
        let problem = try #require(try Repositories.error(tree).problems.first)
        #expect(problem.line == 4)
        #expect(problem.message.contains("ghcr.io//c"))
    }

    @Test("A missing field names the files and the nearest local")
    func missingField() throws {
        let tree = Repositories.small.replacing(
            "talos_version ", "talos_versoin ", in: "common/versions.hcl")
        let problem = try #require(try Repositories.error(tree).problems.first)
        #expect(problem.message.contains("\"talos_version\""))
        #expect(problem.hint?.contains("\"talos_versoin\"") == true)
    }

    @Test("A syntax error has place, line with caret, and leaves nothing half read")
    func syntaxError() throws {
        let tree = Repositories.small.replacing(
            "\"v1.11.5\"", "\"v1.11.5", in: "common/versions.hcl")
        let problem = try #require(try Repositories.error(tree).problems.first)
        #expect(problem.file == "common/versions.hcl")
        #expect(problem.line == 2)
        #expect(problem.rendered.contains("2 |   talos_version      = \"v1.11.5"))
    }

    @Test("Without both files there is no desired state, with one of them an error")
    func missingFiles() throws {
        let none = MemoryFileTree(["uprev.hcl": Repositories.definition])
        let reader = CommitReader(none)
        let definition = try #require(try reader.clusters().first)
        #expect(try reader.desiredState(of: definition) == nil)
        let error = try Repositories.error(Repositories.small.with("common/schematic.hcl", nil))
        #expect(error.description.contains("common/schematic.hcl"))
    }

    @Test("A missing override is an error")
    func missingOverride() throws {
        let error = try Repositories.error(Repositories.defined("overrides = [\"a.hcl\"]"))
        #expect(error.description.contains("a.hcl"))
    }

    @Test("Errors of several files come together")
    func several() throws {
        let tree = Repositories.small
            .replacing("\"v1.34.1\"", "local.none", in: "common/versions.hcl")
            .replacing("[\"console=ttyS0\"]", "nothing", in: "common/schematic.hcl")
        let files = try Repositories.error(tree).problems.map(\.file)
        #expect(Set(files) == ["common/versions.hcl", "common/schematic.hcl"])
    }
}
