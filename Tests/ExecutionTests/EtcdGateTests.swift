import ClusterModel
import ClusterSimulator
import Execution
import Planning
import Testing

/// The gates that hold etcd against the control planes.
@Suite("Gates on etcd")
struct EtcdGateTests {
    let old = Version(1, 13, 0)
    let new = Version(1, 13, 1)

    private func upgrade(_ world: SimulatedWorld) async throws -> Plan {
        try await SamplePlan.plan(from: old, to: new, in: world)
    }

    /// The plan of a revert in a world whose nodes all run the newer release.
    private func revert(_ world: SimulatedWorld) async throws -> Plan {
        try await SamplePlan.plan(from: new, to: old, in: world)
    }

    private func expectUntouched(_ world: SimulatedWorld, _ outcome: RunOutcome, _ text: String)
        throws
    {
        let (_, failure) = try outcome.halt()
        #expect(failure.message.contains(text), "\(failure.message)")
        #expect(failure.disposition == .waiting)
        #expect(world.cluster.installs.values.allSatisfy { $0 == 0 })
        #expect(world.cluster.snapshots == 0)
    }

    @Test("A control plane without a member keeps the gate closed")
    func missingMember() async throws {
        let world = try SimulatedWorld.building(new, running: old)
        let plan = try await upgrade(world)
        world.cluster.setMember(false, on: NodeName("cp-3"))
        try expectUntouched(
            world, try await world.run(plan), "The control plane cp-3 is not a member of etcd.")
    }

    @Test("A member that is no control plane keeps the gate closed")
    func strayMember() async throws {
        let world = try SimulatedWorld.building(new, running: old)
        let outcome = try await world.run(try await upgrade(world)) { talos in
            talos.changeMembers = { $0.filter { $0.name.text != "cp-3" } }
        }
        try expectUntouched(world, outcome, "The etcd member cp-3 is no control plane")
    }

    @Test("A single member beside other control planes is not taken down, not even on the way back")
    func lastMember() async throws {
        let world = try SimulatedWorld.building(old, running: new)
        let plan = try await revert(world)
        let node = try #require(plan.steps.compactMap(\.node).first)
        let outcome = try await world.run(plan) { talos in
            talos.changeEtcd = { etcd in
                EtcdState(members: etcd.members.filter { $0.name == node })
            }
        }
        let (step, failure) = try outcome.halt()
        #expect(step.node == node)
        #expect(failure.message.contains("Without \(node), 0 of 1 etcd members would run"))
        #expect(world.cluster.installs.values.allSatisfy { $0 == 0 })
    }

    @Test("The only control plane of a cluster is upgraded")
    func singleControlPlane() async throws {
        let world = SimulatedWorld(controlPlanes: 1, workers: 2, running: old)
        world.stages.define(
            try SamplePlan.revision("b"), reference: "registry.example/installer:\(new)",
            image: SimulatedImage(version: new))
        #expect(try await world.run(try await upgrade(world)) == .succeeded)
        #expect(try await world.faults(expecting: new) == [])
    }

    @Test("A member that is down already may be acted on, on the way back")
    func ownMemberDown() async throws {
        let world = try SimulatedWorld.building(old, running: new)
        let plan = try await revert(world)
        let node = try #require(plan.steps.compactMap(\.node).first)
        let other = try #require(
            world.cluster.nodes.first { $0.role == .controlPlane && $0.name != node }?.name)
        let outcome = try await world.run(plan) { talos in
            talos.changeEtcd = { etcd in
                world.done("reboot") > 0 ? etcd : etcd.sickening(node, other)
            }
        }
        #expect(outcome == .succeeded)
        #expect(world.cluster.violations == [])
    }

    @Test("A majority must remain on the way back")
    func majority() async throws {
        let world = try SimulatedWorld.building(old, running: new)
        let plan = try await revert(world)
        let node = try #require(plan.steps.compactMap(\.node).first)
        let other = try #require(
            world.cluster.nodes.first { $0.role == .controlPlane && $0.name != node }?.name)
        let outcome = try await world.run(plan) { talos in
            talos.changeEtcd = { $0.sickening(other) }
        }
        #expect(try outcome.halt().failure.message.contains("a majority is 2"))
        #expect(world.cluster.installs.values.allSatisfy { $0 == 0 })
    }
}
