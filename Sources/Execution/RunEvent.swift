public import ClusterModel
public import Planning

/// The identity of a run: the cluster, and a number that counts its runs.
public struct RunID: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The cluster.
    public let cluster: ClusterName

    /// The number, from 1.
    public let number: Int

    /// Creates an identity.
    public init(cluster: ClusterName, number: Int) {
        self.cluster = cluster
        self.number = number
    }

    /// Such as `sol-12`.
    public var description: String { "\(cluster)-\(number)" }
}

/// Something that a run has to tell.
public struct RunEvent: Hashable, Sendable {
    /// What happened.
    public enum Kind: Hashable, Sendable {
        /// The run began, or continues after a restart.
        case runStarted(resumed: Bool)
        /// A step began.
        case stepStarted
        /// A step that a crash left in doubt is looked at.
        case stepProbed
        /// A line of output, or what is waited for.
        case progress
        /// A step is done.
        case stepDone
        /// A node has shown everything that was expected of it.
        case nodeProven
        /// The run reached the desired state.
        case runDone
        /// The run halted.
        case runFailed(hint: String)
        /// A newer commit takes over.
        case superseded(by: Revision)
        /// Somebody ended the run.
        case stopped(RunStop)
        /// The run stops with the process and continues at the next start.
        case paused
    }

    /// What happened.
    public var kind: Kind

    /// The step, when it is about one.
    public var step: Step?

    /// One sentence.
    public var message: String

    /// Creates an event.
    public init(_ kind: Kind, step: Step? = nil, _ message: String) {
        self.kind = kind
        self.step = step
        self.message = message
    }
}
