import Git

/// What is asked of commits that the repository may have lost.
extension GitRepository {
    /// A commit; `nil` when the repository does not have it.
    func commitIfThere(_ id: CommitID) throws(GitError) -> Commit? {
        do {
            return try commit(id)
        } catch {
            guard error.kind == .commitMissing else { throw error }
            return nil
        }
    }

    /// Whether a commit is in the history of another; one that the repository lost is not.
    func contains(_ commit: CommitID, inHistoryOf other: CommitID) throws(GitError) -> Bool {
        do {
            return try isAncestor(commit, of: other)
        } catch {
            guard error.kind == .commitMissing else { throw error }
            return false
        }
    }

    /// How the history of `tip` stands to that of a commit; `nil` when the repository lost either.
    func relationIfThere(
        of known: CommitID, to tip: CommitID
    ) throws(GitError) -> HistoryRelation? {
        do {
            return try relation(of: known, to: tip)
        } catch {
            guard error.kind == .commitMissing else { throw error }
            return nil
        }
    }
}
