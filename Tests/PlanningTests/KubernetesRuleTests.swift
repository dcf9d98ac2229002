import ClusterModel
import Planning
import Testing

@Suite("Kubernetes rules")
struct KubernetesRuleTests {
    @Test("refuse to skip a minor, and name the one to commit first")
    func skip() throws {
        let decision = decide(input(from: desired(), to: desired(kubernetes: "1.35.0")))
        #expect(decision.verdict == .refused)
        #expect(decision.rules == ["kubernetes_minor_skip"])
        #expect(try #require(decision.refusals.first).hint.contains("Kubernetes 1.34"))
        #expect(decision.path == .kubernetesUpgrade)
        #expect(decision.plan == nil)
    }

    @Test("refuse to lower a minor")
    func downgrade() throws {
        let decision = decide(input(from: desired(), to: desired(kubernetes: "1.32.9")))
        #expect(decision.rules == ["kubernetes_minor_downgrade"])
        #expect(decision.direction == .down)
        #expect(try #require(decision.refusals.first).hint.contains("v1.33.4"))
    }

    @Test("refuse it with a Talos downgrade as well, offline")
    func downgradeTogether() {
        let decision = decide(
            input(from: desired("1.11.6"), to: desired("1.11.5", kubernetes: "1.32.9")))
        #expect(decision.verdict == .refused)
        #expect(decision.rules == ["kubernetes_minor_downgrade"])
        #expect(decision.path == .rollback)
    }

    @Test("take a minor back as long as no component moved")
    func notMoved() {
        let before = desired("1.11.6", kubernetes: "1.34.0")
        var world = World(desired())
        world.set("cp-1", to: before)
        let decision = decide(input(from: before, to: desired(), world: world))
        #expect(decision.verdict == .run)
        #expect(decision.installs == ["cp-1 v1.11.5"])
        #expect(!decision.kinds.contains("kubernetes"))
    }

    @Test("let Talos go back without Kubernetes once a component moved, in a revert")
    func leftBehind() {
        let before = desired("1.11.6", kubernetes: "1.34.0")
        var back = input(from: before, to: desired(), world: World(before))
        #expect(decide(back).rules == ["kubernetes_minor_downgrade"])
        back.history = [
            RevisionState(revision: commit(1), desired: before),
            RevisionState(revision: commit(0), desired: desired()),
        ]
        let decision = decide(back)
        #expect(decision.verdict == .run)
        #expect(decision.warns("kubernetes_minor_downgrade"))
        #expect(decision.installs.count == 5)
        var after = World(desired())
        for name in after.machines.keys { after.machines[name]?.kubelet = v("1.34.0") }
        back.observed = after.observed
        back.installedKeys = after.keys
        let rest = decide(back)
        #expect(rest.verdict == .refused)
        #expect(rest.rules == ["kubernetes_minor_downgrade"])
    }

    @Test("see a control plane that moved before any kubelet")
    func components() {
        var observed = World(desired()).observed
        observed.controlPlaneVersions = [v("1.33.4"), v("1.34.0")]
        var same = input(from: desired(), to: desired())
        same.observed = observed
        #expect(decide(same).rules == ["kubernetes_minor_downgrade"])
    }

    @Test("refuse releases that no path is known for")
    func unknown() {
        let decision = decide(
            input(from: desired(kubernetes: "1.38.0"), to: desired(kubernetes: "1.39.0")))
        #expect(decision.rules == ["unknown_kubernetes_release"])
    }

    @Test("refuse a pair that the Talos release does not support")
    func pair() throws {
        let old = desired("1.11.5", kubernetes: "1.34.1")
        let decision = decide(input(from: old, to: desired("1.11.5", kubernetes: "1.35.0")))
        #expect(decision.rules == ["unsupported_pair"])
        #expect(try #require(decision.refusals.first).hint.contains("1.34"))
        let down = decide(
            input(
                from: desired("1.12.1", kubernetes: "1.35.0"),
                to: desired("1.11.6", kubernetes: "1.35.0")))
        #expect(down.rules == ["unsupported_pair"])
    }

    @Test("do not ask for a supported pair where nothing moves out of it")
    func unsupportedAlready() {
        let old = desired("1.11.5", kubernetes: "1.35.0")
        let target = changing(old) { $0.kernelArguments.append("x=1") }
        #expect(decide(input(from: old, to: target)).verdict == .run)
        #expect(
            decide(input(from: old, to: desired("1.12.1", kubernetes: "1.35.0"))).verdict == .run)
    }

    @Test("move Kubernetes first where the newer Talos demands it")
    func first() throws {
        let decision = decide(
            input(
                from: desired("1.12.11", kubernetes: "1.30.2"),
                to: desired("1.13.9", kubernetes: "1.31.4")))
        #expect(decision.verdict == .run)
        let kinds = decision.kinds
        let move = try #require(kinds.firstIndex(of: "kubernetes"))
        let drain = try #require(kinds.firstIndex(of: "drain"))
        #expect(move < drain)
        let step = try #require(decision.plan?.steps.first { $0.action.kind == "kubernetes" })
        #expect(step.reason.contains("demands"))
        #expect(decision.plan?.pointOfNoReturn == step.index)
    }

    @Test("move Kubernetes between two hops where nothing else is supported")
    func between() {
        let from = desired("1.11.5", kubernetes: "1.30.2")
        let to = desired("1.13.9", kubernetes: "1.31.4")
        var definition = definitionWithTemplate()
        let decision = decide(input(from: from, to: to, definition: definition))
        let kinds = decision.kinds.filter { ["install", "kubernetes"].contains($0) }
        #expect(kinds == ["install", "install", "kubernetes", "install", "install"])
        definition.rollout.order = .guide
        #expect(decide(input(from: from, to: to, definition: definition)).warns("guide_order"))
    }

    @Test("refuse the machine-config method for now, and only where Kubernetes moves")
    func method() {
        var definition = definition()
        definition.kubernetesMethod = .machineConfig
        let up = input(from: desired(), to: desired(kubernetes: "1.33.5"), definition: definition)
        #expect(decide(up).rules == ["not_supported_yet"])
        let talos = input(from: desired(), to: desired("1.11.6"), definition: definition)
        #expect(decide(talos).verdict == .run)
    }

    @Test("lift a kubelet that lags behind, as of a node that joined late")
    func lateKubelet() throws {
        let state = desired("1.11.5", kubernetes: "1.33.4")
        var world = World(state)
        world.machines["wk-2"]?.kubelet = v("1.31.9")
        let same = decide(input(from: state, to: state, world: world))
        #expect(same.verdict == .run)
        #expect(same.kinds.contains("kubernetes"))
        let up = decide(input(from: state, to: desired(kubernetes: "1.34.0"), world: world))
        #expect(up.verdict == .run)
        let step = try #require(up.plan?.steps.first { $0.action.kind == "kubernetes" })
        #expect(step.action == .kubernetes(from: v("1.33.4"), to: v("1.34.0"), .talosctl))
        world.machines["wk-2"]?.kubelet = v("1.30.9")
        let far = decide(input(from: state, to: desired(kubernetes: "1.34.0"), world: world))
        #expect(far.rules == ["kubelet_too_old"])
        // Where the components are seen, they and not the kubelets say which minor is the next.
        world.controlPlaneVersions = [v("1.32.1")]
        world.machines = world.machines.mapValues {
            var machine = $0
            machine.kubelet = v("1.32.1")
            return machine
        }
        #expect(
            decide(input(from: state, to: desired(kubernetes: "1.34.0"), world: world)).rules
                == ["kubernetes_minor_skip"])
    }

    @Test("finish an upgrade that stopped half way")
    func half() {
        var world = World(desired())
        world.machines["wk-1"]?.kubelet = v("1.34.0")
        let decision = decide(
            input(from: desired(), to: desired(kubernetes: "1.34.0"), world: world))
        #expect(decision.kinds == ["etcd_snapshot", "kubernetes"])
        #expect(decision.direction == .up)
    }
}
