import ClusterModel
import Execution
import Foundation
import Testing

@testable import ClusterSimulator

@Suite("The simulated process and its surroundings")
struct ProcessTests {
    private let run = RunID(cluster: ClusterName("sol"), number: 1)

    @Test("A write that the process dies before is lost, one that it dies after is kept")
    func journal() async throws {
        let crashes = CrashSwitch()
        let journal = MemoryJournal(crashes: crashes)
        crashes.arm(at: "journal.before", occurrence: 2)
        try await journal.append(.runStarted(planDigest: "a"), to: run)
        await #expect(throws: SimulatedCrash(point: "journal.before")) {
            try await journal.append(.runDone, to: run)
        }
        await #expect(throws: SimulatedCrash.self) { try await journal.entries(of: run) }
        #expect(journal.written(by: run) == [.runStarted(planDigest: "a")])
        crashes.restart()
        crashes.arm(at: "journal.after")
        await #expect(throws: SimulatedCrash(point: "journal.after")) {
            try await journal.append(.runDone, to: run)
        }
        #expect(journal.written(by: run) == [.runStarted(planDigest: "a"), .runDone])
    }

    @Test("A dead process has no effects until it is restarted")
    func deadProcess() async throws {
        let world = SimulatedWorld(running: Version(1, 13, 0))
        let node = NodeName("wk-1")
        world.crashes.arm(at: 1)
        await #expect(throws: SimulatedCrash.self) { try await world.kubernetesAPI.cordon(node) }
        await #expect(throws: SimulatedCrash.self) {
            try await world.talos.reboot(node, mode: .standard)
        }
        #expect(world.cluster.system(of: node)?.isRunning == true)
        world.restart()
        #expect(try await world.kubernetesAPI.nodes()[node]?.isCordoned == false)
        #expect(world.crashes.passed == ["cordon.before"])
    }

    @Test("The clock jumps, counts, and ends a simulation that hangs")
    func clock() async throws {
        let clock = SimulatedClock(limit: .seconds(100))
        try await clock.sleep(for: .seconds(60))
        clock.advance(by: .seconds(30))
        #expect(clock.now == .seconds(90))
        await #expect(throws: SimulationTimeout.self) { try await clock.sleep(for: .seconds(60)) }
    }

    @Test("A lost request has no effect, and a lost reply hides one")
    func lostCalls() async throws {
        let world = SimulatedWorld(running: Version(1, 13, 0))
        let node = NodeName("wk-1")
        world.cluster.inject(SimulatedFault(.lostRequest(.reboot), on: node))
        let lost = await #expect(throws: ClusterError.self) {
            try await world.talos.reboot(node, mode: .standard)
        }
        #expect(lost?.kind == .unreachable)
        #expect(world.cluster.system(of: node)?.isRunning == true)
        world.cluster.inject(SimulatedFault(.lostReply(.reboot), on: node))
        let hidden = await #expect(throws: ClusterError.self) {
            try await world.talos.reboot(node, mode: .standard)
        }
        #expect(hidden?.kind == .unreachable)
        #expect(world.cluster.system(of: node)?.stage == "rebooting")
    }

    @Test("A late reply comes late")
    func lateReply() async throws {
        let world = SimulatedWorld(running: Version(1, 13, 0))
        world.cluster.inject(SimulatedFault(.lateReply(.system, by: .seconds(40))))
        _ = try await world.talos.system(of: NodeName("wk-1"))
        #expect(world.clock.now >= .seconds(40))
    }

    @Test("A node that never returns can be revived, and healing ends every fault")
    func healing() async throws {
        let world = SimulatedWorld(running: Version(1, 13, 0))
        let node = NodeName("cp-1")
        world.cluster.inject(SimulatedFault(.neverReturns, on: node))
        world.cluster.cutPower(node)
        world.cluster.setAlarm("NOSPACE", on: NodeName("cp-2"))
        try await world.clock.sleep(for: .seconds(3600))
        #expect(!world.cluster.isUp(node))
        world.cluster.heal()
        try await world.clock.sleep(for: .seconds(300))
        #expect(world.cluster.isGood(node))
        #expect(try await world.talos.etcd().alarms.isEmpty)
    }

    @Test("The same seed tells the same story, another seed another one")
    func determinism() async throws {
        #expect(try await story(seed: 7) == story(seed: 7))
        #expect(try await story(seed: 7) != story(seed: 8))
    }

    private func story(seed: UInt64) async throws -> [String] {
        let world = SimulatedWorld(seed: seed, running: Version(1, 13, 0))
        world.cluster.setFaultRates(.rough)
        var lines: [String] = []
        for node in world.cluster.nodes {
            do {
                try await world.talos.reboot(node.name, mode: .standard)
            } catch let error as ClusterError {
                lines.append(error.message)
            }
            try await world.clock.sleep(for: .seconds(400))
            let system = world.cluster.system(of: node.name)
            lines.append("\(world.clock.now) \(system?.bootID ?? "") \(system?.stage ?? "")")
        }
        return lines
    }

    @Test("The images stage publishes what it builds, and says so only for its own commit")
    func stages() async throws {
        let world = SimulatedWorld(running: Version(1, 13, 0))
        let revision = try #require(Revision(String(repeating: "a", count: 40)))
        let other = try #require(Revision(String(repeating: "b", count: 40)))
        let output = UnitOutput(unit: "images/1", name: "installer_image")
        let stage = Stage(kind: .images, units: ["images/1"])
        let context = RunContext(run: run, cluster: ClusterName("sol"), revision: revision)
        world.stages.define(
            revision, reference: "built", image: SimulatedImage(version: Version(1, 13, 2)))
        await #expect(throws: StageError.self) {
            try await world.stages.value(of: output, in: context)
        }
        _ = try await world.stages.run(stage, mode: .plan, in: context) { _ in }
        #expect(world.cluster.registry.image("built") == nil)
        world.stages.fail(.images, with: StageError("It failed.", hint: "Try again."))
        await #expect(throws: StageError.self) {
            try await world.stages.run(stage, mode: .apply, in: context) { _ in }
        }
        #expect(try await !world.stages.isApplied(stage, in: context))
        _ = try await world.stages.run(stage, mode: .apply, in: context) { _ in }
        #expect(world.cluster.registry.image("built")?.version == Version(1, 13, 2))
        #expect(try await world.stages.value(of: output, in: context) == "built")
        #expect(try await world.stages.isApplied(stage, in: context))
        let elsewhere = RunContext(run: run, cluster: ClusterName("sol"), revision: other)
        #expect(try await !world.stages.isApplied(stage, in: elsewhere))
        #expect(world.stages.calls.map(\.mode) == [.plan, .apply, .apply])
    }

    @Test("A registry finds the images that appear in its directory")
    func registryDirectory() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("simulated-registry-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let registry = SimulatedRegistry(directory: folder.path)
        #expect(registry.image("example/one:v1") == nil)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data("{\"reference\": \"example/".utf8).write(to: folder.appending(path: "0.json"))
        let text = """
            {"reference": "example/one:v1", "version": "v1.12.3", "kernel_args": ["quiet"],
             "extensions": [{"name": "crun", "version": "1.2"}], "schematic": "abc"}
            """
        try Data(text.utf8).write(to: folder.appending(path: "1.json"))
        let image = try #require(registry.image("example/one:v1"))
        #expect(image.version == Version(1, 12, 3))
        #expect(image.extensions == [InstalledExtension(name: "crun", version: "1.2")])
        #expect(image.kernelArguments == ["quiet"])
        #expect(image.schematic == "abc")
        #expect(image.boots)
        #expect(registry.image("example/two:v1") == nil)
    }
}
