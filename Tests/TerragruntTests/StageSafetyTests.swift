import ClusterModel
import Execution
import Foundation
import Synchronization
import Testing

@testable import Terragrunt

private func code(_ key: String) -> String {
    """
    resource "terraform_data" "vm" {
      triggers_replace = "\(key)"
    }
    """
}

@Suite(
    "Safety of stages", .timeLimit(.minutes(2)),
    .enabled(if: RealTerraform.isInstalled, RealTerraform.reason))
struct StageSafetyTests {
    @Test("Replacing or destroying a machine halts the stage before it is applied")
    func machines() async throws {
        let fixture = try StageFixture(change: {
            $0.machines = MachineTypes(additional: ["terraform_data"])
        })
        try fixture.unit("vms", code("one"))
        _ = try await fixture.run(stage(["vms"]))
        try fixture.unit("vms", code("two"))
        var error = try await stageError { try await fixture.run(stage(["vms"])) }
        #expect(error.description.contains("terraform_data.vm (replaced)"))
        #expect(error.disposition == .stalled)
        try fixture.unit("vms", "output \"none\" {\n  value = 1\n}\n")
        error = try await stageError { try await fixture.run(stage(["vms"])) }
        #expect(error.description.contains("terraform_data.vm (destroyed)"))
        #expect(fixture.commands.count { $0 == "apply" } == 1)
    }

    @Test("Replacing something else goes on")
    func noMachines() async throws {
        let fixture = try StageFixture()
        try fixture.unit("a", code("one"))
        _ = try await fixture.run(stage(["a"]))
        try fixture.unit("a", code("two"))
        #expect(
            try await fixture.run(stage(["a"])).units == ["a: 1 added, 0 changed, 1 destroyed"])
    }

    @Test(
        "A plan that was made with mock outputs is not applied, whatever a mask hides",
        arguments: ["none", "mock outputs", "outputs"])
    func mocks(hidden: String) async throws {
        let fixture = try StageFixture(environment: ["TOKEN": hidden], named: ["TOKEN"])
        try fixture.unit("a", code("one"))
        try fixture.unit("b", code("one"))
        try fixture.folder.write("checkout/b/stand-in.mocks", "../a\n")
        let error = try await stageError { try await fixture.run(stage(["b"])) }
        #expect(error.description.contains("made with mock outputs"))
        #expect(error.description.contains("../a/terragrunt.hcl"))
        #expect(fixture.commands == ["init", "plan"])
        #expect(try await fixture.run(stage(["a", "b"])).units.count == 2)
    }

    @Test(
        "A unit that merges mocks into outputs is refused, since Terragrunt does so silently",
        arguments: [
            ("  mock_outputs_merge_strategy_with_state = \"shallow\"", true),
            ("  mock_outputs_merge_with_state = true", true),
            ("  mock_outputs_merge_strategy_with_state = \"no_merge\"", false),
            ("  # mock_outputs_merge_with_state = true", false),
        ])
    func merges(line: String, refused: Bool) throws {
        let folder = try TemporaryFolder()
        try folder.write("terragrunt.hcl", "dependency \"a\" {\n\(line)\n}\n")
        let check = { try MockOutputs.requireNoMerge(unit: "u", directory: folder.path) }
        if refused {
            let error = try #require(throws: StageError.self) { try check() }
            #expect(error.description.contains("line 2"))
        } else {
            try check()
        }
    }

    @Test("Local state that is not carried is refused before anything is planned")
    func localState() async throws {
        let fixture = try StageFixture()
        try fixture.unit("a", code("one"))
        let error = try await stageError { try await fixture.run(stage(["a"], carry: ["b/**"])) }
        #expect(error.description.contains("local file a/terraform.tfstate"))
        #expect(error.hint.contains("\"a/terraform.tfstate\""))
        #expect(fixture.commands == ["init"])
    }

    @Test("Local state in Terragrunt's cache is refused even if it seems to be carried")
    func stateInCache() async throws {
        let fixture = try StageFixture(version: "1.0.2")
        try fixture.unit("a", code("one"))
        let error = try await stageError { try await fixture.run(stage(["a"])) }
        #expect(error.description.contains("Terragrunt's cache"))
        #expect(fixture.commands == ["init"])
    }

    @Test("A unit that its configuration leaves out is reported from 1.0, and refused before")
    func excluded() async throws {
        let new = try StageFixture(version: "1.1.0")
        try new.unit("a", code("one"))
        try new.folder.write("checkout/a/stand-in.exclude", "")
        let carry = stage(["a"], carry: ["a/terraform.tfstate"])
        #expect(
            try await new.run(carry).units == ["a: left out by its configuration (exclude block)"])
        let old = try StageFixture(version: "0.93.8")
        try old.unit("a", code("one"))
        try old.folder.write("checkout/a/stand-in.exclude", "")
        let error = try await stageError { try await old.run(carry) }
        #expect(error.description.contains("made no plan"))
    }

    @Test("A failure that the configuration ignores is a failure all the same")
    func ignored() async throws {
        let failing = """
            resource "terraform_data" "a" {
              provisioner "local-exec" {
                command = "exit 1"
              }
            }
            """
        let new = try StageFixture(version: "1.1.0")
        let state = "\(new.folder.path)/state.tfstate"
        try new.unit(
            "a", "terraform {\n  backend \"local\" {\n    path = \"\(state)\"\n  }\n}\n\(failing)")
        try new.folder.write("checkout/a/stand-in.ignore", "")
        var error = try await stageError { try await new.run(stage(["a"])) }
        #expect(error.description.contains("was not applied"))
        #expect(error.description.contains("error ignored"))
        try new.unit("a", "not terraform")
        error = try await stageError { try await new.run(stage(["a"])) }
        #expect(error.description.contains("made no plan: succeeded (error ignored)"))
        let old = try StageFixture(version: "0.99.0")
        try old.unit("a", failing)
        try old.folder.write("checkout/a/stand-in.ignore", "")
        error = try await stageError { try await old.run(stage(["a"])) }
        #expect(error.description.contains("was not applied"))
        #expect(error.description.contains("Error: local-exec provisioner error"))
    }

    @Test("A state lock that somebody holds is named with its holder, and waited for")
    func lock() async throws {
        let fixture = try StageFixture()
        try fixture.unit("a", code("one"))
        _ = try await fixture.run(stage(["a"]))
        let go = "\(fixture.folder.path)/go"
        let holder = try await LockHolder.start(fixture, until: go)
        let error = try await stageError { try await fixture.run(stage(["a"])) }
        try fixture.folder.write("go", "")
        _ = try await holder.value
        #expect(error.disposition == .waiting)
        #expect(error.description.contains("`plan` of the unit a found the state locked by "))
        #expect(error.description.contains("for OperationTypeApply since 20"))
        #expect(error.hint.contains("force-unlock"))
    }

    @Test("Cancelling interrupts terraform, which saves its state and frees its lock")
    func cancellation() async throws {
        let fixture = try StageFixture()
        try fixture.unit(
            "a",
            """
            resource "terraform_data" "first" {
              input = "kept"
            }
            resource "terraform_data" "slow" {
              depends_on = [terraform_data.first]
              provisioner "local-exec" {
                command = "trap '' INT; touch \(fixture.folder.path)/busy; exec sleep 300"
              }
            }
            """)
        let task = Task { try await fixture.run(stage(["a"])) }
        while !fixture.folder.has("busy") { try await Task.sleep(for: .milliseconds(10)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        let kept = try #require(fixture.folder.read("state/sol/carry/current/a/terraform.tfstate"))
        #expect(kept.contains("\"kept\""))
        #expect(!fixture.folder.has("checkout/a/.terraform.tfstate.lock.info"))
        #expect(fixture.output.contains { $0.contains("SIGINT") })
        #expect(fixture.output.contains { $0.contains("Interrupt received") })
    }
}

/// Holds the lock of a unit's local state with a real, unfinished apply.
private enum LockHolder {
    static func start(
        _ fixture: StageFixture, until path: String
    ) async throws -> Task<ChildResult, any Error> {
        let folder = "\(fixture.folder.path)/checkout/a"
        try fixture.folder.write(
            "other.tf",
            """
            terraform {
              backend "local" {
                path = "\(folder)/terraform.tfstate"
              }
            }
            resource "terraform_data" "holder" {
              provisioner "local-exec" {
                command = "echo holding; while [ ! -e \(path) ]; do sleep 0.02; done"
              }
            }
            """)
        let (held, continuation) = AsyncStream.makeStream(of: Void.self)
        let variables = ProcessInfo.processInfo.environment.filter { $0.key == "PATH" }
        let task = Task {
            defer { continuation.finish() }
            var command = ChildCommand(
                "/bin/sh",
                [
                    "-c",
                    "terraform init -input=false >/dev/null && "
                        + "exec terraform apply -auto-approve -input=false",
                ],
                environment: variables, in: fixture.folder.path)
            command.timeout = .seconds(60)
            return try await ChildProcess.run(command, mask: SecretMask([])) { line in
                if line.text.contains("holding") { continuation.yield() }
            }
        }
        for await _ in held { break }
        return task
    }
}
