import ClusterModel
import Planning

extension Runner {
    func announce(_ kind: RunEvent.Kind, _ step: Step?, _ message: String) {
        world.observer.record(RunEvent(kind, step: step, message))
    }

    func announce(_ outcome: RunOutcome) {
        switch outcome {
        case .succeeded:
            announce(.runDone, nil, "Every step is done; the cluster is at the committed state.")
        case .halted(let step, let failure):
            announce(.runFailed(hint: failure.hint), step, failure.message)
        case .superseded(let revision):
            let message = "Commit \(revision.short) takes over; no node is in flight."
            announce(.superseded(by: revision), nil, message)
        case .stopped(.suspended):
            let message = "The run ends here, since the cluster is suspended; no node is in flight."
            announce(.stopped(.suspended), nil, message)
        case .stopped(.cancelled):
            let message = "The run ends here, since it was cancelled; no node is in flight."
            announce(.stopped(.cancelled), nil, message)
        case .paused:
            announce(.paused, nil, "The agent stops; the run continues at its next start.")
        }
    }

    func startMessage(_ plan: Plan, _ entries: [JournalEntry]) -> String {
        entries.isEmpty
            ? "Running \(plan.steps.count) steps to \(plan.target.short)."
            : "Continuing the run to \(plan.target.short) from its journal."
    }

    func tooManyAttempts(_ step: Step) -> StepFailure {
        StepFailure(
            "Step \(step.index) was begun \(limits.attempts) times and never ended.",
            hint: "Look at the log lines before this one and mend the cause, or revert.")
    }
}
