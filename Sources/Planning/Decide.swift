import ClusterModel

/// Decides what the difference between two commits requires, and makes the plan for it.
///
/// Pure: the same input gives the same decision, with the same digest, in every process.
public func decide(_ input: PlanningInput) -> Decision {
    guard let desired = input.target.desired else { return decisionWithoutFiles(input) }
    return Decider(Situation(input, desired: desired)).decision
}

/// The plan that carries the cluster to the target; without steps when nothing has to be done.
///
/// Throws the first refusal that needs a person's edit, else the first one that waits.
public func plan(_ input: PlanningInput) throws(Refusal) -> Plan {
    guard let desired = input.target.desired else { throw .withoutFiles(input) }
    let decider = Decider(Situation(input, desired: desired))
    let refusals = decider.refusals
    if let refusal = refusals.first(where: { $0.disposition == .stalled }) ?? refusals.first {
        throw refusal
    }
    return decider.plan
}

private func decisionWithoutFiles(_ input: PlanningInput) -> Decision {
    let existed = input.base?.desired != nil || input.observed != nil
    return Decision(
        cluster: input.definition.name, verdict: existed ? .refused : .nothing, paths: [],
        direction: .same, changes: [], images: false, destroys: false, isUrgent: false,
        reverts: nil,
        refusals: existed ? [.withoutFiles(input)] : [], warnings: [], plan: nil)
}

extension Refusal {
    fileprivate static func withoutFiles(_ input: PlanningInput) -> Refusal {
        Refusal(
            rule: "cluster_removed",
            message: "The files of the cluster \(input.definition.name) are gone in "
                + "\(input.target.revision.short).",
            hint: "Bring the files back, or take the cluster block out of uprev.hcl; a cluster is "
                + "never destroyed because its files are gone.")
    }
}

/// Joins the rules to a decision.
struct Decider {
    let situation: Situation
    let kubernetes: KubernetesDecision
    let route: Route
    let order: OrderChoice
    let work: Work
    let paths: [UpgradePath]
    private let conflict: ReleasePair?

    init(_ situation: Situation) {
        self.situation = situation
        kubernetes = KubernetesDecision(situation)
        let finder = RouteFinder(situation: situation, kubernetes: kubernetes)
        let crosses = situation.needing.contains {
            $0.running.line != situation.desired.talosVersion.line
        }
        order = OrderChoice(
            situation, crossesMinor: crosses, movesKubernetes: kubernetes.move != nil)
        (route, conflict) = finder.route(kubernetesFirst: order.kubernetesFirst)
        work = Work(situation, route: route)
        paths = situation.paths(movesKubernetes: kubernetes.move != nil)
    }

    var decision: Decision {
        let refusals = refusals
        let plan = plan
        return Decision(
            cluster: situation.definition.name, verdict: verdict(refusals, plan), paths: paths,
            direction: situation.direction(kubernetes: kubernetes), changes: situation.changes,
            images: work.needsBuild || isRebuild, destroys: isRebuild,
            isUrgent: situation.isUrgent,
            // Where nothing differs, nothing is undone either.
            reverts: situation.changes.isEmpty && plan.steps.isEmpty ? nil : situation.reverts,
            refusals: refusals,
            warnings: Warnings(decider: self, paths: paths).all,
            plan: refusals.contains { $0.disposition == .stalled } || plan.steps.isEmpty
                ? nil : plan)
    }

    /// Every reason to leave the cluster as it is.
    var refusals: [Refusal] {
        if isRebuild {
            return [
                .notSupportedYet(
                    "Rebuilding a cluster",
                    hint:
                        "Revert the values that ask for a rebuild, or rebuild by hand as the guide "
                        + "says and let uprev adopt the result.")
            ]
        }
        let finder = RouteFinder(situation: situation, kubernetes: kubernetes)
        var refusals = TalosRules(
            situation: situation, finder: finder, rounds: route.rounds
        ).refusals
        if let refusal = kubernetes.refusal, !kubernetes.isLeftBehind { refusals.append(refusal) }
        if refusals.isEmpty, let conflict {
            refusals.append(.unsupportedPair(conflict, table: situation.support))
        }
        refusals +=
            SupportedRules(
                situation: situation, kubernetes: kubernetes, appliesConfigs: work.appliesConfigs,
                acts: work.isAny
            ).refusals
        return refusals
            + WorldRules(
                situation: situation, rounds: route.rounds, touchesCluster: work.touchesCluster
            ).refusals
    }

    /// The plan, which also exists where it may not run.
    var plan: Plan {
        StepBuilder(decider: self).plan(
            path: paths.first ?? .none,
            approvals: situation.approvals(acts: work.touchesCluster))
    }

    private var isRebuild: Bool { paths.contains(.rebuild) }

    private func verdict(_ refusals: [Refusal], _ plan: Plan) -> Decision.Verdict {
        if refusals.contains(where: { $0.disposition == .stalled }) { return .refused }
        if !refusals.isEmpty { return .waits }
        if plan.steps.isEmpty { return .nothing }
        return plan.approvals.isEmpty ? .run : .waits
    }
}
