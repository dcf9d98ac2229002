public import ClusterModel

/// A commit and what it says the cluster should be.
public struct RevisionState: Hashable, Sendable, Codable {
    /// The commit.
    public var revision: Revision

    /// What it says; `nil` when the cluster's files do not exist in it.
    public var desired: DesiredState?

    /// Creates a pair.
    public init(revision: Revision, desired: DesiredState?) {
        self.revision = revision
        self.desired = desired
    }
}

/// Everything that a decision depends on; a decision reads nothing else.
public struct PlanningInput: Sendable {
    /// The cluster and its policies, as the target commit defines them.
    public var definition: ClusterDefinition

    /// What the cluster was last reconciled to; `nil` when nobody reconciled it before.
    public var base: RevisionState?

    /// The commit to reconcile to.
    public var target: RevisionState

    /// The commit that a run began to reconcile and did not finish; `nil` when there is none.
    ///
    /// What that run did may still be on the cluster: a revert must take it back even where the
    /// revert's values equal those of ``base``.
    public var attempted: RevisionState?

    /// Earlier first-parent commits, newest first, without the target; to recognise reverts.
    public var history: [RevisionState]

    /// What the cluster is; `nil` for a plan without a cluster, which assumes the base.
    public var observed: ObservedState?

    /// Installer references that earlier runs built and recorded, by ``DesiredState/imageKey``.
    public var builtInstallers: [String: String]

    /// The ``DesiredState/imageKey`` of the image that each node was last proven to run, or
    /// ``pendingKey(for:)`` from the intent of an install on; nodes never given one are absent.
    public var installedKeys: [NodeName: String]

    /// The node that the agent itself runs on, taken last of its role.
    public var ownNode: NodeName?

    /// The paths of the target's submodules, which are empty folders where stages run.
    public var submodules: [String] = []

    /// Which releases support which.
    public var support: SupportTable

    /// Creates an input.
    public init(
        definition: ClusterDefinition, base: RevisionState?, target: RevisionState,
        attempted: RevisionState? = nil, history: [RevisionState] = [],
        observed: ObservedState? = nil,
        builtInstallers: [String: String] = [:], installedKeys: [NodeName: String] = [:],
        ownNode: NodeName? = nil, support: SupportTable = .published
    ) {
        self.definition = definition
        self.base = base
        self.target = target
        self.attempted = attempted
        self.history = history
        self.observed = observed
        self.builtInstallers = builtInstallers
        self.installedKeys = installedKeys
        self.ownNode = ownNode
        self.support = support
    }

    /// The key of a node that was about to be given an image, and was not proven to run it since.
    ///
    /// It equals the key of no image: whatever is wanted, the node counts as running another one.
    public static func pendingKey(for imageKey: String) -> String { "pending:\(imageKey)" }
}
