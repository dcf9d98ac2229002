import ClusterModel
import Execution
import Testing

@testable import ClusterSimulator

@Suite("A node below Talos 1.13")
struct MachineUpgradeTests {
    private let world = SimulatedWorld(running: Version(1, 12, 0))
    private let image = "factory.example/installer/abc:v1.12.3"
    private let node = NodeName("wk-2")

    init() {
        world.cluster.registry.publish(image, SimulatedImage(version: Version(1, 12, 3)))
    }

    private func prepare(_ node: NodeName) async throws {
        _ = try await world.talos.snapshotEtcd(to: "/backup")
        try await world.drain(node)
    }

    private func upgrade(_ node: NodeName) async throws {
        try await world.talos.install(image, on: node, through: .machine, mode: .standard) { _ in }
    }

    @Test("installs and reboots by one call, and shows it in its stage from the first moment")
    func oneCall() async throws {
        try await prepare(node)
        let before = try await world.talos.system(of: node)
        let found = try world.cluster.lookUp(image, for: node)
        _ = try world.cluster.startUpgrade(of: node, to: found)
        let during = try await world.talos.system(of: node)
        #expect(during.stage == "upgrading")
        #expect(during.isReady)
        #expect(!during.isRunning)
        try await world.clock.sleep(for: .seconds(300))
        let after = try await world.talos.system(of: node)
        #expect(after.isRunning)
        #expect(after.version == Version(1, 12, 3))
        #expect(after.bootID != before.bootID)
        #expect(world.cluster.installs[node] == 1)
        #expect(world.cluster.violations.isEmpty)
    }

    @Test("says yes while it is busy, and does nothing")
    func busy() async throws {
        try await prepare(node)
        let found = try world.cluster.lookUp(image, for: node)
        let first = try world.cluster.startUpgrade(of: node, to: found)
        let mark = world.cluster.latestEvent(of: node)
        let second = try world.cluster.startUpgrade(of: node, to: found)
        #expect(first != second)
        let events = try #require(world.cluster.events(of: node, after: mark))
        #expect(events.map(\.content) == [.sequenceLocked("upgrade")])
        #expect(events.map(\.actor) == [""])
        try await world.clock.sleep(for: .seconds(300))
        #expect(world.cluster.installs[node] == 1)
        #expect(world.cluster.violations.isEmpty)
    }

    @Test("is refused by the port while it is busy")
    func busyAtThePort() async throws {
        try await prepare(node)
        let found = try world.cluster.lookUp(image, for: node)
        world.cluster.inject(SimulatedFault(.installExitCode(1), on: node))
        _ = try world.cluster.startUpgrade(of: node, to: found)
        // The pull of the second call takes 20 s, after which the failed node waits for its reboot.
        let error = await #expect(throws: ClusterError.self) { try await upgrade(node) }
        #expect(error?.kind == .refused)
        #expect(world.cluster.installs[node] == 0)
    }

    @Test("reboots into the old version when the installer fails")
    func failure() async throws {
        try await prepare(node)
        let before = try await world.talos.system(of: node)
        world.cluster.inject(SimulatedFault(.installExitCode(1), on: node))
        let error = await #expect(throws: ClusterError.self) { try await upgrade(node) }
        #expect(error?.kind == .failed)
        try await world.clock.sleep(for: .seconds(300))
        let after = try await world.talos.system(of: node)
        #expect(after.isRunning)
        #expect(after.version == before.version)
        #expect(after.bootID != before.bootID)
        #expect(world.cluster.installs[node] == 0)
    }

    @Test("refuses a target that its installer does not support, after drain and unmount")
    func incompatible() async throws {
        world.cluster.registry.publish("far", SimulatedImage(version: Version(1, 15, 0)))
        try await prepare(node)
        let before = try await world.talos.system(of: node)
        let error = await #expect(throws: ClusterError.self) {
            try await world.talos.install("far", on: node, through: .machine, mode: .standard) {
                _ in
            }
        }
        #expect(error?.kind == .failed)
        try await world.clock.sleep(for: .seconds(300))
        #expect(try await world.talos.system(of: node).version == before.version)
    }

    @Test("may acknowledge the call and ignore it")
    func ignored() async throws {
        try await prepare(node)
        world.cluster.inject(SimulatedFault(.ignoredInstall, on: node))
        try await upgrade(node)
        let after = try await world.talos.system(of: node)
        #expect(after.isRunning)
        #expect(after.version == Version(1, 12, 0))
        #expect(world.cluster.installs[node] == 0)
    }

    @Test("refuses on a control plane while an etcd member is not up")
    func etcdCheck() async throws {
        let plane = NodeName("cp-1")
        try await prepare(plane)
        world.cluster.inject(SimulatedFault(.etcdNeverJoins, on: NodeName("cp-2")))
        world.cluster.cutPower(NodeName("cp-2"))
        try await world.clock.sleep(for: .seconds(120))
        let error = await #expect(throws: ClusterError.self) { try await upgrade(plane) }
        #expect(error?.kind == .refused)
        #expect(error?.message.contains("cp-2") == true)
        #expect(world.cluster.installs[plane] == 0)
    }

    @Test("does not let a reboot interrupt an upgrade")
    func rebootDuringUpgrade() async throws {
        try await prepare(node)
        let found = try world.cluster.lookUp(image, for: node)
        _ = try world.cluster.startUpgrade(of: node, to: found)
        try await world.talos.reboot(node, mode: .standard)
        try await world.clock.sleep(for: .seconds(300))
        #expect(try await world.talos.system(of: node).version == Version(1, 12, 3))
    }
}
