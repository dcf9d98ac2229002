public import ClusterModel
public import Execution

/// A simulated Kubernetes behind the port of a run, without a wire.
///
/// It fails as unreachable while no majority of control planes is up.
public struct SimulatedKubernetesCluster: KubernetesCluster {
    private static let marker = "uprev.dev/cordoned"
    private static let installedKey = "uprev.dev/installed-key"

    private let kubernetes: SimulatedKubernetes

    /// Creates an adapter.
    public init(_ kubernetes: SimulatedKubernetes) { self.kubernetes = kubernetes }

    /// Every node by name.
    public func nodes() async throws -> [NodeName: KubernetesNode] {
        try look { state in
            state.nodes.mapValues { node in
                KubernetesNode(
                    isReady: node.isReady, isCordoned: node.isCordoned,
                    isCordonedByUs: node.isCordoned && node.annotations[Self.marker] != nil,
                    kubeletVersion: node.kubeletVersion,
                    installerDigest: node.annotations[Self.installedKey])
            }
        }
    }

    /// Cordons the node with uprev's marker, unless it is cordoned already.
    public func cordon(_ node: NodeName) async throws {
        try change(node) { node in
            guard !node.isCordoned else { return false }
            node.isCordoned = true
            node.annotations[Self.marker] = "true"
            return true
        }
    }

    /// The pods that a drain has to wait for.
    public func podsToEvict(on node: NodeName) async throws -> [PodName] {
        try look { state in
            state.pods.values.filter { pod in
                if case .daemonSet = pod.owner { return false }
                return pod.node == node && !pod.isFinished && pod.owner != .mirror
            }
            .map(\.name).sorted()
        }
    }

    /// Asks for the eviction of a pod.
    public func evict(_ pod: PodName) async throws -> Eviction {
        switch try look({ $0.evict(pod) }) {
        case .accepted, .noSuchPod: .accepted
        case .blocked(let budget, let needed, let healthy):
            .blocked(
                "the disruption budget \(budget), which needs \(needed) healthy pods and has "
                    + "\(healthy) currently")
        case .manyBudgets: .blocked("more than one disruption budget")
        }
    }

    /// Takes back uprev's own cordon.
    public func uncordon(_ node: NodeName) async throws {
        try change(node) { node in
            guard node.annotations.removeValue(forKey: Self.marker) != nil else { return false }
            node.isCordoned = false
            return true
        }
    }

    /// Remembers which image key the node was given.
    public func annotate(_ node: NodeName, installedKey: String) async throws {
        try change(node) { node in
            node.annotations[Self.installedKey] = installedKey
            return true
        }
    }

    private func look<Result: Sendable>(
        _ body: @Sendable (inout SimulatedKubernetesState) -> Result
    ) throws -> Result {
        let result = kubernetes.look { state in state.isServed ? body(&state) : nil }
        guard let result else {
            throw ClusterError(
                .unreachable, "The simulated Kubernetes API does not answer.",
                hint: "Wait for a majority of control planes.")
        }
        return result
    }

    private func change(
        _ name: NodeName, _ body: @Sendable (inout SimulatedKubernetesState.Node) -> Bool
    ) throws {
        let isKnown = try look { state in
            guard var node = state.nodes[name] else { return false }
            if body(&node) { state.change(name) { $0 = node } }
            return true
        }
        guard isKnown else {
            throw ClusterError(
                .notFound, "Kubernetes has no node \(name).", hint: "Look at the node's name.")
        }
    }
}
