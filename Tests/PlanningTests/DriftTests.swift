import ClusterModel
import Planning
import Testing

@Suite("Drift and adoption")
struct DriftTests {
    private let state = desired()

    private func decision(
        _ world: World, base: DesiredState? = desired(),
        _ change: (inout PlanningInput) -> Void = { _ in }
    ) -> Decision {
        var input = input(from: base, to: desired(), world: world)
        if base == nil { input.base = nil }
        change(&input)
        return decide(input)
    }

    @Test("brings a node back that fell behind, without a snapshot gate")
    func behind() {
        var world = World(state)
        world.set("wk-1", to: desired("1.11.4"))
        let decision = decision(world)
        #expect(decision.path == .talosUpgrade)
        #expect(decision.direction == .up)
        #expect(decision.verdict == .run)
        #expect(decision.installs == ["wk-1 v1.11.5"])
        #expect(!(decision.plan?.steps ?? []).contains { $0.gates.contains(.snapshotTaken) })
        #expect(!decision.kinds.contains("soak") == false)
        #expect(
            !(decision.plan?.steps ?? []).contains { $0.action == .stage(.machineConfig, .apply) })
    }

    @Test(
        "sees an extension, an argument and a digest that are not as committed",
        arguments: [
            { $0.extensions.removeFirst() }, { $0.arguments.removeLast() },
            { $0.key = "sha256:other" },
        ] as [@Sendable (inout World.Machine) -> Void])
    func image(change: @Sendable (inout World.Machine) -> Void) throws {
        var world = World(state)
        var machine = try #require(world.machines["wk-2"])
        change(&machine)
        world.machines["wk-2"] = machine
        let decision = decision(world)
        #expect(decision.path == .extensionUpdate)
        #expect(decision.direction == .same)
        #expect(decision.installs == ["wk-2 v1.11.5"])
    }

    @Test("takes a digest that nobody knows as unknown")
    func unknownDigest() {
        let world = World(state, knowsKeys: false)
        #expect(decision(world).verdict == .nothing)
        let target = changing {
            $0.extensions[.system]?[1] = PlanningTests.image("siderolabs/crun:1.24@sha256:b2")
        }
        let update = decide(input(from: state, to: target, world: world))
        #expect(update.installs.count == 5)
    }

    @Test("reads the key of a node from its annotation where the journal has none")
    func annotation() {
        var observed = World(state, knowsKeys: false).observed
        observed.nodes[4].kubernetes?.installerDigest = "sha256:other"
        var same = input(from: state, to: state)
        same.observed = observed
        #expect(decide(same).installs == ["wk-2 v1.11.5"])
    }

    @Test("goes on where an upgrade stopped, and touches no finished node")
    func mixed() {
        let new = desired("1.12.1")
        var world = World(state)
        world.set("cp-1", to: new, knowsKey: false)
        world.set("cp-3", to: new)
        let decision = decide(input(from: state, to: new, world: world))
        #expect(decision.installs == ["cp-2 v1.12.1", "wk-1 v1.12.1", "wk-2 v1.12.1"])
    }

    @Test("waits for approval before it lowers a node that somebody raised")
    func lower() {
        var world = World(state)
        world.set("wk-1", to: desired("1.12.1"), knowsKey: false)
        let decision = decision(world)
        #expect(decision.path == .rollback)
        #expect(decision.verdict == .waits)
        #expect(decision.refusals.isEmpty)
        #expect(decision.plan?.approvals == [.lowerByDrift])
        let allowed = self.decision(world) { $0.definition.safety.approve = [.rebuild] }
        #expect(allowed.verdict == .run)
    }

    @Test("lowers without approval what a commit since the base, or uprev itself, raised")
    func lowerOwn() {
        let new = desired("1.12.1")
        var world = World(state)
        world.set("wk-1", to: new)
        let known = decision(world) {
            $0.history = [
                RevisionState(revision: commit(1), desired: desired()),
                RevisionState(revision: commit(0), desired: new),
            ]
        }
        #expect(known.verdict == .run)
        // A run that raised the node and did not get as far as its proof.
        world.machines["wk-1"]?.key = PlanningInput.pendingKey(for: new.imageKey)
        let pending = decision(world) {
            $0.history = [
                RevisionState(revision: commit(1), desired: desired()),
                RevisionState(revision: commit(0), desired: new),
            ]
        }
        #expect(pending.verdict == .run)
        world.set("wk-1", to: new, knowsKey: false)
        let attempted = decision(world) {
            $0.attempted = RevisionState(revision: commit(8), desired: new)
        }
        #expect(attempted.verdict == .run)
        let before = decision(world) {
            $0.history = [
                RevisionState(revision: commit(1), desired: desired()),
                RevisionState(revision: commit(0), desired: new),
            ]
        }
        #expect(before.verdict == .waits)
    }

    @Test("waits for approval once where no slot can prove an update")
    func unproven() {
        var world = World(state)
        world.machines["wk-1"]?.showsSlot = false
        let update = changing { $0.kernelArguments.append("x=1") }
        let decision = decide(input(from: state, to: update, world: world))
        #expect(decision.verdict == .waits)
        #expect(decision.plan?.approvals == [.unproven])
        let up = decide(input(from: state, to: desired("1.11.6"), world: world))
        #expect(up.verdict == .run)
    }

    @Test("adopts a cluster that runs what is committed, without approval")
    func adoption() {
        let decision = decision(World(state, knowsKeys: false), base: nil)
        #expect(decision.verdict == .nothing)
        #expect(decision.path == .none)
    }

    @Test("waits for approval to adopt a cluster that differs")
    func adoptionDiffers() {
        var world = World(state, knowsKeys: false)
        world.set("wk-1", to: desired("1.11.4"), knowsKey: false)
        let decision = decision(world, base: nil)
        #expect(decision.verdict == .waits)
        #expect(decision.plan?.approvals == [.adoption])
        #expect(decision.installs == ["wk-1 v1.11.5"])
        #expect(decision.path == .talosUpgrade)
        let appears = decide(input(from: nil, to: state, world: world))
        #expect(appears.path == .initial)
        #expect(appears.plan?.approvals == [.adoption])
    }

    @Test("skips a worker that does not answer, and says so")
    func unreachableWorker() {
        var world = World(state)
        world.machines["wk-1"]?.isReachable = false
        let decision = decide(input(from: state, to: desired("1.11.6"), world: world))
        #expect(decision.verdict == .run)
        #expect(decision.warns("unreachable_node"))
        #expect(decision.installs.count == 4)
        #expect(!decision.installs.contains { $0.hasPrefix("wk-1") })
    }

    @Test("gives a node back that an earlier run left cordoned")
    func cordoned() {
        var world = World(state)
        world.machines["wk-1"]?.isCordonedByUs = true
        let decision = decision(world)
        #expect(decision.verdict == .run)
        #expect(decision.kinds == ["verify", "uncordon"])
        let up = decide(input(from: state, to: desired("1.11.6"), world: world))
        #expect(up.installs.first == "wk-1 v1.11.6")
    }

    @Test("does not take a default of Talos for a leftover")
    func defaults() {
        let base = changing { $0.kernelArguments += ["console=ttyS0", "x=1"] }
        var world = World(state, knowsKeys: false)
        world.machines["wk-1"]?.arguments.append("console=ttyS0")
        world.machines["wk-2"]?.arguments.append("x=1")
        let reasons =
            decide(input(from: base, to: state, world: world)).plan?.steps
            .filter { $0.action == .drain }.map(\.reason) ?? []
        #expect(reasons.count == 5)
        #expect(reasons.filter { $0.contains("x=1") }.count == 1)
        #expect(!reasons.contains { $0.contains("ttyS0") })
    }

    @Test("expects extensions gone that no other could be mistaken for")
    func removedExtensions() throws {
        let base = changing {
            $0.extensions[.factory] = [
                PlanningTests.image("siderolabs/tailscale:1"), PlanningTests.image("other/frr:1"),
            ]
        }
        let steps = try #require(decide(input(from: base, to: state)).plan?.steps)
        let expected = steps.compactMap { step -> [String]? in
            guard case .verify(let expectation) = step.action else { return nil }
            return expectation.removedExtensions.map(\.shortName)
        }
        #expect(expected == [["tailscale"], ["tailscale"]])
    }

    @Test("says of a node what is not as committed")
    func reasons() throws {
        let world = World(desired("1.11.4"))
        let node = try #require(world.observed.node(NodeName("wk-1")))
        let system = try #require(node.system)
        #expect(
            staleness(of: system, against: state, installedKey: nil)
                == ["runs v1.11.4 instead of v1.11.5"])
        let same = try #require(World(state).observed.node(NodeName("wk-1"))?.system)
        #expect(staleness(of: same, against: state, installedKey: nil).isEmpty)
        #expect(staleness(of: same, against: state, installedKey: state.imageKey).isEmpty)
        #expect(
            staleness(of: same, against: state, installedKey: "other", removed: ["quiet"])
                == ["still boots with the kernel argument quiet"])
    }
}
