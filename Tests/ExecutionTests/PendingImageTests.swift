import ClusterModel
import ClusterSimulator
import Execution
import Planning
import Testing

/// An image that a node was given and never proved to run is not one that it runs.
@Suite("An image that is pending")
struct PendingImageTests {
    let version = Version(1, 13, 0)

    /// What is wanted with one build of an extension; a node shows its name and no build.
    private func desired(frr build: String) throws -> DesiredState {
        var state = SamplePlan.desired(version)
        let image = try #require(ImageReference("ghcr.io/example/frr:\(build)"))
        state.extensions = [.custom: [image]]
        return state
    }

    private func image(frr build: String) -> SimulatedImage {
        SimulatedImage(
            version: version, extensions: [InstalledExtension(name: "frr", version: build)])
    }

    private func makeWorld() throws -> SimulatedWorld {
        let world = SimulatedWorld(workers: 2, running: image(frr: "9.1"))
        for (digit, build) in [("b", "9.2"), ("c", "9.1")] {
            world.stages.define(
                try SamplePlan.revision(Character(digit)), reference: "registry.example/\(build)",
                image: image(frr: build))
        }
        return world
    }

    private func plan(
        to digit: Character, frr build: String, in world: SimulatedWorld, resumed: Bool = false
    ) async throws -> Plan {
        let first = RevisionState(
            revision: try SamplePlan.revision("a"), desired: try desired(frr: "9.1"))
        let bump = RevisionState(
            revision: try SamplePlan.revision("b"), desired: try desired(frr: "9.2"))
        var input = PlanningInput(
            definition: SamplePlan.definition(), base: first,
            target: RevisionState(
                revision: try SamplePlan.revision(digit), desired: try desired(frr: build)),
            history: digit == "c" ? [bump, first] : [first], observed: try await world.observed())
        input.attempted = resumed ? bump : nil
        input.installedKeys = world.ledger.imageKeys
        let decision = decide(input)
        return try #require(decision.plan, "\(decision.refusals)")
    }

    /// Installs the first node, and lets another member fall ill before it is booted.
    private func haltBeforeBoot(_ world: SimulatedWorld) async throws -> NodeName {
        let plan = try await plan(to: "b", frr: "9.2", in: world)
        let node = try #require(plan.steps.compactMap(\.node).first)
        let other = try #require(
            world.cluster.nodes.first { $0.role == .controlPlane && $0.name != node }?.name)
        let outcome = try await world.run(plan) { talos in
            talos.changeEtcd = { world.done("install") > 0 ? $0.sickening(other) : $0 }
        }
        let (step, failure) = try outcome.halt()
        #expect(step.action.kind == "reboot")
        #expect(failure.message.contains("\(node) is left cordoned"))
        #expect(world.cluster.installs[node] == 1)
        return node
    }

    private func builds(_ world: SimulatedWorld) -> Set<String> {
        Set(
            world.cluster.nodes.flatMap { world.cluster.system(of: $0.name)?.extensions ?? [] }
                .map(\.version))
    }

    @Test("A new plan takes the node again, boots it first, and does not install it twice")
    func again() async throws {
        let world = try makeWorld()
        let node = try await haltBeforeBoot(world)
        let key = try desired(frr: "9.2").imageKey
        #expect(world.ledger.imageKeys == [node: PlanningInput.pendingKey(for: key)])

        let next = try await plan(to: "b", frr: "9.2", in: world, resumed: true)
        #expect(next.steps.contains { $0.node == node && $0.action.kind == "install" })
        #expect(try await world.run(next, number: 2) == .succeeded)
        #expect(world.observer.messages.contains { $0.contains("booted first") })
        #expect(world.cluster.violations == [])
        #expect(builds(world) == ["9.2"])
        #expect(world.cluster.installs.values.allSatisfy { $0 == 1 })
        #expect(world.ledger.imageKeys.count == 5)
        #expect(world.ledger.imageKeys.values.allSatisfy { $0 == key })
        let bump = try await plan(to: "c", frr: "9.1", in: world, resumed: true)
        #expect(bump.steps.filter { $0.action.kind == "install" }.count == 5)
    }

    @Test("The image of an earlier run that booted is not taken for the one of this step")
    func inherited() async throws {
        let world = try makeWorld()
        let node = try await haltBeforeBoot(world)
        let back = try await plan(to: "c", frr: "9.1", in: world, resumed: true)
        #expect(back.steps.contains { $0.node == node && $0.action.kind == "install" })
        #expect(try await world.run(back, number: 2) == .succeeded)
        #expect(world.observer.messages.contains { $0.contains("booted first") })
        #expect(world.cluster.installs[node] == 2)
        #expect(builds(world) == ["9.1"])
        #expect(world.cluster.violations == [])
    }

    @Test("A run that is killed at any one point gives each node its image once")
    func killed() async throws {
        let calm = try makeWorld()
        let before = calm.crashes.passed.count
        #expect(
            try await calm.runThroughCrashes(try await plan(to: "b", frr: "9.2", in: calm))
                == .succeeded)
        let points = calm.crashes.passed.count - before
        let key = try desired(frr: "9.2").imageKey
        for point in 1...points {
            let world = try makeWorld()
            let plan = try await plan(to: "b", frr: "9.2", in: world)
            world.crashes.arm(at: point)
            #expect(try await world.runThroughCrashes(plan) == .succeeded, "killed at \(point)")
            #expect(try await world.faults(expecting: version) == [], "killed at \(point)")
            #expect(builds(world) == ["9.2"], "killed at \(point)")
            #expect(world.ledger.imageKeys.values.allSatisfy { $0 == key }, "killed at \(point)")
        }
    }

    @Test("A refusal does not forget an install that another caller began")
    func refused() async throws {
        let world = try makeWorld()
        let plan = try await plan(to: "b", frr: "9.2", in: world)
        let outcome = try await world.run(plan) { talos in
            talos.afterInstall = { node in
                throw ClusterError(
                    .refused, "\(node) says that another installation is in progress.",
                    hint: "Wait.")
            }
        }
        let (step, failure) = try outcome.halt()
        #expect(failure.message.contains("uncordoned again"))
        let node = try #require(step.node)
        let bootID = world.cluster.system(of: node)?.bootID
        #expect(try await world.ledger.noted(on: node)?.unbootedSince == bootID)

        let back = try await self.plan(to: "c", frr: "9.1", in: world, resumed: true)
        #expect(try await world.run(back, number: 2) == .succeeded)
        #expect(world.observer.messages.contains { $0.contains("booted first") })
        #expect(world.cluster.violations == [])
        #expect(builds(world) == ["9.1"])
    }
}
