import ClusterModel
import Planning

extension Runner {
    /// Looks at a step that was begun and of which nobody knows how it went.
    ///
    /// - Steps that look before they act (drain, verify, uncordon, soak, Kubernetes) are simply
    ///   taken again.
    /// - A snapshot is taken again into another file.
    /// - A stage is planned again: with nothing left to apply it is done.
    /// - A reboot is done when the boot ID is another one.
    /// - An install is never repeated without a boot in between, since a second install overwrites
    ///   the only system that is known to boot (talos-upgrades facts, rules 16 and 17).
    func probe(_ step: Step, _ evidence: Evidence, in run: inout Run) async throws {
        announce(.stepProbed, step, "Looking at what became of step \(step.index).")
        do {
            switch (step.action, step.node) {
            case (.stage(let kind, .apply), _):
                try await probeStage(kind, step: step, in: &run)
            case (.install(_, let interface), let node?):
                try await probeInstall(on: node, interface, evidence, step: step, in: &run)
            case (.reboot, let node?):
                try await probeReboot(of: node, step: step, in: &run)
            default:
                let reason = "This step looks before it acts."
                try await record(.stepCleared(step.index, reason: reason), in: &run)
            }
        } catch let failure as StepFailure {
            try await fail(failure, in: &run)
        }
    }

    private func probeStage(_ kind: StageKind, step: Step, in run: inout Run) async throws {
        guard let stage = run.definition.stages[kind] else {
            let reason = "The stage is not defined."
            return try await record(.stepCleared(step.index, reason: reason), in: &run)
        }
        do {
            guard try await world.stages.isApplied(stage, in: run.context) else {
                let reason = "The stage still has something to apply."
                return try await record(.stepCleared(step.index, reason: reason), in: &run)
            }
            try await succeed(step, with: try await result(of: kind, in: run), in: &run)
        } catch let error as StageError {
            throw StepFailure(error)
        }
    }

    private func probeReboot(of node: NodeName, step: Step, in run: inout Run) async throws {
        let before = run.state.evidence(beforeInstallOn: node)?.bootID
        switch try await settled(node, before: before, for: limits.doubtSettle, step, run) {
        case .rebooted:
            try await succeed(step, with: .done, in: &run)
        case .untouched:
            let reason = "\(node) shows no sign of a reboot."
            try await record(.stepCleared(step.index, reason: reason), in: &run)
        }
    }

    private func probeInstall(
        on node: NodeName, _ interface: InstallInterface, _ evidence: Evidence, step: Step,
        in run: inout Run
    ) async throws {
        let patience = interface == .machine ? limits.doubtSettle : limits.doubtfulInstall
        let state = try await settled(node, before: evidence.bootID, for: patience, step, run)
        switch (state, interface) {
        case (.rebooted, _):
            try await settleInstall(on: node, evidence, step: step, in: &run)
        case (.untouched, .machine):
            // This call installs and reboots in one sequence that shows in the stage from its
            // first moment (talos-api facts 4.2), so an untouched node never began it.
            let reason = "\(node) never left the stage running."
            try await record(.stepCleared(step.index, reason: reason), in: &run)
        case (.untouched, .lifecycle):
            try await record(.bootToResolve(step.index), in: &run)
        }
    }

    /// Boots the node, since only a boot tells whether the install happened, and then looks.
    func resolve(_ step: Step, _ evidence: Evidence, in run: inout Run) async throws {
        guard let node = step.node else { return }
        announce(.progress, step, "Booting \(node) to learn whether its install happened.")
        do {
            try await ensureDrained(step, in: run)
            try await passGatesInDoubt(of: step, in: run)
            try await bootToSettle(node, evidence, step: step, in: run)
            try await settleInstall(on: node, evidence, step: step, in: &run)
        } catch let failure as StepFailure {
            try await fail(failure, in: &run)
        }
    }

    private func passGatesInDoubt(of step: Step, in run: Run) async throws {
        do {
            try await passGates(of: step, in: run)
        } catch let failure as StepFailure {
            throw try await leaving(step, with: failure, in: run)
        }
    }

    /// Asks for a boot until the node shows one; a request that was lost is made again.
    private func bootToSettle(
        _ node: NodeName, _ evidence: Evidence, step: Step, in run: Run
    ) async throws {
        let before = evidence.bootID
        for _ in 0..<limits.attempts {
            if try await glimpse(of: node)?.bootID == before {
                do {
                    try await world.talos.reboot(node, mode: .standard)
                } catch let error as ClusterError {
                    announce(.progress, step, "\(error.message) Watching whether it boots.")
                }
            }
            let patience = limits.doubtSettle
            let state = try await settled(node, before: before, for: patience, step, run)
            if state == .rebooted { return }
        }
        throw StepFailure(
            "\(node) was asked \(limits.attempts) times to reboot and did not.",
            hint: "Reboot the node by hand; it must not be installed again before it has booted.")
    }

    /// Decides after a boot: the new system runs, so it was installed; else it may be installed.
    private func settleInstall(
        on node: NodeName, _ evidence: Evidence, step: Step, in run: inout Run
    ) async throws {
        let result = try await wait(
            upTo: run.rollout.nodeTimeout, forgiving: limits.mismatchPatience, step: step
        ) {
            let system = try await world.talos.system(of: node)
            return system.isRunning
                ? Look.found(system) : .notYet("\(node) is in stage \(system.stage).")
        }
        guard case .found(let system) = result,
            let expectation = run.state.expectation(after: step)
        else {
            throw StepFailure(
                "\(node) did not become ready after the boot that should settle its install.",
                hint: "Look at the node's console; the nodes after it were not touched.")
        }
        // What booted may be an image that an earlier run installed, and that the node shows no
        // difference to.
        let given = try await world.ledger.noted(on: node)?.imageKey
        let showsSlots = evidence.bootedSlot != nil && system.bootedSlot != nil
        if given == run.state.pendingKey(of: step), showsSlots || !expectation.isSameVersion,
            expectation.mismatch(with: system, before: evidence) == nil
        {
            try await succeed(step, with: .done, in: &run)
        } else {
            let reason =
                "\(node) booted and does not prove that it runs the image of this step; "
                + "a boot lies in between."
            try await record(.stepCleared(step.index, reason: reason), in: &run)
        }
    }

    private enum Settled { case rebooted, untouched }

    /// Watches a node until it has rebooted, or has looked untouched for `patience`.
    private func settled(
        _ node: NodeName, before: String?, for patience: Duration, _ step: Step, _ run: Run
    ) async throws -> Settled {
        var untouchedSince: Duration?
        let result = try await wait(
            upTo: run.rollout.nodeTimeout + patience, forgiving: limits.mismatchPatience,
            step: step
        ) {
            let system = try await reachable(node)
            guard let system, system.bootID == before else {
                untouchedSince = nil
                return system == nil
                    ? Look<Settled>.notYet("\(node) does not answer.") : .found(.rebooted)
            }
            guard system.isRunning else {
                untouchedSince = nil
                return .notYet("\(node) is in stage \(system.stage).")
            }
            let since = untouchedSince ?? world.clock.now
            untouchedSince = since
            return world.clock.now - since >= patience
                ? .found(.untouched) : .notYet("\(node) shows no change yet.")
        }
        if case .found(let state) = result { return state }
        throw StepFailure(
            "\(node) did not come back after a step of unknown outcome.",
            hint: "Look at the node's console; the nodes after it were not touched.")
    }
}

extension RunState {
    /// What the ledger says of a node from the intent of this install on until it is proven.
    func pendingKey(of install: Step) -> String {
        PlanningInput.pendingKey(for: expectation(after: install)?.imageKey ?? "")
    }

    /// What the node of an install step must show afterwards.
    func expectation(after install: Step) -> NodeExpectation? {
        for step in plan.steps where step.index > install.index && step.node == install.node {
            if case .verify(let expectation) = step.action { return expectation }
        }
        return nil
    }
}
