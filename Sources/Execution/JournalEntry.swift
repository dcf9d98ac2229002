public import ClusterModel

/// One entry of a run's journal: an intent that is written before the act, or an outcome.
public enum JournalEntry: Hashable, Sendable, Codable {
    /// The run of the plan with this digest begins.
    case runStarted(planDigest: String)

    /// The step is about to be performed; the evidence is what the node showed right before.
    case stepStarted(Int, Evidence)

    /// The step was looked at after a crash, and has not happened: it may be performed.
    case stepCleared(Int, reason: String)

    /// It cannot be told whether the step's install happened: the node is about to be booted to
    /// find out, since a boot makes a second install safe.
    case bootToResolve(Int)

    /// The step is done.
    case stepDone(Int, StepResult)

    /// The step failed; nothing after it is done.
    case stepFailed(Int, Failure)

    /// A newer commit takes over; written when no node is in flight.
    case superseded(by: Revision)

    /// Somebody ended the run; written when no node is in flight.
    case stopped(RunStop)

    /// The run reached the desired state.
    case runDone
}

/// Why somebody ended a run.
public enum RunStop: String, Hashable, Sendable, Codable {
    /// The cluster is to be left alone for a time; then it is planned for anew.
    case suspended

    /// The run itself is not wanted any more.
    case cancelled
}

/// What a node showed right before a step acted on it.
public struct Evidence: Hashable, Sendable, Codable {
    /// The boot ID.
    public var bootID: String?

    /// The booted slot.
    public var bootedSlot: String?

    /// Creates evidence; none for a step that is not about a node.
    public init(bootID: String? = nil, bootedSlot: String? = nil) {
        self.bootID = bootID
        self.bootedSlot = bootedSlot
    }
}

/// What a step brought to light that later steps need.
public enum StepResult: Hashable, Sendable, Codable {
    /// Nothing but that it is done.
    case done

    /// The installer reference that a unit's output named.
    case installer(UnitOutput, reference: String)

    /// The snapshot that was taken.
    case snapshot(SnapshotReceipt)
}

/// Why a step failed.
public struct Failure: Hashable, Sendable, Codable {
    /// What happened, in one sentence.
    public var message: String

    /// What to do next.
    public var hint: String

    /// Whether time can help.
    public var disposition: Disposition

    /// Creates a failure.
    public init(_ message: String, hint: String, disposition: Disposition = .stalled) {
        self.message = message
        self.hint = hint
        self.disposition = disposition
    }
}
