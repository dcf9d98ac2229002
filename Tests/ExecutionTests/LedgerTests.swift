import ClusterModel
import ClusterSimulator
import Execution
import Planning
import Testing

/// What one run leaves behind for the next: a system that is installed and was never booted.
@Suite("An install that was never booted")
struct LedgerTests {
    let old = Version(1, 13, 0)
    let new = Version(1, 13, 1)

    @Test("A revert boots the node before it installs again, and nothing is overwritten")
    func revertAfterInstall() async throws {
        let world = try SimulatedWorld.building(new, running: old)
        let first = try await SamplePlan.plan(from: old, to: new, in: world)
        let node = try #require(first.steps.compactMap(\.node).first)
        world.cluster.inject(SimulatedFault(.lostRequest(.reboot), on: node, times: 20))
        let halted = try await Runner(in: world.runWorld).run(
            first, of: SamplePlan.definition(), as: RunID(cluster: SamplePlan.cluster, number: 1))
        guard case .halted(let step, _) = halted else {
            Issue.record("the run ended as \(halted)")
            return
        }
        #expect(step.node == node)
        #expect(world.cluster.versionOfNextBoot(of: node) == new)
        world.cluster.heal()

        let back = try await plan(backTo: old, in: world)
        #expect(back.steps.contains { $0.node == node && $0.action.kind == "install" })
        let outcome = try await Runner(in: world.runWorld).run(
            back, of: SamplePlan.definition(), as: RunID(cluster: SamplePlan.cluster, number: 2))
        #expect(outcome == .succeeded)
        #expect(world.cluster.violations == [])
        #expect(world.cluster.versionOfNextBoot(of: node) == old)
        #expect(world.cluster.system(of: node)?.version == old)
    }

    @Test("Stages know the run by its stamp, also when it is continued")
    func stamp() async throws {
        let world = try SimulatedWorld.building(new, running: old)
        let plan = try await SamplePlan.plan(from: old, to: new, in: world)
        let run = RunID(cluster: SamplePlan.cluster, number: 1)
        let outcome = try await Runner(in: world.runWorld).run(
            plan, of: SamplePlan.definition(), as: run, stamp: "4d1")
        #expect(outcome == .succeeded)
        #expect(Set(world.stages.calls.map(\.stamp)) == ["4d1"])
    }

    @Test("A node that was booted since is not booted once more")
    func bootedSince() async throws {
        let world = try SimulatedWorld.building(new, running: old)
        let first = try await SamplePlan.plan(from: old, to: new, in: world)
        #expect(try await world.runThroughCrashes(first) == .succeeded)
        let back = try await plan(backTo: old, in: world)
        let boots = world.observer.events.count
        let outcome = try await Runner(in: world.runWorld).run(
            back, of: SamplePlan.definition(), as: RunID(cluster: SamplePlan.cluster, number: 2))
        #expect(outcome == .succeeded)
        let later = world.observer.messages.dropFirst(boots)
        #expect(!later.contains { $0.contains("booted first") })
        #expect(world.cluster.installs.values.allSatisfy { $0 == 2 })
        #expect(world.cluster.violations == [])
    }

    /// The plan of a revert to the release before, with what the ledger remembers.
    private func plan(backTo version: Version, in world: SimulatedWorld) async throws -> Plan {
        let target = try SamplePlan.revision("c")
        world.stages.define(
            target, reference: "registry.example/installer:\(version)",
            image: SimulatedImage(version: version))
        let first = RevisionState(
            revision: try SamplePlan.revision("a"), desired: SamplePlan.desired(old))
        let bump = RevisionState(
            revision: try SamplePlan.revision("b"), desired: SamplePlan.desired(new))
        var input = PlanningInput(
            definition: SamplePlan.definition(), base: first,
            target: RevisionState(revision: target, desired: SamplePlan.desired(version)),
            history: [bump, first], observed: try await world.observed())
        input.attempted = bump
        input.installedKeys = world.ledger.imageKeys
        let decision = decide(input)
        return try #require(decision.plan, "\(decision.refusals)")
    }
}
