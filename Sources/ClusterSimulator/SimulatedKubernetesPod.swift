public import ClusterModel
public import Execution

/// Who makes a pod anew when it is gone.
public enum SimulatedPodOwner: Hashable, Sendable {
    /// A ReplicaSet, on any worker that is open.
    case replicaSet(String)

    /// A DaemonSet, on the same node.
    case daemonSet(String)

    /// The node's kubelet: the pod is the mirror of a static one.
    case mirror

    /// Nobody.
    case none
}

/// The phase of a pod.
public enum SimulatedPodPhase: String, Hashable, Sendable {
    /// The pod waits for a node, or for its start.
    case pending = "Pending"

    /// The pod runs.
    case running = "Running"

    /// The pod has ended well.
    case succeeded = "Succeeded"

    /// The pod has ended badly.
    case failed = "Failed"
}

/// What a PodDisruptionBudget allows.
public enum SimulatedBudgetLimit: Hashable, Sendable {
    /// At least this many pods stay healthy.
    case minAvailable(Int)

    /// At most this many of the wanted pods are not healthy.
    case maxUnavailable(Int)
}

/// A pod as it is at one moment.
public struct SimulatedPod: Hashable, Sendable {
    /// The pod's name.
    public var name: PodName

    /// Who makes it anew.
    public var owner: SimulatedPodOwner

    /// The node that it is placed on.
    public var node: NodeName?

    /// The phase.
    public var phase: SimulatedPodPhase

    /// Whether it is ready.
    public var isReady: Bool

    /// Whether it was evicted and is not gone yet.
    public var isEnding: Bool
}
