import ClusterModel

/// The rules that follow from the state of the cluster; time or a repair opens them again.
struct WorldRules {
    let situation: Situation
    let rounds: [Round]

    /// Whether the plan changes anything that etcd or the nodes carry.
    let touchesCluster: Bool

    var refusals: [Refusal] {
        guard let observed = situation.input.observed else { return [] }
        var refusals = unreachableControlPlanes
        guard touchesCluster else { return refusals }
        guard let etcd = observed.etcd else {
            if refusals.isEmpty { refusals.append(waiting("etcd_unknown", Self.etcdUnknown)) }
            return refusals
        }
        if !situation.isRollback { refusals += unhealthy(etcd) }
        if let refusal = quorum(etcd) { refusals.append(refusal) }
        if !situation.isRollback { refusals += nodesDownByUs }
        return refusals
    }

    private static let etcdUnknown = "The state of etcd is not known: no control plane told it."

    private var unreachableControlPlanes: [Refusal] {
        situation.unreachable.filter { $0.role == .controlPlane }.map {
            waiting(
                "unreachable_control_plane",
                "The Talos API of the control plane \($0.name) does not answer.")
        }
    }

    private func unhealthy(_ etcd: EtcdState) -> [Refusal] {
        let repaired = rounds.first?.members.first?.node
        var reasons = etcd.alarms.map { "etcd raises the alarm \($0)." }
        for member in etcd.members {
            if member.isLearner {
                reasons.append("The etcd member \(member.name) is a learner and does not vote.")
            } else if !member.isHealthy, member.name != repaired {
                reasons.append("The etcd member \(member.name) is not healthy.")
            }
        }
        let members = Set(etcd.members.map(\.name))
        for name in controlPlanes.subtracting(members).sorted() where name != repaired {
            reasons.append("The control plane \(name) is not a member of etcd.")
        }
        for name in members.subtracting(controlPlanes).sorted() where name != repaired {
            reasons.append("The etcd member \(name) is no control plane that discovery knows.")
        }
        return reasons.map { waiting("etcd_unhealthy", $0) }
    }

    private var controlPlanes: Set<NodeName> {
        let nodes = situation.input.observed?.nodes ?? []
        return Set(nodes.filter { $0.role == .controlPlane }.map(\.name))
    }

    /// A majority must remain while the first control plane is away; those after it wait for it.
    ///
    /// A member that is down already takes nothing away, and a single control plane is allowed.
    private func quorum(_ etcd: EtcdState) -> Refusal? {
        let first = rounds.lazy.flatMap(\.members).first { $0.role == .controlPlane }?.node
        guard let first, let own = etcd.members.first(where: { $0.name == first }), own.isHealthy
        else { return nil }
        if etcd.members.count == 1, controlPlanes.subtracting([first]).isEmpty { return nil }
        let remaining = etcd.members.filter { $0.isHealthy && !$0.isLearner && $0.name != first }
        let majority = etcd.members.count / 2 + 1
        guard remaining.count < majority else { return nil }
        return waiting(
            "quorum",
            "Without \(first), \(remaining.count) of \(etcd.members.count) etcd members would run, "
                + "and a majority is \(majority).")
    }

    private var nodesDownByUs: [Refusal] {
        situation.unreachable.filter { $0.kubernetes?.isCordonedByUs == true && $0.role == .worker }
            .map {
                waiting(
                    "node_down",
                    "\($0.name) is cordoned by uprev and does not answer; no second node is taken "
                        + "down beside it.")
            }
    }

    private func waiting(_ rule: String, _ message: String) -> Refusal {
        Refusal(
            rule: rule, message: message,
            hint: "Repair what the message names; the agent looks again at every poll.",
            disposition: .waiting)
    }
}
