import Execution

/// What the eviction of a pod comes to.
enum SimulatedEviction: Hashable, Sendable {
    /// The pod is ending, or ended already while it was asked for.
    case accepted

    /// There is no such pod.
    case noSuchPod

    /// The budget of that name does not allow it.
    case blocked(budget: String, needed: Int, healthy: Int)

    /// More than one budget covers the pod, which the API does not support.
    case manyBudgets
}

extension SimulatedKubernetesState {
    /// Evicts a pod as the API server does.
    ///
    /// Budgets are not asked about pods that wait, have finished or are ending already
    /// (test-services facts 2).
    mutating func evict(_ name: PodName) -> SimulatedEviction {
        guard let pod = pods[name] else { return .noSuchPod }
        guard pod.isActive, pod.phase != .pending else {
            end(pod)
            return .accepted
        }
        let covering = budgets.filter {
            $0.namespace == name.namespace && pod.owner == .replicaSet($0.replicaSet)
        }
        guard covering.count < 2 else { return .manyBudgets }
        if let budget = covering.first {
            let healthy = healthyPods(under: budget)
            let needed = neededPods(under: budget)
            // An unhealthy pod goes when enough others are healthy; a healthy one must be spare.
            guard healthy - (isReady(pod) ? 1 : 0) >= needed else {
                return .blocked(budget: budget.name, needed: needed, healthy: healthy)
            }
        }
        end(pod)
        return .accepted
    }

    private mutating func end(_ pod: Pod) {
        // A kubelet makes the mirror of a static pod anew at once.
        guard !pod.isEnding, pod.owner != .mirror else { return }
        var pod = pod
        guard pod.node != nil else {
            pods[pod.name] = nil
            resourceVersion += 1
            return
        }
        pod.endsAt = clock + settings.terminationGrace
        put(pod)
    }

    private func healthyPods(under budget: Budget) -> Int {
        pods.values.count {
            $0.name.namespace == budget.namespace && $0.owner == .replicaSet(budget.replicaSet)
                && $0.isActive && isReady($0)
        }
    }

    private func neededPods(under budget: Budget) -> Int {
        switch budget.limit {
        case .minAvailable(let count): return count
        case .maxUnavailable(let count):
            let set = Workload(namespace: budget.namespace, name: budget.replicaSet)
            return max(0, (replicaSets[set] ?? 0) - count)
        }
    }
}
