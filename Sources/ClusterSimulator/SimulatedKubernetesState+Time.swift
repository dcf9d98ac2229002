import ClusterModel
import Execution

extension SimulatedKubernetesState {
    /// Lets time pass until `now`, one event after the other in the order in which they are due.
    mutating func advance(to now: Duration) {
        while let due = nextEvent(upTo: now) {
            clock = max(clock, due)
            settle()
        }
        clock = max(clock, now)
        settle()
    }

    /// Brings everything to where it is at the clock's time: kubelets, controllers, scheduler.
    mutating func settle() {
        settleReadiness()
        settlePods()
        reconcileDaemonSets()
        reconcileReplicaSets()
        schedule()
    }

    private func nextEvent(upTo now: Duration) -> Duration? {
        let ofNodes = nodes.values.compactMap { node -> Duration? in
            switch node.readiness {
            case .readyFrom(let time), .readyUntil(let time): time
            case .ready, .notReady: nil
            }
        }
        let ofPods = pods.values.filter(canChange).compactMap { $0.endsAt ?? $0.startsAt }
        return (ofNodes + ofPods).filter { $0 <= now }.min()
    }

    /// Whether a pod's kubelet is there to start or end it; a pod without a node needs none.
    private func canChange(_ pod: Pod) -> Bool {
        guard let name = pod.node, let node = nodes[name] else { return true }
        return node.isUp
    }

    private mutating func settleReadiness() {
        for node in nodes.values {
            switch node.readiness {
            case .readyFrom(let time) where time <= clock:
                change(node.name) { $0.readiness = .ready }
            case .readyUntil(let time) where time <= clock:
                change(node.name) { $0.readiness = .notReady }
            default: break
            }
        }
    }

    private mutating func settlePods() {
        for var pod in pods.values where canChange(pod) {
            if let end = pod.endsAt {
                if end <= clock {
                    pods[pod.name] = nil
                    resourceVersion += 1
                }
            } else if let start = pod.startsAt, start <= clock {
                pod.startsAt = nil
                pod.phase = .running
                put(pod)
            }
        }
    }

    private mutating func reconcileDaemonSets() {
        for workload in daemonSets.sorted(by: precedes) {
            let owner = SimulatedPodOwner.daemonSet(workload.name)
            for node in nodes.keys.sorted() {
                let isThere = pods.values.contains {
                    $0.name.namespace == workload.namespace && $0.owner == owner
                        && $0.node == node && $0.isActive
                }
                guard !isThere else { continue }
                let pod = Pod(
                    name: podName(of: workload), owner: owner, node: node, phase: .pending,
                    startsAt: clock + settings.podStart)
                put(pod)
            }
        }
    }

    private mutating func reconcileReplicaSets() {
        for (workload, replicas) in replicaSets.sorted(by: { precedes($0.key, $1.key) }) {
            let owner = SimulatedPodOwner.replicaSet(workload.name)
            let active = pods.values.count {
                $0.name.namespace == workload.namespace && $0.owner == owner && $0.isActive
            }
            for _ in 0..<max(0, replicas - active) {
                put(Pod(name: podName(of: workload), owner: owner, node: nil, phase: .pending))
            }
        }
    }

    private func precedes(_ left: Workload, _ right: Workload) -> Bool {
        (left.namespace, left.name) < (right.namespace, right.name)
    }

    /// Places waiting pods on the worker that has the fewest, and is ready and not cordoned.
    private mutating func schedule() {
        let waiting = pods.values.filter { $0.node == nil && $0.isActive }
        for var pod in waiting.sorted(by: { $0.name < $1.name }) {
            let open = nodes.values.filter { node in
                node.role == .worker && node.isUp && node.isReady && !node.isCordoned
            }
            let best = open.min { left, right in
                (load(of: left.name), left.name) < (load(of: right.name), right.name)
            }
            guard let best else { return }
            pod.node = best.name
            pod.startsAt = clock + settings.podStart
            put(pod)
        }
        settlePods()
    }

    private func load(of node: NodeName) -> Int { pods.values.count { $0.node == node } }
}
