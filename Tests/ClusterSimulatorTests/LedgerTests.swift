import ClusterModel
import Execution
import Testing

@testable import ClusterSimulator

@Suite("What is done to a cluster")
struct LedgerTests {
    private let world = SimulatedWorld(running: Version(1, 13, 0))
    private let image = "factory.example/installer/abc:v1.13.2"

    init() {
        world.cluster.registry.publish(image, SimulatedImage(version: Version(1, 13, 2)))
    }

    private func reboot(_ name: String) async throws {
        try await world.talos.reboot(NodeName(name), mode: .standard)
    }

    private func drained(_ names: String...) async throws {
        for name in names { try await world.kubernetesAPI.cordon(NodeName(name)) }
        for name in names { try await world.drain(NodeName(name)) }
    }

    @Test("is kept when a node is installed before any snapshot")
    func snapshot() async throws {
        try await drained("wk-1")
        try await world.install(image, on: NodeName("wk-1"))
        #expect(world.cluster.violations.count == 1)
        #expect(world.cluster.violations.first?.contains("before any etcd snapshot") == true)
    }

    @Test("is kept when a node is installed and rebooted with pods on it")
    func drain() async throws {
        _ = try await world.talos.snapshotEtcd(to: "/backup")
        // Cordoned is not drained: its pods still run.
        try await world.kubernetesAPI.cordon(NodeName("wk-1"))
        try await world.install(image, on: NodeName("wk-1"))
        try await reboot("wk-1")
        let kept = world.cluster.violations
        #expect(kept.filter { $0.contains("without being drained") }.count == 2)
    }

    @Test("is kept when two control planes are down, and etcd with them")
    func twoControlPlanes() async throws {
        try await drained("cp-1", "cp-2")
        try await reboot("cp-1")
        #expect(world.cluster.violations.isEmpty)
        try await reboot("cp-2")
        let kept = world.cluster.violations
        #expect(kept.contains { $0.contains("cp-2 was taken down while cp-1 was down") })
        #expect(kept.contains { $0.contains("not healthy") })
        #expect(kept.contains { $0.contains("lost its quorum") })
        await #expect(throws: ClusterError.self) { try await world.talos.etcd() }
        await #expect(throws: ClusterError.self) { try await world.kubernetesAPI.nodes() }
        try await world.clock.sleep(for: .seconds(300))
        #expect(try await world.talos.etcd().members.allSatisfy(\.isHealthy))
        #expect(try await world.kubernetesAPI.nodes()[NodeName("cp-1")]?.isReady == true)
    }

    @Test("is kept when more workers are in flight than may be")
    func twoWorkers() async throws {
        try await drained("wk-1", "wk-2")
        try await reboot("wk-1")
        #expect(world.cluster.violations.isEmpty)
        try await reboot("wk-2")
        #expect(world.cluster.violations.count == 1)
        #expect(world.cluster.violations.first?.contains("while wk-1 was in flight") == true)
    }

    @Test("is no violation with as many workers in flight as may be")
    func allowedWorkers() async throws {
        let world = SimulatedWorld(
            running: SimulatedImage(version: Version(1, 13, 0)), workersAtOnce: 2)
        for name in ["wk-1", "wk-2"] { try await world.kubernetesAPI.cordon(NodeName(name)) }
        for name in ["wk-1", "wk-2"] { try await world.drain(NodeName(name)) }
        try await world.talos.reboot(NodeName("wk-1"), mode: .standard)
        try await world.talos.reboot(NodeName("wk-2"), mode: .standard)
        #expect(world.cluster.violations.isEmpty)
    }

    @Test("is kept when a worker is taken down while a control plane is in flight")
    func workerDuringControlPlane() async throws {
        try await drained("cp-1", "wk-1")
        try await reboot("cp-1")
        try await reboot("wk-1")
        #expect(world.cluster.violations.count == 1)
        #expect(world.cluster.violations.first?.contains("cp-1 was in flight") == true)
    }

    @Test(
        "is kept when a control plane is rebooted while etcd is not sound",
        arguments: ["alarm", "learner", "missing"])
    func sickEtcd(kind: String) async throws {
        try await drained("cp-1")
        switch kind {
        case "alarm": world.cluster.setAlarm("NOSPACE", on: NodeName("cp-2"))
        case "learner": world.cluster.setLearner(true, on: NodeName("cp-2"))
        default: world.cluster.setMember(false, on: NodeName("cp-2"))
        }
        try await reboot("cp-1")
        #expect(world.cluster.violations.contains { $0.contains("cp-1 was rebooted while") })
    }

    @Test("is kept when a node is rebooted under its installer")
    func rebootDuringInstall() async throws {
        _ = try await world.talos.snapshotEtcd(to: "/backup")
        try await drained("wk-1")
        world.cluster.inject(SimulatedFault(.lostReply(.install)))
        await #expect(throws: ClusterError.self) {
            try await world.install(image, on: NodeName("wk-1"))
        }
        try await reboot("wk-1")
        #expect(world.cluster.violations.count == 1)
        #expect(world.cluster.violations.first?.contains("while its installer ran") == true)
    }
}

@Suite("Simulated etcd")
struct SimulatedEtcdTests {
    private let world = SimulatedWorld(running: Version(1, 13, 0))

    @Test("elects another leader when its leader goes down, and takes the member back")
    func election() async throws {
        let leader = try #require(world.cluster.leader)
        world.cluster.cutPower(leader)
        let next = try #require(world.cluster.leader)
        #expect(next != leader)
        let down = try await world.talos.etcd().members.first { $0.name == leader }
        #expect(down?.isHealthy == false)
        try await world.clock.sleep(for: .seconds(120))
        let back = try await world.talos.etcd().members.first { $0.name == leader }
        #expect(back?.isHealthy == true)
        #expect(world.cluster.leader == next)
    }

    @Test("hands leadership over when asked, and not when there is nobody else")
    func forfeit() async throws {
        let leader = try #require(world.cluster.leader)
        try await world.talos.forfeitLeadership(of: leader)
        let next = try #require(world.cluster.leader)
        #expect(next != leader)
        // A member that does not lead has nothing to hand over.
        try await world.talos.forfeitLeadership(of: leader)
        #expect(world.cluster.leader == next)
        let single = SimulatedWorld(controlPlanes: 1, running: Version(1, 13, 0))
        await #expect(throws: ClusterError.self) {
            try await single.talos.forfeitLeadership(of: NodeName("cp-1"))
        }
    }
}
