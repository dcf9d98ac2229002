import ClusterModel
import Planning

extension Runner {
    /// What the step's node shows right before an install, to hold against what it shows later.
    ///
    /// None for other steps: before a reboot the node may be down already, since an install can
    /// reboot it by itself.
    func evidence(before step: Step) async throws -> Evidence {
        guard let node = step.node, case .install = step.action else { return Evidence() }
        let result = try await wait(upTo: limits.callTimeout, step: step) {
            Look.found(try await world.talos.system(of: node))
        }
        switch result {
        case .found(let system):
            return Evidence(bootID: system.bootID, bootedSlot: system.bootedSlot)
        case .timedOut(let reason):
            throw StepFailure(
                "\(node) cannot be looked at before step \(step.index): \(reason)",
                hint: "Bring the node's Talos API back; the agent tries again.",
                disposition: .waiting)
        }
    }

    /// Acts, and returns when the step is done.
    ///
    /// Throws ``StepFailure`` when it definitely is not, and ``StepInDoubt`` when nobody can say.
    func act(_ step: Step, in run: Run) async throws -> StepResult {
        switch (step.action, step.node) {
        case (.stage(let kind, let mode), _):
            return try await runStage(kind, mode, step: step, in: run)
        case (.etcdSnapshot(let label), _):
            return try await takeSnapshot(label, step: step, in: run)
        case (.kubernetes(_, let version, let method), _):
            return try await upgradeKubernetes(to: version, method, step: step)
        case (.drain, let node?):
            try await drain(node, step: step, in: run)
        case (.install(let reference, let interface), let node?):
            try await install(reference, interface, on: node, step: step, in: run)
        case (.reboot(let interface, let mode), let node?):
            try await reboot(node, interface, mode, step: step, in: run)
        case (.verify(let expectation), let node?):
            try await verify(node, expectation, step: step, in: run)
        case (.uncordon, let node?):
            try await uncordon(node, step: step)
        case (.soak(let duration), let node?):
            try await soak(node, for: duration, step: step, in: run)
        case (.imagesCheck, _), (_, nil):
            throw StepFailure(
                "Step \(step.index) (\(step.action.kind)) cannot be run by this version.",
                hint: "Plan again with the version that runs.")
        }
        return .done
    }

    private func runStage(
        _ kind: StageKind, _ mode: StageMode, step: Step, in run: Run
    ) async throws -> StepResult {
        guard let stage = run.definition.stages[kind] else {
            throw StepFailure(
                "The plan runs the stage \(kind.rawValue), which uprev.hcl does not define.",
                hint: "Add the stage block and commit it.")
        }
        do {
            let report = try await world.stages.run(stage, mode: mode, in: run.context) { line in
                announce(.progress, step, line)
            }
            for unit in report.units { announce(.progress, step, unit) }
            return try await result(of: kind, in: run)
        } catch let error as StageError {
            throw StepFailure(error)
        }
    }

    /// Reads the installer reference that later steps of the plan need from the stage's output.
    func result(of kind: StageKind, in run: Run) async throws -> StepResult {
        guard kind == .images, let output = run.state.neededOutput else { return .done }
        do {
            let reference = try await world.stages.value(of: output, in: run.context)
            return .installer(output, reference: reference)
        } catch let error as StageError {
            throw StepFailure(error)
        }
    }

    private func takeSnapshot(
        _ label: String, step: Step, in run: Run
    ) async throws -> StepResult {
        let path = world.snapshotPath(run.id, "\(label)-\(run.state.attempts)")
        do {
            let receipt = try await world.talos.snapshotEtcd(to: path)
            announce(.progress, step, "Kept \(receipt.bytes) bytes in \(receipt.path).")
            return .snapshot(receipt)
        } catch let error as ClusterError {
            // Only on the way back is a snapshot planned without a gate: there nothing may hold the
            // nodes up that are to be healed.
            guard step.gates.isEmpty else { throw StepFailure(error) }
            announce(.progress, step, "No snapshot was taken: \(error.message) Going on without.")
            return .done
        }
    }

    private func upgradeKubernetes(
        to version: Version, _ method: KubernetesMethod, step: Step
    ) async throws -> StepResult {
        do {
            try await world.upgrader.upgrade(to: version, method: method) { line in
                announce(.progress, step, line)
            }
            return .done
        } catch let error as ClusterError {
            // Tried again by itself only where nobody answered: an upgrade that failed needs a look.
            let disposition = error.kind == .unreachable ? Disposition.waiting : .stalled
            throw StepFailure(error.message, hint: error.hint, disposition: disposition)
        }
    }
}

extension RunState {
    /// Whether the snapshot that the plan takes last before `step` was taken.
    ///
    /// Each minor hop has its own: one from before an earlier hop would take that hop back too.
    func hasSnapshot(for step: Step) -> Bool {
        let wanted = plan.steps.last { other in
            guard case .etcdSnapshot = other.action else { return false }
            return other.index < step.index
        }
        return wanted != nil && wanted?.index == snapshotStep
    }

    /// The unit's output that a later install of this plan takes its image from.
    var neededOutput: UnitOutput? {
        for step in plan.steps {
            if case .install(.output(let output), _) = step.action { return output }
        }
        return nil
    }
}
