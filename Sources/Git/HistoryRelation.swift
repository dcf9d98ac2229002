/// How the histories of two commits stand to each other.
public enum HistoryRelation: Hashable, Sendable {
    /// The new commit is the known one, or contains it: so many commits came on top.
    case continues(added: Int)
    /// The known commit contains the new one: the branch went back by so many commits.
    case rewound(missing: Int)
    /// Both go on from a common commit.
    case diverged(mergeBase: CommitID, missing: Int, added: Int)
    /// They have no commit in common.
    case unrelated(missing: Int, added: Int)
}
