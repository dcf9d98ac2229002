public import ClusterModel

/// Where runs keep their journals.
public protocol Journal: Sendable {
    /// Every entry of the run, oldest first.
    func entries(of run: RunID) async throws -> [JournalEntry]

    /// Writes an entry; once this returns, the entry survives a power cut.
    func append(_ entry: JournalEntry, to run: RunID) async throws
}

/// Remembers across runs what nodes were given, and whether they have booted since.
public protocol InstallLedger: Sendable {
    /// What was noted last about a node; `nil` when nothing ever was.
    func noted(on node: NodeName) async throws -> InstallNote?

    /// Writes what the node is about to be given or was given; once this returns, it survives a
    /// power cut.
    ///
    /// The key is as in ``InstallNote/imageKey``. `bootID` is the one that the node has now, or
    /// `nil` when the install boots by itself or the node was proven.
    func note(imageKey: String, unbootedSince bootID: String?, on node: NodeName) async throws
}

/// What is remembered of the last install on a node.
public struct InstallNote: Hashable, Sendable {
    /// The image key of a node that was proven to run it, or `PlanningInput.pendingKey(for:)` from
    /// the intent of an install on; empty when nobody knows any more.
    public var imageKey: String

    /// The boot ID that the node had when a system was installed whose boot nobody has seen.
    ///
    /// While the node still has that boot ID, another install would overwrite the only system that
    /// is known to boot.
    public var unbootedSince: String?

    /// Creates a note.
    public init(imageKey: String, unbootedSince: String? = nil) {
        self.imageKey = imageKey
        self.unbootedSince = unbootedSince
    }
}

/// Runs the stages of the operator's own procedure.
public protocol StageRunner: Sendable {
    /// Runs a stage in the run's checkout of the target commit.
    ///
    /// Throws ``StageError``. A stage that would destroy or replace machines halts before it is
    /// applied.
    func run(
        _ stage: Stage, mode: StageMode, in run: RunContext,
        output: @escaping @Sendable (String) -> Void
    ) async throws -> StageReport

    /// Looks at a stage that a crash interrupted: whether its units still have something to apply.
    func isApplied(_ stage: Stage, in run: RunContext) async throws -> Bool

    /// Reads an output of a unit, such as the installer reference.
    func value(of output: UnitOutput, in run: RunContext) async throws -> String
}

/// What a stage runner must know of the run.
public struct RunContext: Hashable, Sendable {
    /// The run.
    public var run: RunID

    /// The cluster.
    public var cluster: ClusterName

    /// The commit to check out.
    public var revision: Revision

    /// Tells the run from another one of the same number, as when a journal was lost; letters and
    /// digits, or empty.
    public var stamp: String

    /// Creates a context.
    public init(run: RunID, cluster: ClusterName, revision: Revision, stamp: String = "") {
        self.run = run
        self.cluster = cluster
        self.revision = revision
        self.stamp = stamp
    }
}

/// What a stage did.
public struct StageReport: Hashable, Sendable, Codable {
    /// One sentence a unit, such as `images/1-build: 2 added, 1 changed, 0 destroyed`.
    public var units: [String]

    /// Creates a report.
    public init(units: [String]) { self.units = units }
}

/// A stage that did not succeed.
public struct StageError: ExplainedError, Hashable {
    /// What happened, in one sentence with the stage and the unit in it.
    public var message: String

    /// What to do next.
    public var hint: String

    /// Whether time can help, as with a state lock that somebody holds.
    public var disposition: Disposition

    /// Creates an error.
    public init(_ message: String, hint: String, disposition: Disposition = .stalled) {
        self.message = message
        self.hint = hint
        self.disposition = disposition
    }

    /// The message.
    public var description: String { message }
}

/// The time that a run lives in; jumps in a simulation.
public protocol RunClock: Sendable {
    /// Time since an arbitrary origin, never going back while the process lives.
    var now: Duration { get }

    /// Returns after `duration`, or throws when the task is cancelled.
    func sleep(for duration: Duration) async throws
}

/// Receives what a run has to tell, in order.
public protocol RunObserver: Sendable {
    /// Takes one event; must not block.
    func record(_ event: RunEvent)
}

/// Says between two steps whether the run should go on.
public protocol RunSupervisor: Sendable {
    /// What was asked of the run meanwhile.
    ///
    /// Throws when nobody can say; the run then ends its process's work on it, and stays open.
    func request(for run: RunID) async throws -> RunRequest
}

/// What can be asked of a run; it is honoured once no node is in flight.
public enum RunRequest: Hashable, Sendable {
    /// Go on.
    case proceed

    /// A newer commit is to be reconciled instead.
    case supersede(by: Revision)

    /// The run is to end.
    case stop(RunStop)

    /// The process is asked to end; the run stays open and continues at the next start.
    case pause
}
