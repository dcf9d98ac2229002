import ClusterModel
import Planning
import Testing

@Suite("Policies")
struct PolicyGateTests {
    private let old = desired("1.11.5")
    private let new = desired("1.11.6")
    private let now = Zones.utc("2026-11-25 12:00")

    private func definition(
        _ change: (inout ClusterDefinition) -> Void = { _ in }
    ) -> ClusterDefinition {
        var definition = PlanningTests.definition()
        definition.rollout.settle = .zero
        change(&definition)
        return definition
    }

    private func facts(_ change: (inout PolicyFacts) -> Void = { _ in }) -> PolicyFacts {
        var facts = PolicyFacts(now: now, seen: now - 3_600, clock: Zones.clock)
        change(&facts)
        return facts
    }

    private func rules(
        _ decision: Decision, _ definition: ClusterDefinition, _ facts: PolicyFacts,
        base: DesiredState? = desired("1.11.5")
    ) -> [String] {
        PolicyGate(definition: definition, base: base, facts: facts).holds(decision).map(\.rule)
    }

    /// Decisions that take a cluster back or repair it, by what they do.
    private var urgent: [String: Decision] {
        let network = changing(old) { $0.machineConfigInputs["common/network.hcl"] = "2" }
        let patch = desired("1.11.5", kubernetes: "1.33.5")
        func revert(of state: DesiredState, attempted: Bool) -> Decision {
            var input = input(
                from: attempted ? old : state, to: old, world: World(attempted ? old : state))
            input.history = [
                RevisionState(revision: commit(8), desired: state),
                RevisionState(revision: commit(7), desired: old),
            ]
            if attempted {
                input.base = RevisionState(revision: commit(7), desired: old)
                input.attempted = RevisionState(revision: commit(8), desired: state)
            } else {
                input.base = RevisionState(revision: commit(8), desired: state)
            }
            return decide(input)
        }
        var behind = World(old)
        behind.set("wk-1", to: desired("1.11.4"))
        return [
            "Talos": revert(of: new, attempted: false),
            "an extension": revert(
                of: changing(old) { $0.extensions[.custom] = [] }, attempted: false),
            "configurations": revert(of: network, attempted: false),
            "configurations of a run that did not finish": revert(of: network, attempted: true),
            "a Kubernetes patch": revert(of: patch, attempted: false),
            "drift": decide(input(from: old, to: old, world: behind)),
        ]
    }

    @Test("hold back no rollback, no revert and no repair")
    func neverHold() {
        let strict = definition {
            $0.rollout.settle = .seconds(7_200)
            $0.window = window(["sat"], "02:00", hours: 1)
            $0.promotion = Promotion(after: ClusterName("staging"), soak: .seconds(60))
        }
        for (name, decision) in urgent {
            #expect(decision.plan != nil && decision.isUrgent, "\(name)")
            #expect(rules(decision, strict, facts()).isEmpty, "\(name)")
        }
        let up = decide(input(from: old, to: new))
        #expect(!up.isUrgent)
        #expect(rules(up, strict, facts()) == ["settling", "window_closed", "promotion"])
    }

    @Test("hold a return to a newer release that was there before like any upgrade")
    func again() {
        var again = input(from: old, to: new)
        again.history = [
            RevisionState(revision: commit(8), desired: old),
            RevisionState(revision: commit(7), desired: new),
        ]
        let decision = decide(again)
        #expect(decision.reverts != nil && !decision.isUrgent)
    }

    @Test("ask a committed rollback for no proof, and an update for one")
    func unproven() {
        let patched = changing(old) { $0.extensions[.custom] = [] }
        var world = World(patched)
        for name in world.machines.keys { world.machines[name]?.showsSlot = false }
        var back = input(from: patched, to: old, world: world)
        back.history = [
            RevisionState(revision: commit(1), desired: patched),
            RevisionState(revision: commit(0), desired: old),
        ]
        #expect(decide(back).verdict == .run)
        var before = World(old)
        before.machines = before.machines.mapValues {
            var machine = $0
            machine.showsSlot = false
            return machine
        }
        #expect(decide(input(from: old, to: patched, world: before)).plan?.approvals == [.unproven])
    }

    @Test("let a new commit settle, from when it was first seen")
    func settle() {
        let decision = decide(input(from: old, to: new))
        let patient = definition { $0.rollout.settle = .seconds(120) }
        let fresh = facts { $0.seen = now - 119 }
        let gate = PolicyGate(definition: patient, base: old, facts: fresh)
        #expect(gate.holds(decision) == [.settling(until: now + 1)])
        #expect(rules(decision, patient, facts { $0.seen = now - 120 }).isEmpty)
    }

    @Test("wait for the window, and start no further worker when it has closed")
    func windowed() throws {
        let decision = decide(input(from: old, to: new))
        let weekend = window(["sat"], "02:00", hours: 3)
        let definition = definition { $0.window = weekend }
        let gate = PolicyGate(definition: definition, base: old, facts: facts())
        let opens = Zones.utc("2026-11-28 01:00")
        let hold = try #require(gate.holds(decision).first)
        #expect(hold == .window(weekend, opens: opens))
        #expect(hold.until == opens && hold.disposition == .waiting)
        #expect(hold.message.contains("sat at 02:00 Europe/Berlin"))
        #expect(!gate.mayStartWorker(isUrgent: false))
        #expect(gate.mayStartWorker(isUrgent: true))
        let open = facts { $0.now = opens }
        #expect(rules(decision, definition, open).isEmpty)
        #expect(
            PolicyGate(definition: definition, base: old, facts: open)
                .mayStartWorker(isUrgent: false))
        let nowhere = self.definition { $0.window = window(["sat"], "02:00", hours: 3, "Nowhere") }
        let lost = PolicyGate(definition: nowhere, base: old, facts: facts()).holds(decision)
        #expect(lost.map(\.rule) == ["unknown_time_zone"])
        #expect(lost.first?.disposition == .stalled && lost.first?.until == nil)
    }

    @Test("wait for the approval of exactly this digest")
    func approval() throws {
        var world = World(old)
        world.set("wk-1", to: desired("1.12.1"), knowsKey: false)
        let decision = decide(input(from: old, to: old, world: world))
        let plan = try #require(decision.plan)
        #expect(plan.approvals == [.lowerByDrift])
        #expect(rules(decision, definition(), facts()) == ["approval"])
        let other = facts { $0.approved = [plan.digest, "sha256:other"] }
        #expect(rules(decision, definition(), other) == ["approval"])
        let given = facts { $0.approved = [plan.approvalDigest] }
        #expect(rules(decision, definition(), given).isEmpty)
        let hold = PolicyHold.approval([.lowerByDrift], digest: plan.approvalDigest)
        #expect(hold.hint.contains(plan.approvalDigest) && hold.message.contains("lower_by_drift"))
    }

    @Test("hold nothing where there is nothing to do")
    func nothing() {
        let decision = decide(input(from: old, to: old, world: World(old)))
        let strict = definition { $0.window = window([], "02:00", hours: 3) }
        #expect(rules(decision, strict, facts()).isEmpty)
    }

    @Test("treat the first plan of a cluster that nobody reconciled as no repair")
    func adoption() {
        var world = World(old)
        world.set("wk-1", to: desired("1.12.1"), knowsKey: false)
        var input = input(from: nil, to: old, world: world)
        input.base = nil
        #expect(!decide(input).isUrgent)
    }
}
