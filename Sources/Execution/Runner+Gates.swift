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
            return run.state.hasSnapshot(for: step)
                ? nil
                : "The etcd snapshot that step \(step.index) needs was not taken and verified."
        case .etcdHealthy:
            return etcdObstacle(
                try await world.talos.etcd(), beside: try await controlPlanes(), but: step.node)
        case .quorum:
            guard let node = step.node else { return nil }
            return quorumObstacle(
                try await world.talos.etcd(), beside: try await controlPlanes(), without: node)
        case .noOtherNodeDown:
            return try await otherNodeDown(than: step.node)
        }
    }

    /// The names of the control planes that discovery knows.
    private func controlPlanes() async throws -> Set<NodeName> {
        Set(try await world.talos.members().filter { $0.role == .controlPlane }.map(\.name))
    }

    /// What is wrong with etcd, leaving out the member on the node that is about to be repaired.
    private func etcdObstacle(
        _ etcd: EtcdState, beside planes: Set<NodeName>, but node: NodeName?
    ) -> String? {
        if let alarm = etcd.alarms.first { return "etcd raises the alarm \(alarm)." }
        if let learner = etcd.members.first(where: \.isLearner) {
            return "The etcd member \(learner.name) is a learner and does not vote yet."
        }
        if let sick = etcd.members.first(where: { !$0.isHealthy && $0.name != node }) {
            return "The etcd member \(sick.name) is not healthy."
        }
        let members = Set(etcd.members.map(\.name))
        if let missing = planes.subtracting(members).sorted().first(where: { $0 != node }) {
            return "The control plane \(missing) is not a member of etcd."
        }
        return members.subtracting(planes).sorted().first { $0 != node }.map {
            "The etcd member \($0) is no control plane that discovery knows."
        }
    }

    /// Whether etcd would lose its majority with the member on `node` away.
    ///
    /// A member that is down already takes nothing away, and a single control plane is allowed
    /// (behaviour page 5.1); the plan warns about the outage.
    private func quorumObstacle(
        _ etcd: EtcdState, beside planes: Set<NodeName>, without node: NodeName
    ) -> String? {
        guard let own = etcd.members.first(where: { $0.name == node }), own.isHealthy else {
            return nil
        }
        if etcd.members.count == 1, planes.subtracting([node]).isEmpty { return nil }
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
