import ClusterModel
import Git
import Planning

extension Deciding {
    /// The states at commits before the target, newest first, with that of the base at its place.
    ///
    /// A base that changed no input of the cluster, or that the branch does not have any more, is
    /// not among the states that are found. It has to be, since what stands before it counts as
    /// newer than what the cluster was brought to.
    func history(
        of cluster: ClusterContents, before target: CommitID, with base: RevisionState?
    ) async throws -> [RevisionState] {
        let states = try await pastStates(of: cluster, before: target)
        guard let base, let commit = CommitID(base.revision.hash),
            !states.contains(where: { $0.revision == base.revision })
        else { return states }
        let line = try await reading.repository.firstParentHistory(
            from: commit, to: target, limit: Self.historyLimit)
        let newer = Set(line.map { revision($0.id) })
        let place = states.firstIndex { !newer.contains($0.revision) } ?? states.endIndex
        return states[..<place] + [base] + states[place...]
    }
}
