import ClusterModel
import ClusterSimulator
import Execution
import Planning
import Testing

/// What a run does when it is asked to stop.
@Suite("Requests to a run")
struct RequestTests {
    let old = Version(1, 13, 0)
    let new = Version(1, 13, 1)

    @Test("A newer commit takes over at any moment, but only once the node in flight is done")
    func supersede() async throws {
        let newer = try SamplePlan.revision("c")
        let total = try await requests()
        for count in 1...total {
            let world = try SimulatedWorld.building(new, running: old)
            let plan = try await SamplePlan.plan(from: old, to: new, in: world)
            for later in count...(total + 10) {
                world.supervisor.say(.supersede(by: newer), at: later)
            }
            let outcome = try await world.runThroughCrashes(plan)
            #expect(outcome == .superseded(by: newer) || outcome == .succeeded, "asked at \(count)")
            let nodes = try await world.kubernetesAPI.nodes()
            #expect(nodes.values.allSatisfy { !$0.isCordoned }, "asked at \(count)")
            for node in world.cluster.nodes {
                let isWhole = world.cluster.isGood(node.name)
                let next = world.cluster.versionOfNextBoot(of: node.name)
                let running = world.cluster.system(of: node.name)?.version
                #expect(isWhole && next == running, "\(node.name), asked at \(count)")
            }
            #expect(world.cluster.violations == [], "asked at \(count)")
        }
    }

    @Test(
        "A run that is ended by hand leaves every node whole, whenever that is asked",
        arguments: [RunStop.suspended, .cancelled])
    func stop(_ stop: RunStop) async throws {
        let total = try await requests()
        for count in 1...total {
            let world = try SimulatedWorld.building(new, running: old)
            let plan = try await SamplePlan.plan(from: old, to: new, in: world)
            for later in count...(total + 10) { world.supervisor.say(.stop(stop), at: later) }
            let outcome = try await world.runThroughCrashes(plan)
            #expect(outcome == .stopped(stop) || outcome == .succeeded, "asked at \(count)")
            #expect(try await world.runThroughCrashes(plan) == outcome, "asked at \(count)")
            let nodes = try await world.kubernetesAPI.nodes()
            #expect(nodes.values.allSatisfy { !$0.isCordoned }, "asked at \(count)")
            for node in world.cluster.nodes {
                #expect(world.cluster.isGood(node.name), "\(node.name), asked at \(count)")
            }
            #expect(world.cluster.violations == [], "asked at \(count)")
        }
    }

    @Test("A run that is asked to end while a step's gates are closed does not take the step")
    func stopAtGates() async throws {
        let world = try SimulatedWorld.building(new, running: old)
        let plan = try await SamplePlan.plan(from: old, to: new, in: world)
        let drain = try #require(
            plan.steps.first { if case .drain = $0.action { true } else { false } })
        // Asked twice for each step before: once for the step, and once after its gates.
        world.supervisor.say(.stop(.suspended), at: drain.index * 2)
        world.supervisor.say(.stop(.suspended), at: drain.index * 2 + 1)
        #expect(try await world.runThroughCrashes(plan) == .stopped(.suspended))
        #expect(world.cluster.installs.values.allSatisfy { $0 == 0 })
        #expect(!world.observer.events.contains { $0.step == drain && $0.kind == .stepDone })
    }

    @Test("A run that pauses continues where it was")
    func pause() async throws {
        let total = try await requests()
        for count in stride(from: 1, through: total, by: 2) {
            let world = try SimulatedWorld.building(new, running: old)
            let plan = try await SamplePlan.plan(from: old, to: new, in: world)
            world.supervisor.say(.pause, at: count)
            #expect(try await world.runThroughCrashes(plan) == .paused)
            #expect(try await world.runThroughCrashes(plan) == .succeeded)
            #expect(try await world.faults(expecting: new) == [], "paused at \(count)")
        }
    }

    /// How often an undisturbed run asks.
    private func requests() async throws -> Int {
        let world = try SimulatedWorld.building(new, running: old)
        let plan = try await SamplePlan.plan(from: old, to: new, in: world)
        _ = try await world.runThroughCrashes(plan)
        return world.supervisor.count
    }
}
