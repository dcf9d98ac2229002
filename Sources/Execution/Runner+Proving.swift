import ClusterModel
import Planning

extension Runner {
    /// Waits until the node has shown everything that is expected of it.
    func verify(
        _ node: NodeName, _ expectation: NodeExpectation, step: Step, in run: Run
    ) async throws {
        let before = run.state.evidence(beforeInstallOn: node)
        var mismatchSince: Duration?
        let result = try await wait(
            upTo: run.rollout.nodeTimeout, forgiving: limits.mismatchPatience, step: step
        ) {
            let system = try await world.talos.system(of: node)
            guard system.bootID != before?.bootID, system.isRunning else {
                mismatchSince = nil
                return Look<String?>.notYet("\(node) is in stage \(system.stage).")
            }
            if let mismatch = expectation.mismatch(with: system, before: before) {
                let since = mismatchSince ?? world.clock.now
                mismatchSince = since
                let isFinal = world.clock.now - since >= limits.mismatchPatience
                return isFinal ? .found(mismatch) : .notYet("\(node) \(mismatch).")
            }
            mismatchSince = nil
            let reason = try await unhealthiness(of: node, step: step)
            return reason.map { .notYet($0) } ?? .found(nil)
        }
        switch result {
        case .found(nil):
            try await noteProof(of: node, expectation, step: step)
            announce(.nodeProven, step, "\(node) is proven to run \(expectation.version).")
        case .found(let mismatch?):
            try await forgetInstall(on: node, expectation, before)
            throw try await unproven(node, mismatch, step: step)
        case .timedOut(let reason):
            throw StepFailure(
                "\(node) was not proven good within "
                    + "\(run.rollout.nodeTimeout.components.seconds) s: \(reason) "
                    + "The node is left cordoned.",
                hint: "Look at the node; a revert commit rolls back the nodes that moved.")
        }
    }

    /// Notes in the ledger and on the Kubernetes node which image it is proven to run.
    ///
    /// The node is proven whether or not Kubernetes takes the note: without any the image of the
    /// node counts as unknown, and is held against the commit by what the node shows.
    private func noteProof(
        of node: NodeName, _ expectation: NodeExpectation, step: Step
    ) async throws {
        guard !expectation.imageKey.isEmpty else { return }
        try await world.ledger.note(
            imageKey: expectation.imageKey, unbootedSince: nil, on: node)
        do {
            try await world.kubernetes.annotate(node, installedKey: expectation.imageKey)
        } catch let error as ClusterError {
            announce(.progress, step, "The image of \(node) is not noted: \(error.message)")
        }
    }

    /// Forgets what the node was given when it plainly booted the system from before.
    ///
    /// Then a revert has nothing to do to it. Where it runs the new system and shows something else
    /// than expected, the note stays, so that a revert installs the old one again.
    private func forgetInstall(
        on node: NodeName, _ expectation: NodeExpectation, _ before: Evidence?
    ) async throws {
        guard let before, let system = try await glimpse(of: node) else { return }
        let isOldSlot = before.bootedSlot != nil && before.bootedSlot == system.bootedSlot
        guard system.version != expectation.version || isOldSlot else { return }
        try await world.ledger.note(imageKey: "", unbootedSince: nil, on: node)
    }

    /// The failure for a node that runs, but not what it should; it is given back to its work.
    private func unproven(_ node: NodeName, _ mismatch: String, step: Step) async throws
        -> StepFailure
    {
        let state = try await giveBack(node, step: step)
        return StepFailure(
            "\(node) came back, but it \(mismatch). \(state)",
            hint: "Read the node's own log for why it did not boot the new system; revert the "
                + "commit or commit a version that boots.")
    }

    /// Why the node or its etcd member is not healthy; `nil` when both are.
    private func unhealthiness(of node: NodeName, step: Step) async throws -> String? {
        guard let kubernetes = try await world.kubernetes.nodes()[node] else {
            return "Kubernetes does not know \(node)."
        }
        guard kubernetes.isReady else { return "Kubernetes does not report \(node) as ready." }
        guard case .node(_, .controlPlane) = step.target else { return nil }
        let etcd = try await world.talos.etcd()
        guard let member = etcd.members.first(where: { $0.name == node }) else {
            return "etcd has no member \(node)."
        }
        return member.isHealthy && !member.isLearner
            ? nil : "The etcd member \(node) is not healthy yet."
    }

    /// Why the node is not good at this moment; a call that is not answered is a reason too.
    ///
    /// Throws where credentials are wrong, for the wait that it is part of to judge.
    private func sickness(of node: NodeName, step: Step) async throws -> String? {
        do {
            let system = try await world.talos.system(of: node)
            guard system.isRunning else { return "\(node) is in stage \(system.stage)." }
            return try await unhealthiness(of: node, step: step)
        } catch let error as ClusterError where error.kind != .misconfigured {
            return error.message
        }
    }

    /// Watches that the node stays good for `duration`; a blip starts the time anew.
    func soak(
        _ node: NodeName, for duration: Duration, step: Step, in run: Run
    ) async throws {
        var goodSince: Duration?
        let result = try await wait(
            upTo: duration + run.rollout.nodeTimeout, forgiving: limits.mismatchPatience,
            step: step
        ) {
            let before = goodSince
            goodSince = nil
            if let reason = try await sickness(of: node, step: step) {
                return Look<Bool>.notYet(reason)
            }
            let since = before ?? world.clock.now
            goodSince = since
            let held = world.clock.now - since
            return held >= duration
                ? .found(true) : .notYet("\(node) has been good for \(held.components.seconds) s.")
        }
        if case .timedOut(let reason) = result {
            throw StepFailure(
                "\(node) did not stay good for \(duration.components.seconds) s: \(reason)",
                hint: "Look at the node; a revert commit rolls back the nodes that moved.")
        }
    }
}
