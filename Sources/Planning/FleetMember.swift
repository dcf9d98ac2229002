import ClusterModel

/// A node, or every node of a role in a plan without a cluster, and what has to be done to it.
struct FleetMember: Hashable, Sendable {
    let target: StepTarget
    let role: NodeRole
    let running: Version

    /// Why the node needs its image; empty when it does not.
    var reasons: [String] = []

    /// Whether the node is not well, so that it is taken before the others.
    var isBroken = false

    /// The place in the order of nodes that are all well.
    var place = 0

    /// Whether uprev cordoned the node and has not taken the cordon back.
    var isCordonedByUs = false

    /// Whether the booted slot can be read; `nil` without a cluster.
    var showsSlot: Bool?

    /// The key of the image that the node was given last, when it is known.
    var key: String?

    var needsImage: Bool { !reasons.isEmpty }

    var node: NodeName? {
        if case .node(let name, _) = target { name } else { nil }
    }

    /// How sentences name it.
    var name: String {
        switch target {
        case .node(let name, _): name.text
        case .each(.controlPlane): "each control plane"
        case .each(.worker): "each worker"
        case .cluster(let name): name.text
        }
    }
}

extension PlanningInput {
    /// The key of the image that a node was last given, from the journal or its annotation.
    func installedKey(of node: ObservedNode) -> String? {
        installedKeys[node.name] ?? node.kubernetes?.installerDigest
    }

    /// The reachable nodes in the order in which they are acted on.
    ///
    /// Broken nodes first, so that the gates of the others can open again; then control planes
    /// before workers, by name, the leader of etcd late and the agent's own node last of its role.
    func fleet(in observed: ObservedState, _ reasons: (ObservedNode, NodeSystem) -> [String])
        -> [FleetMember]
    {
        let leader = observed.etcd?.leader
        let members = observed.nodes.compactMap { node -> FleetMember? in
            guard let system = node.system else { return nil }
            var member = FleetMember(
                target: .node(node.name, node.role), role: node.role, running: system.version)
            member.reasons = reasons(node, system)
            member.isBroken = isBroken(node, system, in: observed)
            member.isCordonedByUs = node.kubernetes?.isCordonedByUs ?? false
            member.showsSlot = system.bootedSlot != nil
            member.key = installedKey(of: node)
            member.place =
                (node.role == .controlPlane ? 0 : 4) + (node.name == ownNode ? 2 : 0)
                + (node.name == leader ? 1 : 0)
            return member
        }
        // The nodes of an observed state are ordered by name, and nodes of one place keep that.
        let places = members.enumerated().sorted {
            ($0.element.place, $0.offset) < ($1.element.place, $1.offset)
        }
        return places.enumerated().map { place, entry in
            var member = entry.element
            member.place = place
            return member
        }.inOrderOfAction
    }

    private func isBroken(
        _ node: ObservedNode, _ system: NodeSystem, in observed: ObservedState
    ) -> Bool {
        if !system.isRunning || node.kubernetes?.isCordonedByUs == true { return true }
        if let kubernetes = node.kubernetes, !kubernetes.isReady { return true }
        guard node.role == .controlPlane, let etcd = observed.etcd else { return false }
        return etcd.members.contains { $0.name == node.name && !$0.isHealthy }
    }
}

extension [FleetMember] {
    /// The members with those that are not well first, and each part by place.
    var inOrderOfAction: [FleetMember] {
        sorted { ($0.isBroken ? 0 : 1, $0.place) < ($1.isBroken ? 0 : 1, $1.place) }
    }
}
