import ClusterModel
import Execution
import Planning
import Reporting
import RunStore

extension AgentLoop {
    /// Ends the run of a cluster for good.
    func cancel(_ request: ControlRequest, by caller: ControlCaller) async throws -> ControlReply {
        let name = try await cluster(named: request.cluster)
        let named = try await world.store.openRun(of: name)
        if let wanted = request.run, named?.id.description != wanted {
            throw try await noRun(of: name, "Run \(wanted) is not under way.")
        }
        // First, so that no run of a plan begins that needs one.
        let withdrawn = try await world.store.endApprovals(for: name)
        let run = request.run == nil ? try await world.store.openRun(of: name) : named
        guard let run,
            try await world.store.order(
                .cancel, of: run.id, by: caller.description, at: wallClock())
        else {
            if withdrawn > 0 { return try await withdraw(name, caller) }
            throw try await noRun(of: name, "No run of \(name) is under way.")
        }
        let message = "Run \(run.id) is cancelled by \(caller)."
        tell(.notice, .cancelled, message, cluster: name)
        let short = run.plan.target.short
        return ControlReply(
            "\(message) \(try await world.store.ending(of: run)) Commit \(short) then counts as "
                + "halted: it is not tried again until there is another commit, or `uprev reconcile "
                + "\(name) --retry`.", clusters: try await status(of: [name]))
    }

    /// The refusal to cancel a run that is not under way, with what became of the last one.
    private func noRun(of name: ClusterName, _ sentence: String) async throws -> ControlError {
        var sentence = sentence
        if let last = try await world.store.lastRun(of: name) {
            sentence +=
                last.outcome.map { " The last one, \(last.id), has ended: \($0)." }
                ?? " It is \(last.id) that is."
        }
        return ControlError(sentence, hint: "`uprev suspend` keeps new ones from beginning.")
    }

    private func withdraw(
        _ name: ClusterName, _ caller: ControlCaller
    ) async throws -> ControlReply {
        let message = "The approval for \(name) is taken back by \(caller)."
        tell(.notice, .cancelled, message, cluster: name)
        return ControlReply(message, clusters: try await status(of: [name]))
    }

    /// Lets the commit whose run halted be planned for once more; returns a sentence that says so.
    func permitRetry(of name: ClusterName, by caller: ControlCaller) async throws -> String {
        guard let run = try await world.store.lastRun(of: name),
            RunWord.halting.contains(run.outcome ?? ""),
            try await world.store.order(.retry, of: run.id, by: caller.description, at: wallClock())
        else {
            throw ControlError(
                "The last run of \(name) did not halt, so there is nothing to try again.",
                hint: "`uprev status` says what is waited for.")
        }
        let message =
            "Commit \(run.plan.target.short), whose run \(run.id) ended early, is tried "
            + "once more, says \(caller)."
        tell(.notice, .resumed, message, cluster: name)
        return message
    }
}

extension RunStore {
    /// Says when a run that is to end does.
    func ending(of run: StoredRun) async throws -> String {
        let state = try RunState(of: run.plan, replaying: try await entries(of: run.id))
        let begun = state.isBetweenSteps ? nil : state.currentStep
        if let node = state.nodeInFlight ?? begun?.node {
            return "Run \(run.id) ends when \(node) is booted, proven and uncordoned."
        }
        guard let begun else { return "Run \(run.id) ends before its next step." }
        return "Run \(run.id) ends after the step under way (\(begun.action.kind))."
    }
}
