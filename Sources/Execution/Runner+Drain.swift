import ClusterModel
import Planning

extension Runner {
    /// Cordons the node and evicts its pods within their budgets; waits until they are gone.
    ///
    /// When the time is up nothing is installed: the node is uncordoned, and the failure names the
    /// pod and the budget that held it (behaviour page 5.3).
    func drain(_ node: NodeName, step: Step, in run: Run) async throws {
        try await insist(step, "Cordoning \(node)") { try await world.kubernetes.cordon(node) }
        let result = try await wait(upTo: run.rollout.drainTimeout, step: step) {
            try await evictWhatRemains(on: node)
        }
        guard case .timedOut(let reason) = result else { return }
        let state = try await giveBack(node, step: step)
        throw StepFailure(
            "\(node) could not be drained within \(run.rollout.drainTimeout.components.seconds) s: "
                + "\(reason) \(state)",
            hint: "Give the budget room or end the pod, then push a commit (an empty one will do); "
                + "nothing was installed.")
    }

    private func evictWhatRemains(on node: NodeName) async throws -> Look<Bool> {
        let pods = try await world.kubernetes.podsToEvict(on: node)
        guard !pods.isEmpty else { return .found(true) }
        var blocked: [String] = []
        for pod in pods {
            if case .blocked(let budget) = try await world.kubernetes.evict(pod) {
                blocked.append("\(pod) is held by \(budget)")
            }
        }
        return .notYet(
            blocked.isEmpty
                ? "\(pods.count) pods are ending, among them \(pods[0])."
                : blocked.joined(separator: "; ") + ".")
    }

    /// Uncordons a node that is left on its old system; returns a sentence on its state.
    func giveBack(_ node: NodeName, step: Step) async throws -> String {
        do {
            try await insist(step, "Uncordoning \(node)") {
                try await world.kubernetes.uncordon(node)
            }
            return "The node was uncordoned again."
        } catch is StepFailure {
            return "The node is left cordoned."
        }
    }
}
