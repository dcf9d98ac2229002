import ClusterModel
import Git
import Infrastructure
import Planning
import Reporting

/// Decides what commits meant to a cluster that a newer commit replaced before they were run.
struct SkippedCommits {
    /// How far back a commit is looked for that can be read, to hold the first one against.
    static let baseLimit = 20

    let reading: CommitReading
    let cluster: ClusterName

    /// A commit that changes an input of the cluster, and what it meant.
    struct Skipped {
        let commit: Commit
        let report: DecisionReport
    }

    private var repository: GitRepository { reading.repository }

    /// Those of `commits`, oldest first, that change an input of the cluster.
    ///
    /// Each is held against the newest one before it that can be read. A commit that cannot be read
    /// is in the result with its errors. Throws `GitError`.
    func decisions(on commits: [Commit]) async throws -> [Skipped] {
        var base: RevisionState?
        var past: [RevisionState]?
        var skipped: [Skipped] = []
        for (index, commit) in commits.enumerated() where try await touches(commit) {
            try Task.checkCancellation()
            do {
                guard let contents = try await contents(of: commit.id) else { continue }
                let desired = try contents.desired.get()
                if past == nil {
                    base = try await stateBefore(commit, contents.definition)
                    past = try await pastStates(of: contents, before: commits)
                }
                let later = Set(commits[index...].map { revision($0.id) })
                let state = RevisionState(revision: revision(commit.id), desired: desired)
                var history = (past ?? []).filter { !later.contains($0.revision) }
                // A base that changed no input itself is the newest of what came before.
                if let base, !history.contains(where: { $0.revision == base.revision }) {
                    history.insert(base, at: 0)
                }
                let input = PlanningInput(
                    definition: contents.definition, base: base, target: state, history: history)
                let report = DecisionReport(
                    base: base?.revision, target: state.revision,
                    clusters: [ClusterDecision(decide(input))])
                skipped.append(Skipped(commit: commit, report: report))
                base = state
            } catch let error as ReadError {
                let report = Deciding.report(
                    unreadable: commit.id, base: base.flatMap { CommitID($0.revision.hash) }, error)
                skipped.append(Skipped(commit: commit, report: report))
            }
        }
        return skipped
    }

    private func contents(of commit: CommitID) async throws -> ClusterContents? {
        try await reading.contents(of: commit).first { $0.definition.name == cluster }
    }

    /// Whether a commit, held against its first parent, changes a file that the cluster reads.
    private func touches(_ commit: Commit) async throws -> Bool {
        guard let parent = commit.firstParent else { return true }
        let changed = Set(try await repository.changedPaths(from: parent, to: commit.id))
        guard !changed.isEmpty else { return false }
        for side in [commit.id, parent] {
            // A side that cannot be read, or does not know the cluster, may differ in anything.
            guard let contents = try? await contents(of: side) else { return true }
            if !changed.isDisjoint(with: contents.inputPaths) { return true }
        }
        return false
    }

    /// The newest readable state before a commit.
    private func stateBefore(
        _ commit: Commit, _ definition: ClusterDefinition
    ) async throws -> RevisionState? {
        guard let parent = commit.firstParent else { return nil }
        let line = try await repository.firstParentHistory(
            from: nil, to: parent, limit: Self.baseLimit)
        for earlier in line {
            if let desired = try? await reading.state(of: definition, at: earlier.id) {
                return RevisionState(revision: revision(earlier.id), desired: desired)
            }
        }
        return nil
    }

    /// The states at commits before the newest of `commits`, worked out once for all of them.
    private func pastStates(
        of contents: ClusterContents, before commits: [Commit]
    ) async throws -> [RevisionState] {
        guard let newest = commits.last else { return [] }
        return try await Deciding(reading: reading).pastStates(of: contents, before: newest.id)
    }
}
