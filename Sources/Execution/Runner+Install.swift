import ClusterModel
import Planning

extension Runner {
    /// Hands over etcd leadership, then installs the image into the slot that is not booted.
    func install(
        _ reference: InstallerReference, _ interface: InstallInterface, on node: NodeName,
        step: Step, in run: Run
    ) async throws {
        guard let image = run.state.image(of: reference) else {
            throw unnamed(reference, try await giveBack(node, step: step))
        }
        let bootID = run.state.evidence(beforeInstallOn: node)?.bootID
        if interface == .lifecycle, let bootID,
            try await world.ledger.noted(on: node)?.unbootedSince == bootID
        {
            throw StepInDoubt(
                reason: "\(node) was installed before and has not booted since; it is booted first."
            )
        }
        try await forfeit(node, step: step)
        let pending = interface == .lifecycle ? bootID : nil
        try await world.ledger.note(
            imageKey: run.state.pendingKey(of: step), unbootedSince: pending, on: node)
        announce(.progress, step, "Installing \(image).")
        let mode = run.state.rebootMode(after: step)
        do {
            try await world.talos.install(image, on: node, through: interface, mode: mode) { line in
                announce(.progress, step, line)
            }
        } catch let error as ClusterError where error.kind == .unreachable {
            throw StepInDoubt(reason: error.message)
        } catch let error as ClusterError {
            // The note stays whatever the node said: a refusal can mean that another install of
            // the same image is under way, and only a boot settles that.
            let state = try await giveBack(node, step: step)
            throw StepFailure(
                "\(node) did not install \(image): \(error.message) \(state)", hint: error.hint)
        }
    }

    private func unnamed(_ reference: InstallerReference, _ state: String) -> StepFailure {
        let output =
            if case .output(let output) = reference { "\(output.unit), \(output.name)" } else { "" }
        return StepFailure(
            "No stage of this run named the installer (\(output)). \(state)",
            hint: "Check the installer block and the images stage in uprev.hcl.")
    }

    /// Asks a control plane to hand over leadership; the install does not depend on its success.
    private func forfeit(_ node: NodeName, step: Step) async throws {
        guard case .node(_, .controlPlane) = step.target else { return }
        do {
            try await world.talos.forfeitLeadership(of: node)
        } catch let error as ClusterError {
            announce(.progress, step, "etcd leadership was not handed over: \(error.message)")
        }
    }

    /// Boots the installed system, and waits until the boot ID is another one.
    ///
    /// A node that already booted since its install is left alone, so that a repeated step never
    /// reboots twice.
    func reboot(
        _ node: NodeName, _ interface: InstallInterface, _ mode: RebootMode, step: Step, in run: Run
    ) async throws {
        let before = run.state.evidence(beforeInstallOn: node)?.bootID
        if let now = try await glimpse(of: node)?.bootID, now != before { return }
        if interface == .lifecycle {
            do {
                try await world.talos.reboot(node, mode: mode)
            } catch let error as ClusterError where error.kind == .unreachable {
                throw StepInDoubt(reason: error.message)
            } catch let error as ClusterError {
                throw StepFailure(error)
            }
        }
        try await awaitBoot(of: node, before: before, step: step, in: run)
    }

    /// Waits until the node shows another boot ID than `before`.
    func awaitBoot(
        of node: NodeName, before: String?, step: Step, in run: Run
    ) async throws {
        let result = try await wait(
            upTo: run.rollout.nodeTimeout, forgiving: limits.mismatchPatience, step: step
        ) {
            let system = try await world.talos.system(of: node)
            return system.bootID != before
                ? Look.found(true)
                : .notYet("\(node) is in stage \(system.stage) and has not rebooted.")
        }
        guard case .timedOut(let reason) = result else { return }
        throw StepFailure(
            "\(node) did not come back within \(run.rollout.nodeTimeout.components.seconds) s: "
                + "\(reason) The node is left cordoned.",
            hint: "Look at the node's console; the nodes after it were not touched. A revert "
                + "commit rolls back the nodes that moved.")
    }
}

extension RunState {
    /// The image that a reference stands for; `nil` while no stage of the run has named it.
    func image(of reference: InstallerReference) -> String? {
        switch reference {
        case .image(let image): image
        case .output(let output): installers[output]
        }
    }

    /// How the reboot that follows an install is to be done.
    func rebootMode(after install: Step) -> RebootMode {
        for step in plan.steps where step.index > install.index && step.node == install.node {
            if case .reboot(_, let mode) = step.action { return mode }
        }
        return .standard
    }
}
