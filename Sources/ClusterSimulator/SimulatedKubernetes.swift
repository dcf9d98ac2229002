public import ClusterModel
import Execution
import Synchronization

/// A Kubernetes in memory: nodes, pods, ReplicaSets, DaemonSets and PodDisruptionBudgets.
///
/// It has no timers. Time comes from outside, and everything that became due is done when somebody
/// looks, in the order in which it was due; so it works with a clock that jumps as with a real one.
/// Not simulated is that pods leave a node that stays down for five minutes.
public final class SimulatedKubernetes: Sendable {
    private let now: @Sendable () -> Duration
    private let state: Mutex<SimulatedKubernetesState>

    /// Creates an empty Kubernetes; `now` must never go backwards.
    public init(
        settings: SimulatedKubernetesSettings = SimulatedKubernetesSettings(),
        now: @escaping @Sendable () -> Duration
    ) {
        self.now = now
        state = Mutex(SimulatedKubernetesState(settings: settings, clock: now()))
    }

    /// Lets time pass until now, reads or changes the state, and lets the controllers react.
    func look<Result: Sendable>(
        _ body: @Sendable (inout SimulatedKubernetesState) -> Result
    ) -> Result {
        let time = now()
        return state.withLock { state in
            state.advance(to: time)
            let result = body(&state)
            state.settle()
            return result
        }
    }

    /// Changes the settings from now on.
    public func configure(_ change: @Sendable (inout SimulatedKubernetesSettings) -> Void) {
        look { change(&$0.settings) }
    }

    /// Whether the API answers: a majority of the control planes is up.
    public var isServed: Bool { look { $0.isServed } }

    /// Registers a node that is up and ready; workloads are placed on workers only.
    public func addNode(_ name: NodeName, role: NodeRole, kubeletVersion: Version) {
        look { state in
            state.nodes[name] = SimulatedKubernetesState.Node(
                name: name, role: role, kubeletVersion: kubeletVersion)
            state.change(name) { _ in }
        }
    }

    /// Removes a node and everything on it.
    public func removeNode(_ name: NodeName) {
        look { state in
            state.nodes[name] = nil
            state.pods = state.pods.filter { $0.value.node != name }
            state.resourceVersion += 1
        }
    }

    /// The node's kubelet stops: pods on it neither start nor end, and it is no longer ready after
    /// a while.
    public func nodeWentDown(_ name: NodeName) {
        look { state in
            let limit = state.clock + state.settings.notReadyAfter
            state.change(name) { node in
                guard node.isUp else { return }
                node.isUp = false
                node.readiness = node.isReady ? .readyUntil(limit) : .notReady
            }
        }
    }

    /// The node's kubelet starts, and reports the node ready after a while.
    public func nodeCameUp(_ name: NodeName) {
        look { state in
            let ready = state.clock + state.settings.readyAfter
            state.change(name) { node in
                guard !node.isUp else { return }
                node.isUp = true
                node.readiness = .readyFrom(ready)
            }
        }
    }

    /// The node's kubelet reports another version from now on.
    public func setKubeletVersion(_ version: Version, of name: NodeName) {
        look { $0.change(name) { $0.kubeletVersion = version } }
    }

    /// Somebody cordons or uncordons the node by hand; annotations stay as they are.
    public func setCordoned(_ isCordoned: Bool, of name: NodeName) {
        look { $0.change(name) { $0.isCordoned = isCordoned } }
    }

    /// Somebody annotates the node, or with `nil` removes the annotation.
    public func annotate(_ name: NodeName, _ key: String, _ value: String?) {
        look { $0.change(name) { $0.annotations[key] = value } }
    }

    /// Whether the node is cordoned, by whomever.
    public func isCordoned(_ name: NodeName) -> Bool {
        look { $0.nodes[name]?.isCordoned ?? false }
    }

    /// The annotations of a node; empty for an unknown one.
    public func annotations(of name: NodeName) -> [String: String] {
        look { $0.nodes[name]?.annotations ?? [:] }
    }
}
