import ClusterModel
import Execution
import Foundation
import Synchronization
import Testing

@testable import Terragrunt

@Suite("Stages with a program of their own")
struct CommandStageTests {
    private func command(_ words: [String], carry: [String] = []) -> Stage {
        Stage(kind: .images, command: words, carry: carry)
    }

    @Test("A program runs in the checkout, and is known to have succeeded")
    func runs() async throws {
        let fixture = try StageFixture()
        try fixture.folder.write(
            "checkout/build.sh", "#!/bin/sh\necho built in $PWD $1\n", mode: 0o755)
        let stage = command(["./build.sh", "all"])
        #expect(try await !fixture.stages.isApplied(stage, in: fixture.context))
        #expect(try await fixture.run(stage).units == ["./build.sh: done"])
        #expect(fixture.output.contains("built in \(fixture.folder.path)/checkout all"))
        #expect(try await fixture.stages.isApplied(stage, in: fixture.context))
        var next = fixture.context
        next.run = RunID(cluster: next.cluster, number: 8)
        #expect(try await !fixture.stages.isApplied(stage, in: next))
        // A journal that was lost begins to count anew.
        var again = fixture.context
        again.stamp = "4d1"
        #expect(try await !fixture.stages.isApplied(stage, in: again))
    }

    @Test("A program that fails is named with its status and its complaint")
    func fails() async throws {
        let fixture = try StageFixture()
        let stage = command(["sh", "-c", "echo 'no such kernel' >&2; exit 9"])
        let error = try await stageError { try await fixture.run(stage) }
        #expect(
            error.description
                == "The program sh of the stage images ended with status 9: no such kernel")
        #expect(try await !fixture.stages.isApplied(stage, in: fixture.context))
    }

    @Test("No checkout is made or removed while a program of an earlier run still works")
    func survivor() async throws {
        let fixture = try StageFixture()
        let asked = Mutex(0)
        let settings = StageSettings(
            environment: StageEnvironment(passing: [], from: ["PATH": "/usr/bin:/bin"]),
            directory: "\(fixture.folder.path)/state")
        let stages = TerragruntStages(settings) { _ in
            asked.withLock { $0 += 1 }
            return Checkout(path: "\(fixture.folder.path)/checkout") { _ in false }
        }
        try fixture.folder.write("state/sol/stage.lock", "")
        let lock = open("\(fixture.folder.path)/state/sol/stage.lock", O_RDONLY | O_CLOEXEC)
        #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
        let error = try await stageError {
            try await stages.run(command(["true"]), mode: .apply, in: fixture.context) { _ in }
        }
        #expect(error.disposition == .waiting)
        #expect(asked.withLock { $0 } == 0)
        close(lock)
        _ = try await stages.run(command(["true"]), mode: .apply, in: fixture.context) { _ in }
        #expect(asked.withLock { $0 } == 1)
    }

    @Test("A program that is not there stalls the stage")
    func missing() async throws {
        let fixture = try StageFixture()
        let error = try await stageError { try await fixture.run(command(["no-such-program"])) }
        #expect(error.description.contains("no-such-program"))
        #expect(error.disposition == .stalled)
    }

    @Test("A program is not run to plan only")
    func planOnly() async throws {
        let fixture = try StageFixture()
        let report = try await fixture.run(command(["touch", "done"]), mode: .plan)
        #expect(report.units == ["touch: not run, since a program cannot only plan"])
        #expect(!fixture.folder.has("checkout/done"))
    }

    @Test("What a killed agent left in the checkout is kept when the stage is looked at")
    func keptAfterCrash() async throws {
        let fixture = try StageFixture()
        try fixture.folder.write("checkout/build/state", "precious\n", mode: 0o644)
        let stage = command(["true"], carry: ["build/**"])
        #expect(try await !fixture.stages.isApplied(stage, in: fixture.context))
        #expect(fixture.folder.read("state/sol/carry/current/build/state") == "precious\n")
    }

    @Test("A stage without units and without a program is an error")
    func empty() async throws {
        let fixture = try StageFixture()
        let error = try await stageError { try await fixture.run(command([])) }
        #expect(error.description.contains("neither units nor a command"))
    }

    @Test("Carried files come back in the next checkout, also after a failure")
    func carries() async throws {
        let fixture = try StageFixture()
        let build = command(
            ["sh", "-c", "mkdir -p build; echo one > build/iso; exit 1"], carry: ["build/**"])
        _ = try await stageError { try await fixture.run(build) }
        try fixture.renewCheckout()
        _ = try await fixture.run(command(["cat", "build/iso"]))
        #expect(fixture.output.contains("one"))
        #expect(fixture.output.contains("carried files laid in: build/iso"))
    }

    @Test(
        "Git answers in a checkout whose volume shows another owner, and only there",
        .enabled(if: getuid() == 0, "only root can give files away"))
    func foreignOwner() async throws {
        let fixture = try StageFixture()
        for name in ["checkout", "other"] {
            let place = "'\(fixture.folder.path)/\(name)'"
            let made = try await shell("git init --quiet \(place) && chown -R 65534 \(place)")
            try #require(made.succeeded)
        }
        let top = Stage(kind: .images, command: ["git", "rev-parse", "--show-toplevel"])
        _ = try await fixture.run(top)
        #expect(fixture.output.contains("\(fixture.folder.path)/checkout"))
        let other = Stage(kind: .images, command: ["git", "-C", "../other", "status"])
        _ = try await stageError { try await fixture.run(other) }
        #expect(fixture.output.contains { $0.contains("dubious ownership") })
    }
}
