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
            #expect(try await world.unwhole() == [], "asked at \(count)")
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
            #expect(try await world.unwhole() == [], "asked at \(count)")
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

    @Test(
        "A run that a crash interrupted and that is not to go on leaves every node whole",
        arguments: [Version(1, 12, 0), Version(1, 13, 0)])
    func stopAfterCrash(old: Version) async throws {
        let new = Version(old.major, old.minor, 1)
        let newer = try SamplePlan.revision("c")
        let asked = [RunRequest.stop(.suspended), .stop(.cancelled), .supersede(by: newer)]
        let ends = [RunOutcome.stopped(.suspended), .stopped(.cancelled), .superseded(by: newer)]
        var inDrain = 0
        for point in 1...(try await points(from: old, to: new)) {
            let world = try SimulatedWorld.building(new, running: old)
            let plan = try await SamplePlan.plan(from: old, to: new, in: world)
            world.crashes.arm(at: point)
            await #expect(throws: SimulatedCrash.self) { try await world.run(plan) }
            world.restart()
            let (request, end) = (asked[point % 3], ends[point % 3])
            world.supervisor.sayAlways(request)
            let run = RunID(cluster: SamplePlan.cluster, number: 1)
            let isInDrain =
                try RunState(
                    of: plan, replaying: world.journal.written(by: run)
                ).begunDrain != nil
            let installs = world.cluster.installs
            let outcome = try await world.runThroughCrashes(plan)
            #expect(outcome == end || outcome == .succeeded, "killed at \(point)")
            #expect(try await world.unwhole() == [], "killed at \(point)")
            if isInDrain, outcome == end {
                inDrain += 1
                #expect(world.cluster.installs == installs, "killed at \(point)")
            }
        }
        #expect(inDrain > 10)
    }

    @Test("A node that cannot be given back halts a run that is to end, and is named")
    func stopWithoutKubernetes() async throws {
        let world = try SimulatedWorld.building(new, running: old)
        let plan = try await SamplePlan.plan(from: old, to: new, in: world)
        world.crashes.arm(at: "evict.before")
        await #expect(throws: SimulatedCrash.self) { try await world.run(plan) }
        world.restart()
        world.supervisor.sayAlways(.stop(.cancelled))
        for node in world.cluster.nodes.filter({ $0.role == .controlPlane }) {
            world.kubernetes.nodeWentDown(node.name)
        }
        let (step, failure) = try await world.run(plan).halt()
        #expect(step.action.kind == "drain")
        #expect(failure.message.hasPrefix("Uncordoning \(try #require(step.node)) did not"))
        #expect(failure.message.hasSuffix("The node is left cordoned."))
    }

    @Test("A run is not superseded by the commit that it is for")
    func supersedeBySelf() async throws {
        let world = try SimulatedWorld.building(new, running: old)
        let plan = try await SamplePlan.plan(from: old, to: new, in: world)
        world.supervisor.sayAlways(.supersede(by: plan.target))
        #expect(try await world.runThroughCrashes(plan) == .succeeded)
    }

    @Test("A drain that is begun too often gives its node back")
    func tooManyDrains() async throws {
        let world = try SimulatedWorld.building(new, running: old)
        let plan = try await SamplePlan.plan(from: old, to: new, in: world)
        for _ in 0..<RunLimits().attempts {
            world.crashes.arm(at: "evict.before")
            await #expect(throws: SimulatedCrash.self) { try await world.run(plan) }
            world.restart()
        }
        let (step, failure) = try await world.run(plan).halt()
        #expect(step.action.kind == "drain")
        #expect(failure.message.contains("never ended. The node was uncordoned again."))
        #expect(failure.hint.hasSuffix("`uprev reconcile sol --retry` tries the commit once more."))
        #expect(try await world.unwhole() == [])
    }

    /// How many points at which it can be killed an undisturbed run passes.
    private func points(from old: Version, to new: Version) async throws -> Int {
        let world = try SimulatedWorld.building(new, running: old)
        let plan = try await SamplePlan.plan(from: old, to: new, in: world)
        let before = world.crashes.passed.count
        _ = try await world.runThroughCrashes(plan)
        return world.crashes.passed.count - before
    }

    /// How often an undisturbed run asks.
    private func requests() async throws -> Int {
        let world = try SimulatedWorld.building(new, running: old)
        let plan = try await SamplePlan.plan(from: old, to: new, in: world)
        _ = try await world.runThroughCrashes(plan)
        return world.supervisor.count
    }
}

extension SimulatedWorld {
    /// What a run left half way: nodes that are cordoned, not good, or boot something else next.
    fileprivate func unwhole() async throws -> [String] {
        var faults = cluster.violations
        let nodes = try await kubernetesAPI.nodes()
        for node in cluster.nodes {
            if nodes[node.name]?.isCordoned != false { faults.append("\(node.name) is cordoned") }
            if !cluster.isGood(node.name) { faults.append("\(node.name) is not good") }
            let next = cluster.versionOfNextBoot(of: node.name)
            if next != cluster.system(of: node.name)?.version {
                faults.append("\(node.name) boots \(next.map(String.init(describing:)) ?? "none")")
            }
        }
        return faults
    }
}
