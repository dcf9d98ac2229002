/// A branch whose newest commit does not contain the commit that a cluster was brought to.
///
/// It is held: nothing is done to the cluster until a person accepts the new history, or until the
/// branch contains the reconciled commit again.
public struct Rewrite: Hashable, Sendable {
    /// How the new history stands to the old one; the words are a contract (behaviour page, 10).
    public enum Relation: String, Hashable, Sendable, Codable, CaseIterable {
        /// The branch was moved back: its tip is an ancestor of the reconciled commit.
        case rewound
        /// Both go on from a common commit.
        case diverged
        /// They have no commit in common.
        case unrelated
        /// The repository does not have the reconciled commit any more, so nobody can compare.
        case lost
    }

    /// The commit that the cluster was brought to.
    public var reconciled: Revision
    /// The newest commit of the branch.
    public var tip: Revision
    /// How they stand to each other.
    public var relation: Relation
    /// The newest commit that both histories have; `nil` when there is none, or nobody can tell.
    public var mergeBase: Revision?
    /// How many commits of the reconciled history the new one lacks; `nil` when nobody can tell.
    public var missing: Int?
    /// How many commits the new history has that the reconciled one lacks, where that is known.
    public var added: Int?
    /// Since when this tip is held, in seconds since 1970.
    public var since: Double

    /// Creates a rewrite.
    public init(
        from reconciled: Revision, to tip: Revision, relation: Relation,
        mergeBase: Revision? = nil, missing: Int? = nil, added: Int? = nil, since: Double
    ) {
        self.reconciled = reconciled
        self.tip = tip
        self.relation = relation
        self.mergeBase = mergeBase
        self.missing = missing
        self.added = added
        self.since = since
    }

    /// The stable name of the reason why the cluster is left as it is.
    public var rule: String { "history_\(relation.rawValue)" }
}

/// A rewrite that a person accepted.
public struct AcceptedRewrite: Hashable, Sendable {
    /// The cluster that follows the new history.
    public var cluster: ClusterName
    /// What was accepted.
    public var rewrite: Rewrite
    /// Who accepted it, as the caller told.
    public var by: String
    /// When, in seconds since 1970.
    public var time: Double

    /// Creates an accepted rewrite.
    public init(cluster: ClusterName, rewrite: Rewrite, by: String, time: Double) {
        self.cluster = cluster
        self.rewrite = rewrite
        self.by = by
        self.time = time
    }
}
