import ClusterModel
import Planning

extension Runner {
    /// Waits until every gate of the step is open, or fails with the reason of the closed one.
    func passGates(of step: Step, in run: Run) async throws {
        guard !step.gates.isEmpty else { return }
        let result = try await wait(upTo: limits.gateTimeout, step: step) {
            for gate in step.gates {
                if let reason = try await obstacle(at: gate, step: step, in: run) {
                    return Look<Bool>.notYet(reason)
                }
            }
            return .found(true)
        }
        if case .timedOut(let reason) = result {
            throw StepFailure(
                "\(reason) The gate stayed closed for \(limits.gateTimeout.components.seconds) s.",
                hint: "Repair what the message names; nothing was changed by this step.",
                disposition: .waiting)
        }
    }

    /// Why a gate is closed; `nil` when it is open.
    private func obstacle(at gate: Gate, step: Step, in run: Run) async throws -> String? {
        switch gate {
        case .snapshotTaken:
            return run.state.snapshots.isEmpty
                ? "No etcd snapshot was taken and verified in this run." : nil
        case .etcdHealthy:
            return etcdObstacle(try await world.talos.etcd(), besides: step.node)
        case .quorum:
            guard let node = step.node else { return nil }
            return quorumObstacle(try await world.talos.etcd(), without: node)
        case .noOtherNodeDown:
            return try await otherNodeDown(than: step.node)
        }
    }

    /// What is wrong with etcd, leaving out the member on the node that is about to be repaired.
    private func etcdObstacle(_ etcd: EtcdState, besides node: NodeName?) -> String? {
        if let alarm = etcd.alarms.first { return "etcd raises the alarm \(alarm)." }
        if let learner = etcd.members.first(where: \.isLearner) {
            return "The etcd member \(learner.name) is a learner and does not vote yet."
        }
        let sick = etcd.members.first { !$0.isHealthy && $0.name != node }
        return sick.map { "The etcd member \($0.name) is not healthy." }
    }

    /// Whether etcd would lose its majority with the member on `node` away.
    ///
    /// A single member is allowed (behaviour page 5.1); the plan warns about the outage.
    private func quorumObstacle(_ etcd: EtcdState, without node: NodeName) -> String? {
        guard etcd.members.contains(where: { $0.name == node }), etcd.members.count > 1 else {
            return nil
        }
        let remaining = etcd.members.filter { $0.isHealthy && !$0.isLearner && $0.name != node }
        let majority = etcd.members.count / 2 + 1
        guard remaining.count < majority else { return nil }
        return "Without \(node), \(remaining.count) of \(etcd.members.count) etcd members would "
            + "run, and a majority is \(majority)."
    }

    /// Another control plane that is down, or another node that carries our own cordon.
    private func otherNodeDown(than node: NodeName?) async throws -> String? {
        let states = try await world.kubernetes.nodes()
        for (name, state) in states.sorted(by: { $0.key < $1.key }) where name != node {
            if state.isCordonedByUs { return "\(name) is still cordoned by uprev." }
        }
        for member in try await world.talos.members()
        where member.role == .controlPlane && member.name != node {
            guard let system = try await reachable(member.name) else {
                return "The control plane \(member.name) does not answer."
            }
            if !system.isRunning {
                return "The control plane \(member.name) is in stage \(system.stage)."
            }
        }
        return nil
    }
}
