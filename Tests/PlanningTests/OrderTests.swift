import ClusterModel
import Planning
import Testing

@Suite("Order of a plan")
struct OrderTests {
    private func plan(
        from base: DesiredState = desired(), to target: DesiredState, world: World? = nil,
        definition: ClusterDefinition = definition(),
        _ change: (inout PlanningInput) -> Void = { _ in }
    ) throws -> Plan {
        var input = input(from: base, to: target, world: world, definition: definition)
        change(&input)
        return try #require(decide(input).plan)
    }

    private func turns(_ plan: Plan) -> [String] {
        plan.steps.filter { $0.action == .drain }.compactMap { $0.node?.text }
    }

    /// The coarse order: stages, and `nodes` for each run of node steps.
    private func outline(_ plan: Plan) -> [String] {
        plan.steps.reduce(into: []) { outline, step in
            let word =
                switch step.action {
                case .stage(let kind, _): kind.rawValue
                case .kubernetes: "kubernetes"
                case .etcdSnapshot: "snapshot"
                default: "nodes"
                }
            if outline.last != word { outline.append(word) }
        }
    }

    @Test("takes the leader of etcd last, and the agent's own node last of its role")
    func leaderLast() throws {
        var world = World(desired(), controlPlanes: 3, workers: 3)
        world.leader = "cp-1"
        let target = desired("1.11.6")
        #expect(
            turns(try plan(to: target, world: world))
                == ["cp-2", "cp-3", "cp-1", "wk-1", "wk-2", "wk-3"])
        let own = try plan(to: target, world: world) { $0.ownNode = NodeName("wk-2") }
        #expect(turns(own) == ["cp-2", "cp-3", "cp-1", "wk-1", "wk-3", "wk-2"])
        let both = try plan(to: target, world: world) { $0.ownNode = NodeName("cp-2") }
        #expect(turns(both).prefix(3) == ["cp-3", "cp-1", "cp-2"])
    }

    @Test("takes a node through every step of its turn")
    func turn() throws {
        let plan = try plan(to: desired("1.11.6"), world: World(desired()))
        let kinds = plan.steps.filter { $0.node == NodeName("wk-1") }.map(\.action.kind)
        #expect(kinds == ["drain", "install", "reboot", "verify", "uncordon", "soak"])
        #expect(plan.steps.map(\.index) == Array(1...plan.steps.count))
        #expect(
            plan.steps.allSatisfy { !$0.reason.isEmpty && !$0.effect.isEmpty && !$0.undo.isEmpty })
        var definition = definition()
        definition.rollout.soak = .zero
        let short = try self.plan(to: desired("1.11.6"), definition: definition)
        #expect(!short.steps.contains { $0.action.kind == "soak" })
    }

    @Test("follows the guide within a minor, and takes nodes first across minors")
    func auto() throws {
        let within = try plan(to: desired("1.11.6"))
        #expect(outline(within) == ["images", "snapshot", "machine_config", "nodes"])
        let across = try plan(to: desired("1.12.1"))
        #expect(outline(across) == ["images", "snapshot", "nodes", "machine_config"])
        let reasons = try #require(across.steps.last).reason
        #expect(reasons.contains("Across Talos minors"))
        let backAcross = try plan(from: desired("1.12.1"), to: desired())
        #expect(outline(backAcross) == ["images", "snapshot", "machine_config", "nodes"])
        let backWithin = try plan(from: desired("1.11.6"), to: desired())
        #expect(outline(backWithin) == ["images", "snapshot", "nodes", "machine_config"])
    }

    @Test("keeps to the order that uprev.hcl asks for")
    func asked() throws {
        var definition = definition()
        definition.rollout.order = .guide
        let guide = try plan(to: desired("1.12.1"), definition: definition)
        #expect(outline(guide) == ["images", "snapshot", "machine_config", "nodes"])
        let guideBack = try plan(from: desired("1.12.1"), to: desired(), definition: definition)
        #expect(outline(guideBack) == ["images", "snapshot", "nodes", "machine_config"])
        definition.rollout.order = .nodesFirst
        let nodes = try plan(to: desired("1.11.6"), definition: definition)
        #expect(outline(nodes) == ["images", "snapshot", "nodes", "machine_config"])
        let nodesBack = try plan(from: desired("1.11.6"), to: desired(), definition: definition)
        #expect(outline(nodesBack) == ["images", "snapshot", "machine_config", "nodes"])
    }

    @Test("moves Kubernetes before configurations that name it, also on the way down")
    func kubernetesDown() throws {
        let before = desired("1.12.1", kubernetes: "1.33.5")
        let plan = try plan(from: before, to: desired())
        #expect(outline(plan) == ["images", "snapshot", "kubernetes", "machine_config", "nodes"])
    }

    @Test("puts the safety checklist on each control plane, and a snapshot before the first change")
    func gates() throws {
        let plan = try plan(to: desired("1.11.6"), world: World(desired()))
        for step in plan.steps {
            guard case .node(_, .controlPlane) = step.target else { continue }
            if ["drain", "install"].contains(step.action.kind) {
                #expect(Set(step.gates).isSuperset(of: [.quorum, .etcdHealthy, .noOtherNodeDown]))
            }
        }
        let snapshot = try #require(plan.steps.firstIndex { $0.action.kind == "etcd_snapshot" })
        let config = try #require(plan.steps.first { $0.action == .stage(.machineConfig, .apply) })
        #expect(config.index == snapshot + 2)
        #expect(config.gates.contains(.snapshotTaken))
        let first = try #require(plan.steps.first { $0.action.kind == "install" })
        #expect(first.gates.contains(.snapshotTaken))
        let workers = plan.steps.filter {
            $0.action == .drain && $0.node?.text.hasPrefix("wk") == true
        }
        #expect(workers.allSatisfy { Set($0.gates) == [.etcdHealthy, .noOtherNodeDown] })
    }

    @Test("lets the first install of each hop wait for that hop's own snapshot")
    func gatesOfHops() throws {
        let plan = try plan(to: desired("1.13.1"), definition: definitionWithTemplate())
        var gated: [Version] = []
        for (install, proof) in zip(
            plan.steps.filter { $0.action.kind == "install" },
            plan.steps.filter { $0.action.kind == "verify" })
        where install.gates.contains(.snapshotTaken) {
            guard case .verify(let expectation) = proof.action else { continue }
            gated.append(expectation.version)
        }
        #expect(gated.map(\.line.minor) == [12, 13])
        #expect(plan.steps.filter { $0.action.kind == "etcd_snapshot" }.count == 2)
    }

    @Test("chooses the interface by the release that the node runs then")
    func interfaces() throws {
        let old = desired("1.12.11")
        let new = desired("1.13.9")
        let up = try plan(from: old, to: new)
        let down = try plan(from: new, to: old)
        func interfaces(_ plan: Plan) -> Set<String> {
            Set(
                plan.steps.compactMap { step in
                    if case .install(_, let interface) = step.action {
                        interface.rawValue
                    } else {
                        nil
                    }
                })
        }
        #expect(interfaces(up) == ["machine"])
        #expect(interfaces(down) == ["lifecycle"])
        let reboots = down.steps.filter { $0.action.kind == "reboot" }
        #expect(reboots.first?.gates == [.quorum])
        #expect(reboots.last?.gates == [])
    }

    @Test("boots the first worker through its firmware where kexec would hide it")
    func canary() throws {
        func modes(_ plan: Plan) -> [String] {
            plan.steps.compactMap { step in
                guard case .reboot(_, .powerCycle) = step.action else { return nil }
                return step.node?.text
            }
        }
        let world = World(desired())
        #expect(modes(try plan(to: desired("1.11.6"), world: world)) == ["wk-1"])
        let disabled = changing(desired("1.11.6")) {
            $0.kernelArguments.append("sysctl.kernel.kexec_load_disabled=1")
        }
        #expect(modes(try plan(to: disabled, world: world)).isEmpty)
        var definition = definition()
        definition.rollout.fullBootCanary = false
        #expect(
            modes(try plan(to: desired("1.11.6"), world: world, definition: definition)).isEmpty)
        let secure = changing { $0.secureBoot = true }
        let update = changing(secure) { $0.kernelArguments.append("x=1") }
        #expect(modes(try plan(from: secure, to: update, world: World(secure))).isEmpty)
        let back = try plan(from: desired("1.11.6"), to: desired(), world: World(desired("1.11.6")))
        #expect(modes(back).isEmpty)
    }

    @Test("marks the step after which a revert is not complete")
    func noReturn() throws {
        #expect(try plan(to: desired("1.12.1")).pointOfNoReturn == nil)
        let minor = try plan(to: desired("1.11.6", kubernetes: "1.34.0"))
        let kubernetes = try #require(minor.steps.first { $0.action.kind == "kubernetes" })
        #expect(minor.pointOfNoReturn == kubernetes.index)
        let old = desired("1.10.9")
        let etcd = try plan(from: old, to: desired("1.11.5"), world: World(old))
        let index = try #require(etcd.pointOfNoReturn)
        let step = etcd.steps[index - 1]
        #expect(step.node == NodeName("cp-2"))
        #expect(step.action.kind == "reboot")
        #expect(try plan(to: desired(kubernetes: "1.33.5")).pointOfNoReturn == nil)
    }

    @Test("runs no stage that uprev.hcl does not have")
    func noStages() throws {
        var definition = definitionWithTemplate()
        definition.stages = [:]
        let plan = try plan(to: desired("1.11.6"), definition: definition)
        #expect(outline(plan) == ["snapshot", "nodes"])
        definition.stages = [.images: Stage(kind: .images, command: ["make", "images"])]
        let providers = changing { $0.providerVersions["proxmox"] = "0.71.0" }
        #expect(
            decide(input(from: desired(), to: providers, definition: definition)).verdict
                == .nothing)
    }
}
