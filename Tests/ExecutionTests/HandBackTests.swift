import ClusterModel
import ClusterSimulator
import Execution
import Planning
import Synchronization
import Testing

/// A node that was drained for nothing is given back, and the failure says so.
@Suite("A node drained for nothing")
struct HandBackTests {
    let old = Version(1, 13, 0)
    let new = Version(1, 13, 1)

    private func expectGivenBack(_ outcome: RunOutcome, _ world: SimulatedWorld) async throws {
        let (step, failure) = try outcome.halt()
        #expect(step.action.kind == "install")
        #expect(failure.message.contains("uncordoned again"), "\(failure.message)")
        #expect(try await world.kubernetesAPI.nodes().values.allSatisfy { !$0.isCordoned })
        #expect(world.cluster.installs.values.allSatisfy { $0 == 0 })
    }

    @Test("A gate that closes after the drain gives the node back, and a later run carries it")
    func gate() async throws {
        let world = try SimulatedWorld.building(new, running: old)
        let plan = try await SamplePlan.plan(from: old, to: new, in: world)
        let outcome = try await world.run(plan) { talos in
            talos.changeEtcd = { etcd in
                var etcd = etcd
                if world.done("drain") > 0 { etcd.alarms = ["NOSPACE on cp-2"] }
                return etcd
            }
        }
        try await expectGivenBack(outcome, world)
        #expect(try outcome.halt().failure.message.contains("NOSPACE"))
        #expect(try await world.run(plan, number: 2) == .succeeded)
        #expect(try await world.faults(expecting: new) == [])
    }

    @Test("A node that cannot be looked at after the drain is given back")
    func evidence() async throws {
        let world = try SimulatedWorld.building(new, running: old)
        let plan = try await SamplePlan.plan(from: old, to: new, in: world)
        let outcome = try await world.run(plan) { talos in
            talos.beforeSystem = { node in
                guard world.done("drain") > 0 else { return }
                throw ClusterError(.unreachable, "\(node) gives no answer.", hint: "Look at it.")
            }
        }
        try await expectGivenBack(outcome, world)
    }

    @Test("A drain for which nobody lets pods be evicted gives the node back")
    func denied() async throws {
        let world = try SimulatedWorld.building(new, running: old)
        let plan = try await SamplePlan.plan(from: old, to: new, in: world)
        var denying = world.runWorld
        denying.kubernetes = DeniedEvictions(base: world.kubernetesAPI)
        let (step, failure) = try await Runner(in: denying).run(
            plan, of: SamplePlan.definition(), as: RunID(cluster: SamplePlan.cluster, number: 1)
        ).halt()
        #expect(step.action.kind == "drain")
        #expect(failure.message == "No eviction is allowed. The node was uncordoned again.")
        #expect(try await world.kubernetesAPI.nodes().values.allSatisfy { !$0.isCordoned })
    }

    @Test("A process that dies while it gives a node back does not install it undrained")
    func crash() async throws {
        let world = try SimulatedWorld.building(new, running: old)
        let plan = try await SamplePlan.plan(from: old, to: new, in: world)
        world.crashes.arm(at: "uncordon.after")
        await #expect(throws: SimulatedCrash.self) {
            try await world.run(plan) { talos in
                talos.changeEtcd = { etcd in
                    var etcd = etcd
                    if world.done("drain") > 0 { etcd.alarms = ["NOSPACE on cp-2"] }
                    return etcd
                }
            }
        }
        world.restart()
        #expect(try await world.run(plan) == .succeeded)
        #expect(try await world.faults(expecting: new) == [])
    }

    @Test("An installer that no stage named gives the node back")
    func noImage() async throws {
        let world = try SimulatedWorld.building(new, running: old)
        let plan = try await SamplePlan.plan(from: old, to: new, in: world)
        let id = RunID(cluster: SamplePlan.cluster, number: 1)
        try await world.journal.append(.runStarted(planDigest: plan.digest), to: id)
        let images = try #require(plan.steps.first { $0.action.kind == "stage" })
        try await world.journal.append(.stepStarted(images.index, Evidence()), to: id)
        try await world.journal.append(.stepDone(images.index, .done), to: id)
        let outcome = try await world.run(plan)
        try await expectGivenBack(outcome, world)
    }
}

/// A Kubernetes API whose credentials do not allow evictions.
private struct DeniedEvictions: KubernetesCluster {
    let base: ProcessKubernetes

    func nodes() async throws -> [NodeName: KubernetesNode] { try await base.nodes() }
    func cordon(_ node: NodeName) async throws { try await base.cordon(node) }
    func uncordon(_ node: NodeName) async throws { try await base.uncordon(node) }

    func podsToEvict(on node: NodeName) async throws -> [PodName] {
        [PodName(namespace: "default", name: "web-0")]
    }

    func evict(_ pod: PodName) async throws -> Eviction {
        throw ClusterError(.misconfigured, "No eviction is allowed.", hint: "Mend the role.")
    }

    func annotate(_ node: NodeName, installedKey: String) async throws {
        try await base.annotate(node, installedKey: installedKey)
    }
}

/// Credentials that are refused while an API server starts are not wrong yet.
@Suite("Refused credentials")
struct DenialTests {
    let versions = [(Version(1, 12, 0), Version(1, 12, 1)), (Version(1, 13, 0), Version(1, 13, 1))]

    /// Refuses to show nodes for some time from the first look in each step of these kinds on.
    private func denial(
        in kinds: Set<String>, for time: Duration, _ world: SimulatedWorld
    ) -> @Sendable (NodeName) throws -> Void {
        let first = FirstLooks()
        return { node in
            let step = world.observer.events.last { $0.kind == .stepStarted }?.step
            guard let step, kinds.contains(step.action.kind), step.node == node else { return }
            guard world.clock.now - first.time(of: step.index, now: world.clock.now) < time
            else { return }
            throw ClusterError(.misconfigured, "\(node) answers 401.", hint: "Mend the secrets.")
        }
    }

    @Test("A node that refuses credentials for a while after its boot is waited for")
    func starting() async throws {
        for (old, new) in versions {
            let world = try SimulatedWorld.building(new, running: old)
            let plan = try await SamplePlan.plan(from: old, to: new, in: world)
            let outcome = try await world.run(plan) { talos in
                talos.beforeSystem = denial(
                    in: ["reboot", "verify", "soak"], for: .seconds(20), world)
            }
            #expect(outcome == .succeeded)
            #expect(try await world.faults(expecting: new) == [])
        }
    }

    @Test("Credentials that stay wrong halt the run soon", arguments: ["reboot", "verify", "soak"])
    func wrong(kind: String) async throws {
        let (old, new) = versions[1]
        let world = try SimulatedWorld.building(new, running: old)
        let plan = try await SamplePlan.plan(from: old, to: new, in: world)
        let outcome = try await world.run(plan) { talos in
            talos.beforeSystem = denial(in: [kind], for: .seconds(24 * 3600), world)
        }
        let (step, failure) = try outcome.halt()
        #expect(step.action.kind == kind)
        #expect(failure.message.contains("answers 401"))
        #expect(failure.disposition == .stalled)
        #expect(world.clock.now < .seconds(600))
    }

    @Test("Wrong credentials before anything is touched halt the run at once")
    func before() async throws {
        let (old, new) = versions[1]
        let world = try SimulatedWorld.building(new, running: old)
        let plan = try await SamplePlan.plan(from: old, to: new, in: world)
        let outcome = try await world.run(plan) { talos in
            talos.beforeSystem = denial(in: ["install"], for: .seconds(5), world)
        }
        let (step, failure) = try outcome.halt()
        #expect(step.action.kind == "install")
        #expect(failure.message.contains("uncordoned again"))
    }
}

/// When each step looked first.
private final class FirstLooks: Sendable {
    private let times = Mutex<[Int: Duration]>([:])

    func time(of step: Int, now: Duration) -> Duration {
        times.withLock { times in
            if let time = times[step] { return time }
            times[step] = now
            return now
        }
    }
}
