import ClusterModel

/// What nobody who upgrades a cluster may do to it; what was done is kept in ``violations``.
extension ClusterState {
    /// How long a node may be away before it counts as lost instead of in flight.
    private static let patience = Duration.seconds(30 * 60)

    mutating func violate(_ sentence: String) {
        violations.append("at \(now.components.seconds) s: \(sentence)")
    }

    /// Judges the beginning of an installation.
    mutating func judgeInstall(_ index: Int, isDrained: Bool?) {
        let node = nodes[index]
        if node.hasUnbootedInstall || node.installer != nil {
            violate("\(node.name) was installed a second time without a boot in between")
        }
        if snapshots == 0 {
            violate("\(node.name) was installed before any etcd snapshot was taken")
        }
        if isDrained == false { violate("\(node.name) was installed without being drained") }
    }

    /// Judges a request that takes a node down.
    mutating func judgeReboot(_ index: Int, isDrained: Bool?) {
        let node = nodes[index]
        if isDrained == false { violate("\(node.name) was rebooted without being drained") }
        if node.installer != nil {
            violate("\(node.name) was rebooted while its installer ran")
        }
        judgeOthersAway(node)
        guard node.role == .controlPlane else { return }
        let sick = members.filter {
            $0.name != node.name && (!$0.isMemberUp || $0.isLearner || $0.alarm != nil)
        }
        if let first = sick.first, node.isMemberUp {
            violate("\(node.name) was rebooted while the etcd member \(first.name) was not healthy")
        }
        let missing = nodes.first {
            $0.role == .controlPlane && !$0.hasMember && $0.name != node.name
        }
        if let missing, node.isMemberUp {
            violate("\(node.name) was rebooted while etcd had no member on \(missing.name)")
        }
    }

    private mutating func judgeOthersAway(_ node: SimulatedNode) {
        let away = nodes.filter { $0.name != node.name && isInFlight($0) }
        let names = away.map(\.name.text).joined(separator: ", ")
        let planes = away.filter { $0.role == .controlPlane }
        if node.role == .controlPlane, !planes.isEmpty {
            violate("the control plane \(node.name) was taken down while \(names) was down")
        } else if !planes.isEmpty || (node.role == .controlPlane && !away.isEmpty) {
            violate("\(node.name) was taken down while \(names) was in flight")
        } else if away.count >= workersAtOnce {
            violate("\(node.name) was taken down while \(names) was in flight")
        }
    }

    /// Whether a node is away by our hand.
    ///
    /// A lost worker is no longer in flight; a lost control plane always is, since it is missing
    /// from the majority.
    private func isInFlight(_ node: SimulatedNode) -> Bool {
        guard let since = node.awaySince else { return false }
        if node.role == .controlPlane, node.activity != .running || !node.isMemberUp { return true }
        return now - since < Self.patience
    }
}
