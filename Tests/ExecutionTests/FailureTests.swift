import ClusterModel
import ClusterSimulator
import Execution
import Planning
import Testing

/// Failures halt a run, say why, and leave the nodes after them untouched.
@Suite("Failures")
struct FailureTests {
    static let interfaces = [
        (Version(1, 12, 0), Version(1, 12, 1)), (Version(1, 13, 0), Version(1, 13, 1)),
    ]

    private func halted(_ outcome: RunOutcome) throws -> (Step, Failure) {
        guard case .halted(let step, let failure) = outcome else {
            throw OutcomeError(outcome: outcome)
        }
        return (step, failure)
    }

    private struct OutcomeError: Error { let outcome: RunOutcome }

    private func installed(_ world: SimulatedWorld) -> [String] {
        world.cluster.nodes.filter { (world.cluster.installs[$0.name] ?? 0) > 0 }.map(\.name.text)
    }

    @Test("A node that boots its old system again halts the run", arguments: interfaces)
    func fallsBack(old: Version, new: Version) async throws {
        let world = try SimulatedWorld.building(new, running: old)
        let plan = try await SamplePlan.plan(from: old, to: new, in: world)
        world.cluster.inject(SimulatedFault(.fallsBack))
        let (step, failure) = try halted(try await world.runThroughCrashes(plan))
        #expect(step.action.kind == "verify")
        #expect(failure.message.contains("instead of \(new)"))
        #expect(installed(world).count == 1)
        let node = try #require(step.node)
        #expect(try await world.kubernetesAPI.nodes()[node]?.isCordoned == false)
        #expect(world.cluster.violations == [])
    }

    @Test("A node that never comes back halts the run and stays cordoned", arguments: interfaces)
    func neverReturns(old: Version, new: Version) async throws {
        let world = try SimulatedWorld.building(new, running: old)
        let plan = try await SamplePlan.plan(from: old, to: new, in: world)
        world.cluster.inject(SimulatedFault(.neverReturns))
        let (step, failure) = try halted(try await world.runThroughCrashes(plan))
        #expect(failure.message.contains("did not come back"))
        #expect(failure.message.contains("left cordoned"))
        #expect(installed(world) == [step.node?.text])
        #expect(world.cluster.violations == [])
    }

    @Test("An installer that fails halts the run, and the node is given back")
    func installerFails() async throws {
        let (old, new) = Self.interfaces[1]
        let world = try SimulatedWorld.building(new, running: old)
        let plan = try await SamplePlan.plan(from: old, to: new, in: world)
        world.cluster.inject(SimulatedFault(.installExitCode(4)))
        let (step, failure) = try halted(try await world.runThroughCrashes(plan))
        #expect(step.action.kind == "install")
        #expect(failure.message.contains("uncordoned"))
        #expect(
            world.cluster.nodes.allSatisfy { world.cluster.system(of: $0.name)?.version == old })
        #expect(try await world.kubernetesAPI.nodes().values.allSatisfy { !$0.isCordoned })
    }

    @Test("A budget that never allows it: nothing is installed, and the pod is named")
    func drainTimesOut() async throws {
        let (old, new) = Self.interfaces[1]
        let world = try SimulatedWorld.building(new, running: old)
        let plan = try await SamplePlan.plan(from: old, to: new, in: world)
        world.kubernetes.setBudget("app-budget", replicaSet: "app", .minAvailable(2))
        let (step, failure) = try halted(try await world.runThroughCrashes(plan))
        #expect(step.action.kind == "drain")
        #expect(failure.message.contains("app-budget"))
        let node = try #require(step.node)
        #expect(world.cluster.installs[node] ?? 0 == 0)
        #expect(try await world.kubernetesAPI.nodes()[node]?.isCordoned == false)
    }

    @Test("An alarm in etcd keeps the gate closed, and nothing is touched")
    func alarm() async throws {
        let (old, new) = Self.interfaces[1]
        let world = try SimulatedWorld.building(new, running: old)
        let plan = try await SamplePlan.plan(from: old, to: new, in: world)
        world.cluster.setAlarm("NOSPACE", on: NodeName("cp-2"))
        let (_, failure) = try halted(try await world.runThroughCrashes(plan))
        #expect(failure.message.contains("NOSPACE"))
        #expect(failure.disposition == .waiting)
        #expect(installed(world).isEmpty)
    }

    @Test("A stage that fails halts the run before any node is touched")
    func stageFails() async throws {
        let (old, new) = Self.interfaces[0]
        let world = try SimulatedWorld.building(new, running: old)
        let plan = try await SamplePlan.plan(from: old, to: new, in: world)
        world.stages.fail(.images, with: StageError("The unit failed.", hint: "Mend it."))
        let (step, failure) = try halted(try await world.runThroughCrashes(plan))
        #expect(step.action.kind == "stage")
        let retry = "`uprev reconcile sol --retry` tries the commit once more."
        #expect(failure == Failure("The unit failed.", hint: "Mend it. \(retry)"))
        #expect(installed(world).isEmpty)
        #expect(world.cluster.snapshots == 0)
    }

    @Test("A Kubernetes upgrade that fails needs a person; one that nobody answers is tried again")
    func kubernetesFails() async throws {
        for (kind, disposition) in [
            (ClusterError.Kind.failed, Disposition.stalled), (.unreachable, .waiting),
        ] {
            let world = SimulatedWorld(running: Version(1, 13, 0))
            let base = SamplePlan.desired(Version(1, 13, 0))
            var raised = base
            raised.kubernetesVersion = Version(1, 35, 0)
            let decision = decide(
                PlanningInput(
                    definition: SamplePlan.definition(),
                    base: RevisionState(revision: try SamplePlan.revision("a"), desired: base),
                    target: RevisionState(revision: try SamplePlan.revision("b"), desired: raised),
                    observed: try await world.observed()))
            world.upgrader.fail(with: ClusterError(kind, "It did not go.", hint: "Look."))
            let plan = try #require(decision.plan)
            let (step, failure) = try halted(try await world.runThroughCrashes(plan))
            #expect(step.action.kind == "kubernetes")
            #expect(failure.disposition == disposition)
        }
    }

    @Test("A reply or request that is lost does no harm", arguments: interfaces)
    func lost(old: Version, new: Version) async throws {
        for call in [SimulatedCall.install, .reboot, .snapshot, .forfeit] {
            for kind in [SimulatedFault.Kind.lostReply(call), .lostRequest(call)] {
                let world = try SimulatedWorld.building(new, running: old)
                let plan = try await SamplePlan.plan(from: old, to: new, in: world)
                world.cluster.inject(SimulatedFault(kind))
                let outcome = try await world.runThroughCrashes(plan)
                if case .halted(let step, _) = outcome {
                    #expect(step.action.kind == "etcd_snapshot", "\(kind): \(outcome)")
                } else {
                    #expect(outcome == .succeeded, "\(kind)")
                    #expect(try await world.faults(expecting: new) == [], "\(kind)")
                }
            }
        }
    }

    @Test("A cordon that somebody else set stays theirs")
    func foreignCordon() async throws {
        let (old, new) = Self.interfaces[1]
        let world = try SimulatedWorld.building(new, running: old)
        let plan = try await SamplePlan.plan(from: old, to: new, in: world)
        let theirs = NodeName("wk-1")
        world.kubernetes.setCordoned(true, of: theirs)
        #expect(try await world.runThroughCrashes(plan) == .succeeded)
        #expect(try await world.kubernetesAPI.nodes()[theirs]?.isCordoned == true)
        #expect(world.cluster.system(of: theirs)?.version == new)
    }
}
