public import ClusterModel

/// One line of the reconcile log, as it is written to the log stream and to the journal alike.
public struct LogRecord: Hashable, Sendable, Codable {
    /// Who must act on a line.
    public enum Level: String, Hashable, Sendable, Codable, CaseIterable {
        /// For the people who build uprev.
        case debug
        /// What happens meanwhile.
        case info
        /// A step began or ended.
        case notice
        /// It will be tried again.
        case warning
        /// A person must act.
        case error
    }

    /// What the line is about; the names are a contract (behaviour page, section 10).
    public enum Event: String, Hashable, Sendable, Codable, CaseIterable {
        /// A new tip was seen.
        case revisionSeen = "revision_seen"
        /// The path of a commit was decided.
        case decided
        /// A commit is refused.
        case refused
        /// The world has to change first.
        case waiting
        /// A plan was made.
        case planMade = "plan_made"
        /// A plan was approved.
        case approved
        /// A run began.
        case runStarted = "run_started"
        /// A step began.
        case stepStarted = "step_started"
        /// Output, or what is waited for.
        case progress
        /// A step is done.
        case stepDone = "step_done"
        /// A node is proven.
        case nodeProven = "node_proven"
        /// A run reached its desired state.
        case runDone = "run_done"
        /// A run halted.
        case runFailed = "run_failed"
        /// A newer commit took over.
        case superseded
        /// A run that took earlier values back is done.
        case rolledBack = "rolled_back"
        /// A node differs from what is committed.
        case staleFound = "stale_found"
        /// Rewritten history is held.
        case rewriteHeld = "rewrite_held"
        /// Rewritten history was accepted by a person.
        case rewriteAccepted = "rewrite_accepted"
        /// History contains the reconciled commit again.
        case rewriteCleared = "rewrite_cleared"
        /// Reconciling is suspended.
        case suspended
        /// Reconciling goes on.
        case resumed
        /// A run was ended by hand.
        case cancelled
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    public var time: Double
    /// Who must act.
    public var level: Level
    /// What it is about.
    public var event: Event
    /// The cluster, when it is about one.
    public var cluster: ClusterName?
    /// The commit, when it is about one.
    public var revision: Revision?
    /// The run, when it is about one.
    public var run: RunID?
    /// The step's index, when it is about one.
    public var step: Int?
    /// How many steps the run's plan has.
    public var steps: Int?
    /// The node, when it is about one.
    public var node: NodeName?
    /// One sentence.
    public var message: String
    /// Further facts by name, such as `hint`, `path` or `digest`.
    public var fields: [String: String]

    /// The most bytes of a message, of a field and of a reason in status: a plan of hundreds of
    /// steps fits, and a line that somebody made endless is cut.
    public static let longestText = 16 << 10

    /// Creates a record, and shortens what is too long in it.
    public init(
        time: Double, level: Level, event: Event, cluster: ClusterName? = nil,
        revision: Revision? = nil, run: RunID? = nil, step: Int? = nil, steps: Int? = nil,
        node: NodeName? = nil, message: String, fields: [String: String] = [:]
    ) {
        self.time = time
        self.level = level
        self.event = event
        self.cluster = cluster
        self.revision = revision
        self.run = run
        self.step = step
        self.steps = steps
        self.node = node
        self.message = message.shortened(to: Self.longestText)
        self.fields = fields.mapValues { $0.shortened(to: Self.longestText) }
    }
}
