public import ClusterModel
public import Execution

extension SimulatedKubernetes {
    /// Adds a ReplicaSet, or changes how many pods an existing one wants; too many pods stay.
    public func setReplicaSet(_ name: String, namespace: String = "default", replicas: Int) {
        let workload = SimulatedKubernetesState.Workload(namespace: namespace, name: name)
        look { $0.replicaSets[workload] = replicas }
    }

    /// Adds a DaemonSet, which has a pod on every node.
    public func addDaemonSet(_ name: String, namespace: String = "kube-system") {
        let workload = SimulatedKubernetesState.Workload(namespace: namespace, name: name)
        look { state in _ = state.daemonSets.insert(workload) }
    }

    /// Adds a pod that no controller makes anew: a bare one, or the mirror of a static one.
    public func addPod(
        _ name: PodName, on node: NodeName, owner: SimulatedPodOwner = .none,
        phase: SimulatedPodPhase = .running
    ) {
        look { state in
            let pod = SimulatedKubernetesState.Pod(
                name: name, owner: owner, node: node, phase: phase)
            state.put(pod)
        }
    }

    /// Adds a PodDisruptionBudget over the pods of a ReplicaSet, or replaces the one of that name.
    public func setBudget(
        _ name: String, namespace: String = "default", replicaSet: String,
        _ limit: SimulatedBudgetLimit
    ) {
        removeBudget(name, namespace: namespace)
        look { state in
            let budget = SimulatedKubernetesState.Budget(
                namespace: namespace, name: name, replicaSet: replicaSet, limit: limit)
            state.budgets.append(budget)
        }
    }

    /// Removes a PodDisruptionBudget.
    public func removeBudget(_ name: String, namespace: String = "default") {
        look { state in state.budgets.removeAll { $0.namespace == namespace && $0.name == name } }
    }

    /// Every pod, or every pod on one node, ordered by name.
    public func pods(on node: NodeName? = nil) -> [SimulatedPod] {
        look { state in
            state.pods.values.filter { node == nil || $0.node == node }
                .sorted { $0.name < $1.name }
                .map { pod in
                    SimulatedPod(
                        name: pod.name, owner: pod.owner, node: pod.node, phase: pod.phase,
                        isReady: state.isReady(pod), isEnding: pod.isEnding)
                }
        }
    }
}
