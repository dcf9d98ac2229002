public import ClusterModel
public import Execution

/// The Kubernetes API as the simulated process uses it: it takes its time, and may be killed by it.
///
/// Each acting call passes a crash point before and after its effect: `cordon.before`,
/// `cordon.after`, and so on for `evict`, `uncordon` and `annotate`.
public struct ProcessKubernetes: KubernetesCluster {
    private let api: SimulatedKubernetesCluster
    private let cluster: SimulatedCluster
    private let clock: any RunClock
    private let crashes: CrashSwitch

    /// Creates the API of the Kubernetes that runs in `cluster`.
    public init(
        _ kubernetes: SimulatedKubernetes, in cluster: SimulatedCluster, clock: any RunClock,
        crashes: CrashSwitch
    ) {
        api = SimulatedKubernetesCluster(kubernetes)
        self.cluster = cluster
        self.clock = clock
        self.crashes = crashes
    }

    /// Every node by name.
    public func nodes() async throws -> [NodeName: KubernetesNode] {
        try await read { try await api.nodes() }
    }

    /// Cordons the node with uprev's own marker.
    public func cordon(_ node: NodeName) async throws {
        try await act("cordon") { try await api.cordon(node) }
    }

    /// The pods that a drain has to wait for.
    public func podsToEvict(on node: NodeName) async throws -> [PodName] {
        try await read { try await api.podsToEvict(on: node) }
    }

    /// Asks for the eviction of a pod.
    public func evict(_ pod: PodName) async throws -> Eviction {
        try await act("evict") { try await api.evict(pod) }
    }

    /// Takes back uprev's own cordon.
    public func uncordon(_ node: NodeName) async throws {
        try await act("uncordon") { try await api.uncordon(node) }
    }

    /// Remembers on the Kubernetes node which image key it was given.
    public func annotate(_ node: NodeName, installedKey: String) async throws {
        try await act("annotate") { try await api.annotate(node, installedKey: installedKey) }
    }

    private func read<Value>(_ body: () async throws -> Value) async throws -> Value {
        try crashes.check()
        try await clock.sleep(for: cluster.timing.call)
        cluster.advance()
        do {
            return try await body()
        } catch let error as ClusterError {
            try await clock.sleep(for: cluster.timing.silence)
            throw error
        }
    }

    private func act<Value>(_ name: String, _ body: () async throws -> Value) async throws -> Value
    {
        try crashes.point("\(name).before")
        let value = try await read(body)
        try crashes.point("\(name).after")
        return value
    }
}

extension SimulatedCluster {
    /// Lets a Kubernetes run in this cluster: its nodes are registered, and come and go from now on.
    public func host(_ kubernetes: SimulatedKubernetes, version: Version) {
        for node in nodes {
            kubernetes.addNode(node.name, role: node.role, kubeletVersion: version)
        }
        attach(
            SimulatedClusterHooks(
                nodeWentDown: { kubernetes.nodeWentDown($0) },
                nodeCameUp: { kubernetes.nodeCameUp($0) },
                isDrained: { kubernetes.isDrained($0) }))
    }
}

extension SimulatedKubernetes {
    /// Whether the node is cordoned and no pod is left on it that a drain would evict.
    func isDrained(_ name: NodeName) -> Bool {
        look { state in
            guard state.nodes[name]?.isCordoned == true else { return false }
            return !state.pods.values.contains { pod in
                if case .daemonSet = pod.owner { return false }
                return pod.node == name && !pod.isFinished && pod.owner != .mirror
            }
        }
    }
}
