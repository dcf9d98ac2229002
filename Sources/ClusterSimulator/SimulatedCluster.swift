public import ClusterModel
import Synchronization

/// A Talos cluster that is not there: nodes, their two systems, etcd, and the rules it is broken by.
///
/// It has no clock of its own. Whatever takes time is worked out from the time that the source
/// tells when somebody looks. With the same seed, the same calls and the same times, the same
/// happens.
public final class SimulatedCluster: Sendable {
    /// Where nodes pull images from.
    public let registry: SimulatedRegistry

    /// How long things take.
    public let timing: SimulatedTiming

    /// The time since an arbitrary origin.
    let time: @Sendable () -> Duration

    private let state: Mutex<ClusterState>
    private let kubernetes = Mutex<SimulatedClusterHooks?>(nil)

    /// Creates a cluster in which every node has just been installed and runs `image`.
    ///
    /// Nodes are named `cp-1`, `cp-2`, … and `wk-1`, `wk-2`, …. `workersAtOnce` is how many workers
    /// may be down by a caller's hand before it counts as a violation.
    public init(
        seed: UInt64 = 1, controlPlanes: Int = 3, workers: Int = 3, running image: SimulatedImage,
        bootLoader: SimulatedBootLoader = .systemdBoot, timing: SimulatedTiming = .virtual,
        workersAtOnce: Int = 1, registry: SimulatedRegistry = SimulatedRegistry(),
        time: @escaping @Sendable () -> Duration
    ) {
        self.registry = registry
        self.timing = timing
        self.time = time
        state = Mutex(
            ClusterState(
                seed: seed, controlPlanes: controlPlanes, workers: workers, running: image,
                bootLoader: bootLoader, timing: timing, workersAtOnce: workersAtOnce, now: time()))
    }

    /// Joins the cluster with what simulates its Kubernetes.
    public func attach(_ hooks: SimulatedClusterHooks) { kubernetes.withLock { $0 = hooks } }

    /// Lets happen what is due by now.
    public func advance() { withState { _ in } }

    /// Works on the state as it is now, then tells Kubernetes what happened.
    func withState<Value, Failure: Error>(
        _ body: (inout ClusterState) throws(Failure) -> sending Value
    ) throws(Failure) -> sending Value {
        let now = time()
        var notices: [ClusterState.Notice] = []
        defer { notify(notices) }
        let result: Result<Value, Failure> = state.withLock { state in
            state.advance(to: now)
            let result: Result<Value, Failure>
            do throws(Failure) {
                result = .success(try body(&state))
            } catch {
                result = .failure(error)
            }
            notices = state.notices
            state.notices = []
            return result
        }
        return try result.get()
    }

    private func notify(_ notices: [ClusterState.Notice]) {
        guard !notices.isEmpty, let hooks = kubernetes.withLock({ $0 }) else { return }
        for notice in notices {
            switch notice {
            case .wentDown(let node): hooks.nodeWentDown(node)
            case .cameUp(let node): hooks.nodeCameUp(node)
            }
        }
    }

    /// Whether Kubernetes has the node drained; `nil` without Kubernetes.
    func isDrained(_ node: NodeName) -> Bool? {
        kubernetes.withLock { $0 }?.isDrained(node)
    }
}

/// What a simulated cluster tells and asks the Kubernetes that runs in it.
public struct SimulatedClusterHooks: Sendable {
    /// The node's kubelet stopped.
    public var nodeWentDown: @Sendable (NodeName) -> Void

    /// The node's kubelet is ready.
    public var nodeCameUp: @Sendable (NodeName) -> Void

    /// Whether the node is cordoned, and no pod is left on it that a drain would evict.
    public var isDrained: @Sendable (NodeName) -> Bool

    /// Creates hooks.
    public init(
        nodeWentDown: @escaping @Sendable (NodeName) -> Void,
        nodeCameUp: @escaping @Sendable (NodeName) -> Void,
        isDrained: @escaping @Sendable (NodeName) -> Bool
    ) {
        self.nodeWentDown = nodeWentDown
        self.nodeCameUp = nodeCameUp
        self.isDrained = isDrained
    }
}
