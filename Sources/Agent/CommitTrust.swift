import ClusterModel
import Git
import RunStore

/// Holds commits against the signers that the agent's settings name, before they are read.
struct CommitTrust: Sendable {
    /// `nil` when no signers are named: then every commit is taken.
    let policy: SignaturePolicy?
    let store: RunStore

    /// Verifies every commit since the reconciled one of the cluster, up to `commit`, and returns
    /// who signed `commit`, when it is one of them.
    ///
    /// For a cluster that was never reconciled, or for none, every commit counts that no cluster was
    /// brought to. At a first start, when there is no such commit, only `commit` itself is verified,
    /// and from then on all that come after it. Throws ``UntrustedCommit``, and `GitError`.
    @discardableResult
    func verify(
        _ commit: CommitID, for cluster: ClusterName?, in repository: GitRepository
    ) async throws -> Signer? {
        guard let policy else { return nil }
        let records = try await store.clusters()
        do {
            guard let trusted = try await trusted(for: cluster, of: records, in: repository) else {
                let verified = try await policy.verify(commit, in: repository)
                try await store.remember(trustStart: revision(commit))
                return verified.signer
            }
            let verified = try await policy.verify(from: trusted, to: commit, in: repository)
            if let signer = verified.last(where: { $0.id == commit })?.signer { return signer }
            // Nothing is new in a branch that was moved back, but what it is at now may never have
            // been looked at: only what a cluster was brought to needs no signature any more.
            guard !records.contains(where: { $0.reconciled == revision(commit) }) else {
                return nil
            }
            return try await policy.verify(commit, in: repository).signer
        } catch let error as SignatureError {
            if let cause = error.cause { throw cause }
            throw UntrustedCommit(error: error)
        }
    }

    /// The commits whose history is trusted; `nil` when nothing was ever verified or reconciled.
    private func trusted(
        for cluster: ClusterName?, of records: [ClusterRecord], in repository: GitRepository
    ) async throws -> [CommitID]? {
        let own = records.first { $0.name == cluster }?.reconciled
        let reconciled = (own.map { [$0] } ?? records.compactMap(\.reconciled))
            .compactMap { CommitID($0.hash) }
        guard let start = try await store.trustStart().flatMap({ CommitID($0.hash) }) else {
            return reconciled.isEmpty ? nil : reconciled
        }
        do throws(GitError) {
            // The start was itself verified, and is again while nothing newer is reconciled.
            return reconciled + (try await repository.commit(start).parents)
        } catch {
            guard error.kind == .commitMissing else { throw error }
            return reconciled
        }
    }
}

/// A commit that is not acted on, since its signature or that of one before it is not good.
struct UntrustedCommit: ExplainedError {
    let error: SignatureError

    var description: String { error.description }
    var hint: String { error.hint }
    var disposition: Disposition { error.disposition == .stalled ? .stalled : .waiting }

    /// The fields of a log line about it.
    var fields: [String: String] {
        var fields = ["rule": error.rule.rawValue]
        fields["commit"] = error.commit?.description
        return fields
    }
}
