import ClusterModel
import Planning

extension Runner {
    /// Cordons the node and evicts its pods within their budgets; waits until they are gone.
    ///
    /// When the time is up nothing is installed: the node is uncordoned, and the failure names the
    /// pod and the budget that held it (behaviour page 5.3).
    func drain(_ node: NodeName, step: Step, in run: Run) async throws {
        do {
            try await empty(node, step: step, in: run)
        } catch let failure as StepFailure {
            throw failure.adding(try await giveBack(node, step: step))
        }
    }

    private func empty(_ node: NodeName, step: Step, in run: Run) async throws {
        let patience = limits.mismatchPatience
        try await insist(step, "Cordoning \(node)", forgiving: patience) {
            try await world.kubernetes.cordon(node)
        }
        let result = try await wait(
            upTo: run.rollout.drainTimeout, forgiving: patience, step: step
        ) {
            try await evictWhatRemains(on: node)
        }
        guard case .timedOut(let reason) = result else { return }
        let isUntouched = run.state.evidence(beforeInstallOn: node) == nil
        throw StepFailure(
            "\(node) could not be drained within \(run.rollout.drainTimeout.components.seconds) s: "
                + reason,
            hint: "Give the budget room or end the pod"
                + (isUntouched ? "; nothing was installed." : "."))
    }

    /// Drains the node again when its cordon is gone right before its install or its boot.
    ///
    /// The cordon may have been taken back by hand, or by a process that ended before it could write
    /// down that it gave the node back.
    func ensureDrained(_ step: Step, in run: Run) async throws {
        guard case .install = step.action, let node = step.node else { return }
        var isCordoned = false
        do {
            let limit = limits.gateTimeout
            try await insist(step, "Looking whether \(node) is cordoned", upTo: limit) {
                isCordoned = try await world.kubernetes.nodes()[node]?.isCordoned ?? false
            }
        } catch let failure as StepFailure {
            throw try await leaving(step, with: failure, in: run)
        }
        if !isCordoned { try await drain(node, step: step, in: run) }
    }

    /// The failure of a step before it acted, with a sentence on the node that it leaves behind.
    ///
    /// A node on which nothing was installed since its drain is given back.
    func leaving(_ step: Step, with failure: StepFailure, in run: Run) async throws -> StepFailure {
        if let node = run.state.begunDrain?.node {
            return failure.adding(try await giveBack(node, step: step))
        }
        guard let node = run.state.nodeInFlight else { return failure }
        switch step.action {
        case .install where run.state.evidence(beforeInstallOn: node) == nil:
            return failure.adding(try await giveBack(node, step: step))
        case .install, .reboot:
            return failure.adding("\(node) is left cordoned.")
        default:
            return failure
        }
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
            try await uncordon(node, step: step)
            return "The node was uncordoned again."
        } catch is StepFailure {
            return "The node is left cordoned."
        }
    }

    /// Takes uprev's own cordon back.
    func uncordon(_ node: NodeName, step: Step) async throws {
        try await insist(step, "Uncordoning \(node)", forgiving: limits.mismatchPatience) {
            try await world.kubernetes.uncordon(node)
        }
    }
}
