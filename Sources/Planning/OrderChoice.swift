import ClusterModel

/// In which order machine configurations, nodes and Kubernetes change, and why.
struct OrderChoice: Hashable, Sendable {
    /// Whether machine configurations are applied before the nodes roll.
    let configsFirst: Bool

    /// Whether Kubernetes should move before the nodes, if the support table allows it.
    let kubernetesFirst: Bool

    /// Which order was taken, and why, in one sentence.
    let reason: String

    init(_ situation: Situation, crossesMinor: Bool, movesKubernetes: Bool) {
        let isDown = situation.isRollback
        let isGuide: Bool
        switch situation.definition.rollout.order {
        case .guide:
            isGuide = true
            reason = "The order is the guide's, as uprev.hcl asks."
        case .nodesFirst:
            isGuide = false
            reason = "The order is nodes_first, as uprev.hcl asks."
        case .auto where crossesMinor:
            isGuide = false
            reason =
                isDown
                ? "Across Talos minors configurations go first on the way down, since an older "
                    + "Talos rejects newer configuration."
                : "Across Talos minors nodes go first, since an older Talos rejects newer "
                    + "configuration."
        case .auto where movesKubernetes && !isDown:
            isGuide = false
            reason =
                "Nodes and Kubernetes go first, since configurations that name the new Kubernetes "
                + "would move every kubelet at once."
        case .auto:
            isGuide = true
            reason = "Within one Talos minor the order is the guide's."
        }
        configsFirst = isGuide != isDown
        kubernetesFirst = isDown && configsFirst
    }
}
