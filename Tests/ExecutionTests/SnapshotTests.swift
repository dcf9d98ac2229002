import ClusterModel
import ClusterSimulator
import Planning
import Synchronization
import Testing

@testable import Execution

/// Each hop over a minor has a snapshot of its own, and only the way back may do without.
@Suite("Snapshots of a run")
struct SnapshotTests {
    let old = Version(1, 11, 5)
    let new = Version(1, 13, 1)

    private var definition: ClusterDefinition {
        var definition = SamplePlan.definition()
        definition.installer = .image(template: "registry.example/installer:${talos_version}")
        return definition
    }

    private func makeWorld() async throws -> (SimulatedWorld, Plan) {
        let world = SimulatedWorld(workers: 1, running: old)
        let plan = try await SamplePlan.plan(
            from: old, to: new, in: world, definition: definition)
        for step in plan.steps {
            guard case .verify(let expectation) = step.action else { continue }
            world.cluster.registry.publish(
                "registry.example/installer:\(expectation.version)",
                SimulatedImage(version: expectation.version))
        }
        return (world, plan)
    }

    private func failing(after count: Int) -> @Sendable () throws -> Void {
        let calls = Counter()
        return {
            guard calls.next() > count else { return }
            throw ClusterError(.failed, "The disk is full.", hint: "Make room.")
        }
    }

    @Test("Two hops are carried with a snapshot before each")
    func twoHops() async throws {
        let (world, plan) = try await makeWorld()
        #expect(try await world.run(plan, definition: definition) == .succeeded)
        #expect(world.cluster.snapshots == 2)
        #expect(world.cluster.violations == [])
        #expect(
            world.cluster.nodes.allSatisfy { world.cluster.system(of: $0.name)?.version == new })
    }

    @Test("A snapshot that fails before the second hop halts the run there")
    func secondHop() async throws {
        let (world, plan) = try await makeWorld()
        let outcome = try await world.run(plan, definition: definition) { talos in
            talos.beforeSnapshot = failing(after: 1)
        }
        let (step, failure) = try outcome.halt()
        #expect(step.action.kind == "etcd_snapshot")
        #expect(failure.message == "The disk is full.")
        #expect(world.cluster.installs.values.allSatisfy { $0 == 1 })
    }

    @Test("On the way back a snapshot that fails is passed over")
    func wayBack() async throws {
        let world = try SimulatedWorld.building(old, running: Version(1, 11, 6))
        let plan = try await SamplePlan.plan(from: Version(1, 11, 6), to: old, in: world)
        #expect(plan.steps.contains { $0.action.kind == "etcd_snapshot" })
        // The run that went forward took one.
        world.cluster.noteSnapshot()
        let outcome = try await world.run(plan) { $0.beforeSnapshot = failing(after: 0) }
        #expect(outcome == .succeeded)
        #expect(try await world.faults(expecting: old) == [])
    }

    @Test("A snapshot from before an earlier hop does not open the gate of a later one")
    func perHop() async throws {
        let (_, plan) = try await makeWorld()
        let gated = plan.steps.filter { $0.gates.contains(.snapshotTaken) }
        let last = try #require(gated.last)
        var state = try RunState(of: plan, replaying: [.runStarted(planDigest: plan.digest)])
        var taken = 0
        for step in plan.steps.prefix(last.index - 1) {
            try state.apply(.stepStarted(step.index, Evidence()))
            var result = StepResult.done
            if case .etcdSnapshot = step.action, taken == 0 {
                taken += 1
                result = .snapshot(SnapshotReceipt(path: "/backups/1", bytes: 1, sha256: "aa"))
            }
            try state.apply(.stepDone(step.index, result))
        }
        #expect(gated.count == 2)
        #expect(state.hasSnapshot(for: gated[0]))
        #expect(!state.hasSnapshot(for: last))
        #expect(state.snapshots.count == 1)
    }
}

/// Counts calls.
final class Counter: Sendable {
    private let count = Mutex(0)

    /// The number of this call, from 1.
    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}
