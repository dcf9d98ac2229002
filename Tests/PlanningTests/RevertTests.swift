import ClusterModel
import Planning
import Testing

@Suite("Reverts and rollbacks")
struct RevertTests {
    private let old = desired("1.11.5")
    private let new = desired("1.12.1")

    /// History by commit number, newest first.
    private func history(_ states: [(Int, DesiredState?)]) -> [RevisionState] {
        states.map { RevisionState(revision: commit($0.0), desired: $0.1) }
    }

    private func input(
        base: (Int, DesiredState), to target: DesiredState, _ states: [(Int, DesiredState?)],
        world: World? = nil
    ) -> PlanningInput {
        var input = PlanningInput(
            definition: definition(),
            base: RevisionState(revision: commit(base.0), desired: base.1),
            target: RevisionState(revision: commit(99), desired: target),
            history: history(states))
        input.observed = world?.observed
        input.installedKeys = world?.keys ?? [:]
        return input
    }

    @Test("name the commit whose change is undone")
    func names() {
        let decision = decide(input(base: (2, new), to: old, [(2, new), (1, old)]))
        #expect(decision.path == .rollback)
        #expect(decision.paths == [.rollback])
        #expect(decision.direction == .down)
        #expect(decision.reverts == commit(2))
        #expect(decision.verdict == .run)
        #expect(decision.images)
    }

    @Test("are recognised over commits that change no value")
    func over() {
        let decision = decide(
            input(base: (4, new), to: old, [(4, new), (3, new), (2, new), (1, old), (0, old)]))
        #expect(decision.reverts == commit(2))
    }

    @Test("are recognised behind commits that came after them")
    func behind() {
        let later = changing(old) { $0.otherValues["x"] = "1" }
        let decision = decide(
            input(base: (2, new), to: later, [(3, old), (2, new), (1, old)]))
        #expect(decision.path == .rollback)
        #expect(decision.reverts == commit(2))
    }

    @Test("are recognised over commits without the cluster's files")
    func overGap() {
        let decision = decide(input(base: (2, new), to: old, [(2, new), (1, nil), (0, old)]))
        #expect(decision.reverts == commit(2))
    }

    @Test("are a rollback without such a commit when Talos falls")
    func downOnly() {
        let decision = decide(input(base: (2, new), to: desired("1.11.6"), [(2, new), (1, old)]))
        #expect(decision.path == .rollback)
        #expect(decision.reverts == nil)
    }

    @Test("are a rollback within one Talos release, by the image values")
    func sameVersion() {
        let patched = changing(old) {
            $0.extensions[.system]?[1] = image("siderolabs/crun:1.24@sha256:b2")
        }
        let decision = decide(input(base: (2, patched), to: old, [(2, patched), (1, old)]))
        #expect(decision.path == .rollback)
        #expect(decision.direction == .same)
        #expect(decision.reverts == commit(2))
        let forward = decide(input(base: (1, old), to: patched, [(1, old)]))
        #expect(forward.path == .extensionUpdate)
        #expect(forward.reverts == nil)
    }

    @Test("build no image that an earlier run built")
    func cached() {
        var back = input(base: (2, new), to: old, [(2, new), (1, old)])
        back.builtInstallers = [old.imageKey: "reg/installer@sha256:aa"]
        let decision = decide(back)
        #expect(!decision.images)
        let steps = decision.plan?.steps ?? []
        #expect(!steps.contains { $0.action == .stage(.images, .apply) })
        #expect(
            steps.contains { $0.action == .install(.image("reg/installer@sha256:aa"), .machine) })
    }

    @Test("keep their own path where no image goes back")
    func ownPath() {
        let network = changing(old) { $0.machineConfigInputs["common/network.hcl"] = "2" }
        let config = decide(input(base: (2, network), to: old, [(2, network), (1, old)]))
        #expect(config.path == .machineConfig)
        #expect(config.reverts == commit(2))
        let patch = desired("1.11.5", kubernetes: "1.33.5")
        let kubernetes = decide(input(base: (2, patch), to: old, [(2, patch), (1, old)]))
        #expect(kubernetes.path == .kubernetesUpgrade)
        #expect(kubernetes.direction == .down)
        #expect(kubernetes.reverts == commit(2))
    }

    @Test("are named for the image although another value changed with them")
    func mixed() {
        let target = changing(old) { $0.otherValues["x"] = "1" }
        let decision = decide(input(base: (2, new), to: target, [(2, new), (1, old)]))
        #expect(decision.reverts == commit(2))
    }

    @Test("do not make an upgrade urgent that returns to a release seen before")
    func again() {
        let decision = decide(input(base: (3, old), to: new, [(3, old), (2, new), (1, old)]))
        #expect(decision.path == .talosUpgrade)
        #expect(decision.direction == .up)
        #expect(decision.reverts == commit(3))
        #expect(decision.plan?.steps.contains { $0.gates.contains(.snapshotTaken) } == true)
    }

    @Test("roll back only the nodes that moved, the broken one first")
    func midRoll() {
        var world = World(old)
        world.set("cp-1", to: new)
        world.set("cp-3", to: new)
        world.machines["cp-3"]?.isCordonedByUs = true
        world.machines["cp-3"]?.isReady = false
        world.sickMembers = ["cp-3"]
        let decision = decide(input(base: (1, old), to: old, [(2, new), (1, old)], world: world))
        #expect(decision.path == .rollback)
        #expect(decision.direction == .down)
        #expect(decision.reverts == commit(2))
        #expect(decision.verdict == .run)
        #expect(decision.installs == ["cp-3 v1.11.5", "cp-1 v1.11.5"])
    }

    @Test("roll back moved nodes within one release, by what they were given")
    func midRollSameVersion() {
        let patched = changing(old) { $0.kernelArguments.append("x=1") }
        var world = World(old)
        world.set("cp-1", to: patched)
        let decision = decide(
            input(base: (1, old), to: old, [(2, patched), (1, old)], world: world))
        #expect(decision.path == .rollback)
        #expect(decision.installs == ["cp-1 v1.11.5"])
        #expect(decision.reverts == commit(2))
        let verify = decision.plan?.steps.compactMap { step -> NodeExpectation? in
            if case .verify(let expectation) = step.action { expectation } else { nil }
        }
        #expect(verify?.first?.removedKernelArguments == ["x=1"])
        #expect(verify?.first?.isSameVersion == true)
    }

    @Test("wait for no gate but the quorum")
    func gates() {
        let steps =
            decide(input(base: (2, new), to: old, [(2, new), (1, old)], world: World(new)))
            .plan?.steps ?? []
        #expect(Set(steps.flatMap(\.gates)) == [.quorum])
        let sick = steps.filter { $0.gates.contains(.quorum) }
        #expect(sick.allSatisfy { $0.node?.text.hasPrefix("cp") == true })
        #expect(steps.filter { $0.action == .drain && $0.gates == [.quorum] }.count == 3)
    }

    @Test("ask a sick cluster for no snapshot")
    func snapshot() {
        let back = input(base: (2, new), to: old, [(2, new), (1, old)], world: World(new))
        #expect(decide(back).kinds.contains("etcd_snapshot"))
        var world = World(new)
        world.alarms = ["NOSPACE on cp-1"]
        let sick = decide(input(base: (2, new), to: old, [(2, new), (1, old)], world: world))
        #expect(sick.verdict == .run)
        #expect(!sick.kinds.contains("etcd_snapshot"))
    }

    @Test("take back configurations of a run that did not finish")
    func leftoverConfigs() {
        let network = changing(old) { $0.machineConfigInputs["common/network.hcl"] = "2" }
        var back = input(
            base: (1, old), to: old, [(2, network), (1, old)], world: World(old))
        #expect(decide(back).verdict == .nothing)
        back.attempted = RevisionState(revision: commit(2), desired: network)
        let decision = decide(back)
        #expect(decision.path == .machineConfig)
        #expect(decision.verdict == .run)
        #expect(decision.reverts == commit(2))
    }

    @Test("wait for no window and no promotion")
    func window() {
        var back = input(base: (2, new), to: old, [(2, new), (1, old)])
        back.definition.window = MaintenanceWindow(
            days: ["sat"], startMinute: 120, duration: .seconds(60), timeZone: "UTC")
        back.definition.promotion = Promotion(after: ClusterName("staging"), soak: .seconds(60))
        #expect(decide(back).verdict == .run)
        var forward = back
        forward.base = RevisionState(revision: commit(1), desired: old)
        forward.target = RevisionState(revision: commit(2), desired: new)
        forward.history = []
        #expect(decide(forward).rules == ["not_supported_yet", "not_supported_yet"])
        forward.target.desired = old
        #expect(decide(forward).verdict == .nothing)
    }
}
