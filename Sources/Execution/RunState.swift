public import ClusterModel
public import Planning

/// A run's state, and the only place that decides what a run does next.
///
/// It is a value: it performs nothing and waits for nothing. ``Runner`` asks it for an ``Action``,
/// performs that action, and hands back what happened as a ``JournalEntry``. Replaying the entries
/// of a journal gives the state that the process had when it wrote the last one.
public struct RunState: Hashable, Sendable {
    /// What the runner must do next.
    public enum Action: Hashable, Sendable {
        /// Record that the run begins.
        case start

        /// Check the step's gates, record the intent, then act.
        case perform(Step)

        /// The step was begun and nobody can say how it went: look before acting again.
        case probe(Step, Evidence)

        /// A boot that settles a doubt was begun: wait for it, then look.
        case resolve(Step, Evidence)

        /// Record that every step is done.
        case complete

        /// Nothing is left to do.
        case finish(RunOutcome)
    }

    private enum Status: Hashable, Sendable {
        case notStarted
        case pending
        case started(Evidence)
        case resolving(Evidence)
        case ended(RunOutcome)
    }

    /// The plan that is run.
    public let plan: Plan

    /// How many steps are done.
    public private(set) var completedSteps = 0

    /// How often the current step was begun.
    public private(set) var attempts = 0

    /// Installer references that stages named, by the output that they come from.
    public private(set) var installers: [UnitOutput: String] = [:]

    /// The snapshots taken in this run, oldest first.
    public private(set) var snapshots: [SnapshotReceipt] = []

    /// The index of the step that took the latest snapshot.
    public private(set) var snapshotStep: Int?

    private var installEvidence: [NodeName: Evidence] = [:]
    private var status = Status.notStarted

    /// Rebuilds the state of a run of `plan` by replaying the entries that its journal holds.
    public init(of plan: Plan, replaying entries: [JournalEntry] = []) throws(ReplayError) {
        self.plan = plan
        for entry in entries { try apply(entry) }
    }

    /// The step that is next or under way; `nil` after the last.
    public var currentStep: Step? {
        completedSteps < plan.steps.count ? plan.steps[completedSteps] : nil
    }

    /// Whether the current step is neither under way nor in doubt.
    public var isBetweenSteps: Bool { status == .pending }

    /// The node that is between its drain and the end of its turn; `nil` between two nodes.
    ///
    /// A run may only be superseded or stopped while this is `nil`, so that no node is left half way.
    public var nodeInFlight: NodeName? {
        guard completedSteps > 0, let step = currentStep, let node = step.node else { return nil }
        if case .drain = step.action { return nil }
        return plan.steps[completedSteps - 1].node == node ? node : nil
    }

    /// The drain that was begun and has not ended; its node may carry uprev's cordon already.
    ///
    /// A run that ends here gives the node back first.
    public var begunDrain: Step? {
        guard attempts > 0, let step = currentStep, case .drain = step.action else { return nil }
        return step
    }

    /// What `node` showed right before its system was installed since it was drained last.
    public func evidence(beforeInstallOn node: NodeName) -> Evidence? { installEvidence[node] }

    /// The one action that is right in this state.
    public var nextAction: Action {
        switch status {
        case .notStarted: return .start
        case .ended(let outcome): return .finish(outcome)
        case .pending, .started, .resolving: break
        }
        guard let step = currentStep else { return .complete }
        return switch status {
        case .started(let evidence): .probe(step, evidence)
        case .resolving(let evidence): .resolve(step, evidence)
        default: .perform(step)
        }
    }

    /// Moves to the state that follows from `entry`, which must be legal here.
    public mutating func apply(_ entry: JournalEntry) throws(ReplayError) {
        switch (status, entry) {
        case (.notStarted, .runStarted(plan.digest)):
            status = .pending
        case (.pending, .stepStarted(currentIndex, let evidence)):
            begin(with: evidence)
        case (.started, .stepCleared(currentIndex, _)), (.resolving, .stepCleared(currentIndex, _)):
            status = .pending
        case (.started(let evidence), .bootToResolve(currentIndex)):
            status = .resolving(evidence)
        case (.started, .stepDone(currentIndex, let result)),
            (.resolving, .stepDone(currentIndex, let result)):
            finish(with: result)
        case (.pending, .stepFailed(currentIndex, let failure)),
            (.started, .stepFailed(currentIndex, let failure)),
            (.resolving, .stepFailed(currentIndex, let failure)):
            fail(failure)
        case (.pending, .superseded(let revision)) where nodeInFlight == nil:
            status = .ended(.superseded(by: revision))
        case (.pending, .stopped(let stop)) where nodeInFlight == nil:
            status = .ended(.stopped(stop))
        case (.pending, .runDone) where currentStep == nil:
            status = .ended(.succeeded)
        default:
            throw ReplayError(entry: entry, completedSteps: completedSteps)
        }
    }

    private var currentIndex: Int { currentStep?.index ?? 0 }

    private mutating func begin(with evidence: Evidence) {
        attempts += 1
        status = .started(evidence)
        guard let step = currentStep, let node = step.node else { return }
        switch step.action {
        case .drain: installEvidence[node] = nil
        case .install: installEvidence[node] = evidence
        default: break
        }
    }

    private mutating func finish(with result: StepResult) {
        switch result {
        case .done: break
        case .installer(let output, let reference): installers[output] = reference
        case .snapshot(let receipt):
            snapshots.append(receipt)
            snapshotStep = currentStep?.index
        }
        completedSteps += 1
        attempts = 0
        status = .pending
    }

    private mutating func fail(_ failure: Failure) {
        guard let step = currentStep else { return }
        status = .ended(.halted(at: step, failure))
    }
}

/// How a run ends.
public enum RunOutcome: Hashable, Sendable {
    /// Every step is done.
    case succeeded

    /// A step failed; the steps after it were not taken.
    case halted(at: Step, Failure)

    /// A newer commit takes over.
    case superseded(by: Revision)

    /// Somebody ended the run.
    case stopped(RunStop)

    /// The process ends; the run is still open and continues at the next start.
    case paused
}

/// A journal that does not fit the plan it belongs to.
public struct ReplayError: ExplainedError, Hashable {
    /// The entry that is not legal.
    public let entry: JournalEntry

    /// How many steps were done before it.
    public let completedSteps: Int

    /// What does not fit, in one sentence.
    public var description: String {
        "The journal holds the entry \(entry) after \(completedSteps) completed steps, "
            + "which no run of its plan can write."
    }

    /// What to do next.
    public var hint: String {
        "The journal is damaged or belongs to another plan; keep a copy, move it aside and let "
            + "the agent plan anew from what the nodes show."
    }

    /// A damaged journal needs a person.
    public var disposition: Disposition { .stalled }
}
