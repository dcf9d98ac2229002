import ClusterModel
import Execution
import Foundation
import Testing

@testable import Terragrunt

private let imageCode = """
    variable "talos_version" {
      default = "v1.11.5"
    }
    resource "terraform_data" "image" {
      input = "ghcr.io/example/installer:${var.talos_version}"
    }
    output "installer_image" {
      value = terraform_data.image.output
    }
    output "secret" {
      value     = "hush-hush"
      sensitive = true
    }
    output "list" {
      value = ["a"]
    }
    """

@Suite("Stages of Terragrunt units", .enabled(if: RealTerraform.isInstalled, RealTerraform.reason))
struct StageTests {
    @Test(
        "Units are prepared, planned, looked at and applied, in the listed order",
        arguments: ["0.90.0", "0.93.8"])
    func applies(version: String) async throws {
        let fixture = try StageFixture(version: version)
        try fixture.unit("images/2-b", imageCode)
        try fixture.unit("images/1-a", imageCode)
        let report = try await fixture.run(stage(["images/2-b", "images/1-a"]))
        #expect(
            report.units == [
                "images/2-b: 1 added, 0 changed, 0 destroyed",
                "images/1-a: 1 added, 0 changed, 0 destroyed",
            ])
        #expect(
            fixture.commands == [
                "init", "plan", "show", "apply", "init", "plan", "show", "apply",
            ])
        #expect(fixture.calls.dropFirst().prefix(4).allSatisfy { $0[0].hasSuffix("/images/2-b") })
        #expect(fixture.output.contains { $0.contains("Apply complete!") })
        // Saved plans hold secrets.
        #expect(!fixture.folder.has("state/sol/plans"))
        let output = UnitOutput(unit: "images/1-a", name: "installer_image")
        #expect(
            try await fixture.stages.value(of: output, in: fixture.context)
                == "ghcr.io/example/installer:v1.11.5")
        #expect(!fixture.output.contains { $0.contains("hush-hush") })
    }

    @Test("From 1.0, where Terragrunt works in its cache, a state elsewhere is found")
    func appliesInCache() async throws {
        let fixture = try StageFixture(version: "1.1.3")
        let state = "\(fixture.folder.path)/elsewhere/terraform.tfstate"
        try fixture.unit(
            "a", "terraform {\n  backend \"local\" {\n    path = \"\(state)\"\n  }\n}\n\(imageCode)"
        )
        let report = try await fixture.run(stage(["a"], carry: []))
        #expect(report.units == ["a: 1 added, 0 changed, 0 destroyed"])
        #expect(fixture.folder.has("elsewhere/terraform.tfstate"))
        #expect(try await fixture.stages.isApplied(stage(["a"], carry: []), in: fixture.context))
    }

    @Test("A unit without changes is applied once more for its hooks, and says so")
    func repeated() async throws {
        let fixture = try StageFixture()
        try fixture.unit("a", imageCode)
        #expect(try await !fixture.stages.isApplied(stage(["a"]), in: fixture.context))
        _ = try await fixture.run(stage(["a"]))
        #expect(try await fixture.stages.isApplied(stage(["a"]), in: fixture.context))
        #expect(try await fixture.run(stage(["a"])).units == ["a: no changes"])
        #expect(fixture.commands.last == "apply")
    }

    @Test("In plan mode providers are upgraded, and nothing is applied")
    func planOnly() async throws {
        let fixture = try StageFixture()
        try fixture.unit("a", imageCode)
        let report = try await fixture.run(stage(["a"]), mode: .plan)
        #expect(report.units == ["a: would be 1 added, 0 changed, 0 destroyed"])
        #expect(fixture.commands == ["init", "plan", "show"])
        #expect(fixture.calls[1].contains("-upgrade"))
        #expect(!fixture.folder.has("checkout/a/terraform.tfstate"))
    }

    @Test("Units that apply machine configurations by themselves do it one at a time")
    func parallelism() async throws {
        let fixture = try StageFixture()
        try fixture.unit("a", imageCode)
        _ = try await fixture.run(stage(["a"], kind: .machineConfig))
        let changing = fixture.calls.filter { $0.contains("plan") || $0.contains("apply") }
        #expect(changing.count == 2)
        #expect(changing.allSatisfy { $0.contains("-parallelism=1") })
    }

    @Test("A failing unit ends the stage, with its own complaint and without the later units")
    func failing() async throws {
        let fixture = try StageFixture(environment: ["TOKEN": "pa55word"], named: ["TOKEN"])
        try fixture.unit(
            "a",
            """
            resource "terraform_data" "a" {
              provisioner "local-exec" {
                command = "echo using $TOKEN; echo boom >&2; exit 3"
              }
            }
            """)
        try fixture.unit("b", imageCode)
        let error = try await stageError { try await fixture.run(stage(["a", "b"])) }
        #expect(error.description.contains("`apply` of the unit a ended with status 1"))
        #expect(error.description.contains("Error: local-exec provisioner error"))
        #expect(error.disposition == .stalled)
        #expect(fixture.commands == ["init", "plan", "show", "apply"])
        #expect(fixture.output.contains { $0.contains("using ***") })
        #expect(!fixture.output.contains { $0.contains("pa55word") })
        // The half-made resource is known to the state, which is kept.
        #expect(fixture.folder.has("state/sol/carry/current/a/terraform.tfstate"))
    }

    @Test("Outputs that are missing or no strings are named, with those that exist")
    func outputs() async throws {
        let fixture = try StageFixture()
        try fixture.unit("a", imageCode)
        let missing = UnitOutput(unit: "a", name: "image")
        var error = try await stageError {
            try await fixture.stages.value(of: missing, in: fixture.context)
        }
        #expect(error.description == "The unit a has no output image; it has no outputs at all.")
        _ = try await fixture.run(stage(["a"]))
        error = try await stageError {
            try await fixture.stages.value(of: missing, in: fixture.context)
        }
        #expect(
            error.description
                == "The unit a has no output image; it has installer_image, list, secret.")
        error = try await stageError {
            try await fixture.stages.value(
                of: UnitOutput(unit: "a", name: "list"), in: fixture.context)
        }
        #expect(error.description.contains("not a string"))
        let secret = UnitOutput(unit: "a", name: "secret")
        #expect(try await fixture.stages.value(of: secret, in: fixture.context) == "hush-hush")
    }

    @Test(
        "Units that are not there, or not below the root, are refused",
        arguments: ["b", "../a", "a//b", "/a"])
    func missingUnits(name: String) async throws {
        let fixture = try StageFixture()
        try fixture.unit("a", imageCode)
        let error = try await stageError { try await fixture.run(stage([name])) }
        #expect(error.description.contains(name))
        #expect(fixture.commands.isEmpty)
    }

    @Test("An unknown release of Terragrunt is refused before anything is run")
    func unknownVersion() async throws {
        let fixture = try StageFixture(version: "0.89.4")
        try fixture.unit("a", imageCode)
        let error = try await stageError { try await fixture.run(stage(["a"])) }
        #expect(error.description.contains("v0.89.4 is older"))
        #expect(fixture.commands.isEmpty)
    }
}
