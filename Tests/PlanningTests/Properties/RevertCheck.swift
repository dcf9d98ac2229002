import ClusterModel
import Planning

/// A run that was stopped somewhere, and the commit that takes its commit back.
struct RevertCheck {
    private let scenario: Scenario
    private let plan: Plan
    private let done: Int
    private let effects: Effects
    private let back: Scenario

    /// Stops the scenario's plan at a random step; `nil` where there is nothing to stop.
    init?(_ scenario: Scenario, seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed) &+ 77)
        let checks = PlanChecks(scenario)
        guard checks.mayRun, !checks.leavesKubernetes, let plan = checks.decision.plan else {
            return nil
        }
        var effects = scenario.effects
        let stop = Int.random(in: 0...plan.steps.count, using: &random)
        var done = try effects.run(plan, atLeast: stop)
        if done < plan.steps.count {
            let next = plan.steps[done]
            if case .kubernetes(_, let version, _) = next.action, random.oneIn(2) {
                effects.cutOffKubernetes(to: version)
                done += 1
            } else if next.action == .drain, random.oneIn(2) {
                let acts = Int.random(in: 1...3, using: &random)
                try effects.halt(plan, at: done, after: acts)
                done += acts
            }
        }
        guard let back = scenario.reverted(effects.world) else { return nil }
        (self.scenario, self.plan, self.done) = (scenario, plan, done)
        (self.effects, self.back) = (effects, back)
    }

    func requireWayBack() throws {
        let decision = decide(back.input)
        let stalled = decision.refusals.filter { $0.disposition == .stalled }.map(\.rule)
        if !stalled.isEmpty || decision.warns("kubernetes_minor_downgrade") {
            try requireAnnounced(stalled)
        }
        guard decision.refusals.isEmpty else {
            return try require(
                !stalled.isEmpty || !scenario.isWell || !back.isWell,
                "the way back from step \(done) waits for \(decision.rules)")
        }
        var effects = back.effects
        let before = effects.world
        if let plan = decision.plan { try effects.run(plan) }
        try requireOnlyMoved(effects.boots, before: before)
        let after = decide(back.reconciled(effects.world).input)
        let isLeft = after.rules == ["kubernetes_minor_downgrade"]
        try require(
            after.plan == nil && (isLeft || after.rules.isEmpty || !scenario.isWell),
            "after the way back there is \(after.verdict), \(after.rules) \(after.kinds)")
    }

    /// A revert that is not complete was announced by the plan, and passed that point.
    private func requireAnnounced(_ rules: [String]) throws {
        // Where there was no way back before the run began, the plan is not to blame for it.
        let start = scenario.reverted(scenario.world).map { decide($0.input) }
        if start?.verdict == .refused { return }
        // The base may be further away than the nodes were when the run began.
        if rules == ["talos_minor_skip"], !scenario.hasTemplate, !scenario.runsBaseLine { return }
        let documented: Set = [
            "kubernetes_minor_downgrade", "etcd_minor_downgrade", "unsupported_pair",
        ]
        try require(documented.isSuperset(of: rules), "the way back is refused by \(rules)")
        guard let last = plan.pointOfNoReturn else {
            throw Violation("the way back from step \(done) is refused by \(rules), unannounced")
        }
        try require(
            done >= last,
            "the way back from step \(done) is refused by \(rules), announced after \(last)")
    }

    /// Nodes that the run did not touch, and that were as the base says, need nothing.
    private func requireOnlyMoved(_ boots: [String: Int], before: World) throws {
        for (name, machine) in before.machines where boots[name] ?? 0 > 0 {
            let isUntouched = scenario.world.machines[name] == machine
            let isBase = machine.key == back.target.imageKey
            try require(
                !isUntouched || !isBase || machine.version != back.target.talosVersion
                    || machine.extensions.count < 3 || machine.arguments.count > 3,
                "\(name) was not touched, and boots on the way back")
        }
    }
}

extension Effects {
    /// Takes the next node some acts far, and leaves it there, sick.
    mutating func halt(_ plan: Plan, at done: Int, after acts: Int) throws {
        for step in plan.steps[done...].prefix(acts) { try apply(step, of: plan) }
        guard let name = plan.steps[done].node?.text else { return }
        world.machines[name]?.isAway = false
        world.machines[name]?.isReady = false
        if world.machines[name]?.role == .controlPlane { world.sickMembers = [name] }
    }
}

extension Scenario {
    /// Whether nothing of the cluster asks a plan to wait.
    var isWell: Bool {
        world.machines.values.allSatisfy { $0.isReachable && $0.isReady }
            && world.sickMembers.isEmpty && world.learners.isEmpty && world.alarms.isEmpty
            && world.controlPlanes.count != 2
    }

    /// Whether every node runs the minor of Talos that the base names.
    fileprivate var runsBaseLine: Bool {
        world.machines.values.allSatisfy { $0.version.line == base?.talosVersion.line }
    }
}
