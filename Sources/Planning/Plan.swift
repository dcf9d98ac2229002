public import ClusterModel

/// A complete plan: running it leaves no choices.
///
/// A plan is immutable. A new revision never edits a plan; it supersedes the run.
public struct Plan: Hashable, Sendable, Codable {
    /// The cluster it is for.
    public let cluster: ClusterName

    /// The commit that the cluster was last reconciled to; `nil` when it never was.
    public let base: Revision?

    /// The commit to reconcile to.
    public let target: Revision

    /// The strongest path.
    public let path: UpgradePath

    /// The desired state to reach.
    public let desired: DesiredState

    /// The steps, in order.
    public let steps: [Step]

    /// The index of the step after which a revert is no longer complete; `nil` when there is none.
    public let pointOfNoReturn: Int?

    /// The kinds of approval the plan waits for, sorted.
    public let approvals: [ApprovalKind]

    /// Identifies the plan in the journal: a hash over everything above but the sentences of steps.
    public let digest: String

    /// What a person approves: a hash over desired values, destructive steps and affected nodes,
    /// which leaves out health, times and finished steps.
    public let approvalDigest: String
}

/// What is to be done about the difference between two commits, or why nothing is.
public struct Decision: Hashable, Sendable {
    /// What follows from the decision.
    public enum Verdict: String, Hashable, Sendable, Codable {
        /// Nothing has to be done.
        case nothing
        /// The plan can run.
        case run
        /// The plan waits for the world or for an approval.
        case waits
        /// The commit is refused.
        case refused
    }

    /// The cluster it is for.
    public var cluster: ClusterName

    /// What follows.
    public var verdict: Verdict

    /// Every path that the change requires, strongest first; empty when nothing changed.
    public var paths: [UpgradePath]

    /// Whether versions rise, fall or stay.
    public var direction: Direction

    /// The differences, in a fixed order.
    public var changes: [Change]

    /// Whether images are built.
    public var images: Bool

    /// Whether machines are destroyed.
    public var destroys: Bool

    /// Whether the plan takes the cluster back to a state that worked.
    ///
    /// That is a rollback, a revert or a repair, and no window, promotion, settling or snapshot
    /// holds it back.
    public var isUrgent: Bool

    /// The commit whose change this undoes.
    public var reverts: Revision?

    /// The reasons to leave the cluster as it is; empty unless refused or waiting.
    public var refusals: [Refusal]

    /// What a person should know.
    public var warnings: [PlanWarning]

    /// The plan; `nil` when nothing is to be done or the commit is refused.
    public var plan: Plan?

    /// The strongest path.
    public var path: UpgradePath { paths.first ?? .none }
}
