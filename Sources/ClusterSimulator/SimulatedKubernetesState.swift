import ClusterModel
import Execution

/// The objects of a simulated Kubernetes at one moment: a value that time is given to from outside.
struct SimulatedKubernetesState: Sendable {
    /// What a node's `Ready` condition does.
    enum Readiness: Hashable, Sendable {
        case ready
        case notReady
        case readyFrom(Duration)
        case readyUntil(Duration)
    }

    struct Node: Sendable {
        let name: NodeName
        let role: NodeRole
        var kubeletVersion: Version
        var isUp = true
        var readiness = Readiness.ready
        var isCordoned = false
        var annotations: [String: String] = [:]
        var resourceVersion = 0

        /// Whether the condition is true; a state that is settled has no overdue change of it.
        var isReady: Bool {
            switch readiness {
            case .ready, .readyUntil: true
            case .notReady, .readyFrom: false
            }
        }
    }

    struct Pod: Sendable {
        let name: PodName
        let owner: SimulatedPodOwner
        var node: NodeName?
        var phase: SimulatedPodPhase
        var startsAt: Duration?
        var endsAt: Duration?
        var resourceVersion = 0

        var isEnding: Bool { endsAt != nil }
        var isFinished: Bool { phase == .succeeded || phase == .failed }
        var isActive: Bool { !isEnding && !isFinished }
    }

    /// A ReplicaSet with its replicas, or a DaemonSet.
    struct Workload: Hashable, Sendable {
        let namespace: String
        let name: String
    }

    struct Budget: Sendable {
        let namespace: String
        let name: String
        let replicaSet: String
        let limit: SimulatedBudgetLimit
    }

    var settings: SimulatedKubernetesSettings
    var clock: Duration
    var nodes: [NodeName: Node] = [:]
    var pods: [PodName: Pod] = [:]
    var replicaSets: [Workload: Int] = [:]
    var daemonSets: Set<Workload> = []
    var budgets: [Budget] = []
    var resourceVersion = 1
    private var podNumber = 0

    init(settings: SimulatedKubernetesSettings, clock: Duration) {
        self.settings = settings
        self.clock = clock
    }

    /// Whether the API answers: a majority of the control planes, and with them etcd, is up.
    var isServed: Bool {
        let controlPlanes = nodes.values.filter { $0.role == .controlPlane }
        return controlPlanes.isEmpty || 2 * controlPlanes.count { $0.isUp } > controlPlanes.count
    }

    /// Changes a node, which gives it another resource version; does nothing to an unknown one.
    mutating func change(_ name: NodeName, _ body: (inout Node) -> Void) {
        guard var node = nodes[name] else { return }
        body(&node)
        resourceVersion += 1
        node.resourceVersion = resourceVersion
        nodes[name] = node
    }

    /// Puts a pod in its place, which gives it another resource version.
    mutating func put(_ pod: Pod) {
        var pod = pod
        resourceVersion += 1
        pod.resourceVersion = resourceVersion
        pods[pod.name] = pod
    }

    /// A pod name that was never used before.
    mutating func podName(of workload: Workload) -> PodName {
        podNumber += 1
        return PodName(namespace: workload.namespace, name: "\(workload.name)-\(podNumber)")
    }

    /// Whether a pod is ready: it runs, and its node is ready.
    func isReady(_ pod: Pod) -> Bool {
        pod.phase == .running && pod.node.flatMap { nodes[$0]?.isReady } == true
    }
}
