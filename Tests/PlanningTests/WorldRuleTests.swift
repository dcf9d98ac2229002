import ClusterModel
import Planning
import Testing

@Suite("Rules on the world")
struct WorldRuleTests {
    private let target = desired("1.11.6")

    private func decision(_ world: World, to target: DesiredState = desired("1.11.6")) -> Decision {
        decide(input(from: desired(), to: target, world: world))
    }

    @Test("wait for a control plane that does not answer")
    func unreachable() throws {
        var world = World(desired())
        world.machines["cp-3"]?.isReachable = false
        let decision = decision(world)
        #expect(decision.verdict == .waits)
        #expect(decision.rules.first == "unreachable_control_plane")
        #expect(decision.refusals.allSatisfy { $0.disposition == .waiting })
        #expect(decision.plan != nil)
        #expect(self.decision(world, to: desired()).verdict == .waits)
        let refusal = #expect(throws: Refusal.self) {
            try plan(input(from: desired(), to: target, world: world))
        }
        #expect(refusal?.rule == "unreachable_control_plane")
    }

    @Test("wait for etcd that is not well")
    func etcd() {
        var alarm = World(desired())
        alarm.alarms = ["NOSPACE on cp-1"]
        #expect(decision(alarm).rules == ["etcd_unhealthy"])
        var learner = World(desired())
        learner.learners = ["cp-3"]
        #expect(decision(learner).verdict == .waits)
        var sick = World(desired())
        sick.set("cp-2", to: target)
        sick.sickMembers = ["cp-2"]
        #expect(decision(sick).rules.contains("quorum"))
        var observed = World(desired()).observed
        observed.etcd = nil
        var unknown = input(from: desired(), to: target)
        unknown.observed = observed
        #expect(decide(unknown).rules == ["etcd_unknown"])
    }

    @Test("wait for etcd's state also on the way back, and take no snapshot of it")
    func unknownOnTheWayBack() {
        var back = input(from: target, to: desired())
        back.observed = World(target).observed
        back.observed?.etcd = nil
        let decision = decide(back)
        #expect(decision.rules == ["etcd_unknown"])
        #expect(!decision.kinds.contains("etcd_snapshot"))
    }

    @Test("go by the base where Kubernetes tells no version")
    func silentKubernetes() {
        var observed = World(desired()).observed
        for index in observed.nodes.indices { observed.nodes[index].kubernetes = nil }
        var up = input(from: desired(), to: desired(kubernetes: "1.34.0"))
        up.observed = observed
        #expect(decide(up).kinds.contains("kubernetes"))
        up.target.desired = desired()
        #expect(decide(up).verdict == .nothing)
    }

    @Test("let the one sick member be repaired")
    func repair() {
        var world = World(desired())
        world.sickMembers = ["cp-3"]
        let decision = decision(world)
        #expect(decision.verdict == .run)
        #expect(decision.installs.first == "cp-3 v1.11.6")
    }

    @Test("hold the members of etcd against the control planes")
    func membership() throws {
        let whole = World(desired()).observed
        let members = try #require(whole.etcd).members
        var one = input(from: desired(), to: target)
        one.observed = ObservedState(
            nodes: whole.nodes, etcd: EtcdState(members: members.filter { $0.name.text != "cp-3" }))
        #expect(decide(one).rules == ["etcd_unhealthy", "quorum"])
        #expect(decide(one).refusals.first?.message.contains("cp-3") == true)
        one.observed = ObservedState(
            nodes: whole.nodes.filter { $0.name.text != "cp-3" },
            etcd: EtcdState(members: members))
        #expect(decide(one).rules == ["etcd_unhealthy"])
        one.observed = ObservedState(
            nodes: whole.nodes, etcd: EtcdState(members: members.filter { $0.name.text == "cp-1" }))
        #expect(Set(decide(one).rules) == ["etcd_unhealthy", "quorum"])
        one.observed = whole
        #expect(decide(one).rules.isEmpty)
    }

    @Test("act on a member that is down already on the way back")
    func downAlready() {
        var world = World(target)
        world.sickMembers = ["cp-2", "cp-3"]
        let back = decide(input(from: target, to: desired(), world: world))
        #expect(back.rules.isEmpty)
        #expect(back.installs.first == "cp-3 v1.11.5")
    }

    @Test("keep the majority of two members")
    func two() {
        let world = World(desired(), controlPlanes: 2)
        #expect(decision(world).rules == ["quorum"])
        let back = decide(
            input(from: target, to: desired(), world: World(target, controlPlanes: 2)))
        #expect(back.rules == ["quorum"])
    }

    @Test("allow a single control plane, with a warning")
    func single() {
        let decision = decision(World(desired(), controlPlanes: 1))
        #expect(decision.verdict == .run)
        #expect(decision.warns("single_control_plane"))
        #expect(!self.decision(World(desired())).warns("single_control_plane"))
    }

    @Test("take no second node down beside one that is down by our hand")
    func downByUs() {
        var world = World(desired())
        world.machines["wk-2"]?.isReachable = false
        world.machines["wk-2"]?.isCordonedByUs = true
        #expect(decision(world).rules == ["node_down"])
        var moved = World(target)
        moved.machines["wk-2"]?.isReachable = false
        moved.machines["wk-2"]?.isCordonedByUs = true
        #expect(decide(input(from: target, to: desired(), world: moved)).verdict == .run)
    }

    @Test("do not concern a plan that touches no node")
    func imagesOnly() {
        var world = World(desired())
        world.alarms = ["NOSPACE on cp-1"]
        let images = changing { $0.imageInputs["images/boot.hcl"] = "2" }
        #expect(decision(world, to: images).verdict == .run)
    }

    @Test("name a refusal that needs a person before one that waits")
    func mixed() {
        var world = World(desired())
        world.alarms = ["NOSPACE on cp-1"]
        let decision = decision(world, to: desired(kubernetes: "1.35.0"))
        #expect(decision.verdict == .refused)
        #expect(decision.rules == ["kubernetes_minor_skip"])
    }
}
