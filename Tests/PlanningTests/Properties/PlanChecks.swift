import ClusterModel
import Planning

/// What must hold for a decision, whatever it is about.
struct PlanChecks {
    let scenario: Scenario
    let decision: Decision

    init(_ scenario: Scenario) {
        self.scenario = scenario
        decision = decide(scenario.input)
    }

    /// Whether nothing but an approval keeps the plan from running.
    var mayRun: Bool { decision.plan != nil && decision.refusals.isEmpty }

    /// Whether Talos goes back and Kubernetes stays.
    var leavesKubernetes: Bool { decision.warns("kubernetes_minor_downgrade") }

    private var steps: [Step] { decision.plan?.steps ?? [] }

    func requireHonesty() throws {
        let stalled = decision.refusals.contains { $0.disposition == .stalled }
        try require((decision.verdict == .refused) == stalled, "refused without a reason")
        try require(!stalled || decision.plan == nil, "a refused commit has a plan")
        try require(decision.plan?.steps.isEmpty != true, "a plan has no steps")
        switch decision.verdict {
        case .run: try require(mayRun && decision.plan?.approvals == [], "a run that may not run")
        case .waits:
            try require(
                !decision.refusals.isEmpty || decision.plan?.approvals.isEmpty == false,
                "it waits for nothing")
        case .nothing: try require(decision.plan == nil, "nothing to do, with a plan")
        case .refused: break
        }
        for refusal in decision.refusals {
            try require(refusal.message.hasSuffix("."), "no sentence: \(refusal.message)")
            try require(refusal.hint.hasSuffix("."), "no way on: \(refusal.hint)")
        }
        for (offset, step) in steps.enumerated() {
            try require(step.index == offset + 1, "steps are counted wrongly")
            for text in [step.reason, step.effect, step.undo] {
                try require(text.hasSuffix("."), "step \(step.index) has no sentence: \(text)")
            }
        }
        let last = decision.plan?.pointOfNoReturn
        try require(
            last.map { (1...steps.count).contains($0) } ?? true, "no such step: \(last ?? 0)")
        try requireAgreement()
    }

    /// `plan` and `decide` are two doors to one answer.
    private func requireAgreement() throws {
        do {
            let plan = try plan(scenario.input)
            try require(decision.refusals.isEmpty, "a plan of what is refused")
            try require(plan.steps == steps, "plan and decide differ")
        } catch let refusal as Refusal {
            try require(decision.refusals.contains(refusal), "\(refusal.rule) is not decided")
        }
    }
}

// MARK: - Order

extension PlanChecks {
    /// The nodes of each roll, in the order of action, with the release that they are given.
    private var rounds: [(version: Version, nodes: [String])] {
        steps.reduce(into: []) { rounds, step in
            guard case .verify(let expectation) = step.action, !expectation.imageKey.isEmpty,
                let name = step.node?.text
            else { return }
            if rounds.last?.version != expectation.version {
                rounds.append((expectation.version, []))
            }
            rounds[rounds.count - 1].nodes.append(name)
        }
    }

    func requireOrder() throws {
        for (index, round) in rounds.enumerated() {
            try require(
                Set(round.nodes).count == round.nodes.count,
                "a node is taken twice for \(round.version)")
            let sick = round.nodes.filter { index == 0 && isBroken($0) }
            try require(
                Array(round.nodes.prefix(sick.count)) == sick, "broken nodes are not taken first")
            let well = Array(round.nodes.dropFirst(sick.count))
            let roles = well.map { scenario.world.machines[$0]?.role }
            try require(
                !zip(roles, roles.dropFirst()).contains { $0 == .worker && $1 == .controlPlane },
                "a worker is taken before a control plane: \(well)")
            try requireLateNodes(in: well)
            let isTarget = round.version == scenario.target.talosVersion
            try require(isTarget == (index == rounds.count - 1), "hops in no order")
            let latest = SupportTable.published.row(of: round.version)?.latest
            try require(isTarget || round.version == latest, "a hop by way of \(round.version)")
        }
        try requireConfigsInPlace()
    }

    private func requireLateNodes(in nodes: [String]) throws {
        for role in NodeRole.allCases {
            let ofRole = nodes.filter { scenario.world.machines[$0]?.role == role }
            if let own = scenario.ownNode, ofRole.contains(own) {
                try require(ofRole.last == own, "the agent's own node is not the last of its role")
            }
            if let leader = scenario.world.leader, ofRole.contains(leader) {
                let after = ofRole.drop { $0 != leader }.dropFirst()
                try require(
                    after.allSatisfy { $0 == scenario.ownNode },
                    "\(after) come after the leader of etcd")
            }
        }
    }

    private func isBroken(_ name: String) -> Bool {
        guard let machine = scenario.world.machines[name] else { return false }
        return !machine.isReady || machine.isCordonedByUs
            || scenario.world.sickMembers.contains(name)
    }

    /// Across minors an older Talos must never meet newer configurations.
    private func requireConfigsInPlace() throws {
        guard scenario.order == .auto, let base = scenario.base,
            base.talosVersion.line != scenario.target.talosVersion.line,
            let configs = steps.firstIndex(where: { $0.action == .stage(.machineConfig, .apply) }),
            let first = steps.firstIndex(where: { $0.action == .drain }),
            let last = steps.lastIndex(where: { $0.action == .drain }),
            rounds.flatMap(\.nodes).contains(where: {
                let running = scenario.world.machines[$0]?.version.line
                return running != scenario.target.talosVersion.line
            })
        else { return }
        let isUp = base.talosVersion < scenario.target.talosVersion
        try require(
            isUp ? configs > last : configs < first, "configurations stand at \(configs)")
    }

    /// One boot for each release on the way, and none for a node that needs nothing.
    func requireFewBoots(_ boots: [String: Int]) throws {
        for (name, machine) in scenario.world.machines {
            let distance = abs(machine.version.minor - scenario.target.talosVersion.minor)
            let count = boots[name] ?? 0
            try require(count <= max(1, distance), "\(name) boots \(count) times")
            let wanted = Set(scenario.target.allExtensions.map(\.shortName))
            let isKnown = machine.key == scenario.target.imageKey
            let isDrifted = machine.arguments.contains("y=1") || Set(machine.extensions) != wanted
            try require(
                count == 0 || !isKnown || isDrifted
                    || machine.version != scenario.target.talosVersion
                    || hasRemovals,
                "\(name) boots although it runs what is wanted")
        }
    }

    /// Whether an argument was taken away that a node may still show.
    private var hasRemovals: Bool {
        let before = [scenario.base, scenario.attempted].compactMap { $0?.kernelArguments }
        return !Set(before.joined()).isSubset(of: scenario.target.kernelArguments)
    }
}

// MARK: - Gates

extension PlanChecks {
    /// The quorum rule on every act on a control plane, and a snapshot before an upgrade's first.
    func requireGates() throws {
        for step in steps {
            guard let name = step.node?.text,
                scenario.world.machines[name]?.role == .controlPlane
            else { continue }
            let takesDown: Bool
            switch step.action {
            case .drain, .install, .reboot(.lifecycle, _): takesDown = true
            default: takesDown = false
            }
            try require(
                !takesDown || step.gates.contains(.quorum), "step \(step.index) asks no quorum")
        }
        guard decision.path == .talosUpgrade, let base = scenario.base,
            base.talosVersion < scenario.target.talosVersion,
            let first = steps.firstIndex(where: { $0.action == .drain })
        else { return }
        try require(
            steps[..<first].contains { $0.action.kind == "etcd_snapshot" }
                && steps[first...].contains { $0.gates.contains(.snapshotTaken) },
            "the first node is taken without a snapshot")
    }
}
