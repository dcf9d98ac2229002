import ClusterModel
public import Git
public import Infrastructure
import Planning
public import Reporting

/// Decides what commits mean, from the repository alone or with what a cluster shows.
public struct Deciding: Sendable {
    /// How many first-parent commits are searched for the state that a revert goes back to.
    static let historyLimit = 500

    let reading: CommitReading

    /// Creates a decider over a reader.
    public init(reading: CommitReading) { self.reading = reading }

    /// What the range of commits would do, with no cluster to look at.
    ///
    /// Without a base it is the target's first parent. Throws `ReadError` for a target that cannot
    /// be read, and `GitError`.
    public func report(base: CommitID?, target: CommitID) async throws -> DecisionReport {
        let clusters = try await reading.contents(of: target)
        var decisions: [ClusterDecision] = []
        for cluster in clusters {
            let decision = try await decision(on: cluster, base: base, target: target)
            decisions.append(ClusterDecision(decision))
        }
        return DecisionReport(
            base: base.map(revision), target: revision(target),
            clusters: decisions)
    }

    /// The report on a target that cannot be read.
    public static func report(
        unreadable target: CommitID, base: CommitID?, _ error: ReadError
    ) -> DecisionReport {
        DecisionReport(
            base: base.map(revision), target: revision(target), clusters: [],
            errors: error.problems.map(ReportedProblem.init))
    }

    private func decision(
        on cluster: ClusterContents, base: CommitID?, target: CommitID
    ) async throws -> Decision {
        decide(try await input(for: cluster, base: base, target: target))
    }

    /// Everything about the repository that a decision depends on.
    func input(
        for cluster: ClusterContents, base: CommitID?, target: CommitID
    ) async throws -> PlanningInput {
        let definition = cluster.definition
        var baseState: RevisionState?
        if let base {
            baseState = RevisionState(
                revision: revision(base),
                desired: try await reading.state(of: definition, at: base))
        }
        let targetState = RevisionState(
            revision: revision(target), desired: try cluster.desired.get())
        var input = PlanningInput(
            definition: definition, base: baseState, target: targetState,
            history: try await history(of: cluster, before: target, with: baseState))
        input.submodules = try await reading.emptySubmodules(of: target)
        return input
    }

    /// The states of the cluster at earlier first-parent commits, newest first.
    ///
    /// Only commits that change a deciding file are evaluated; commits that cannot be read are
    /// left out, since nothing can be reverted to them.
    func pastStates(
        of cluster: ClusterContents, before target: CommitID
    ) async throws -> [RevisionState] {
        let definition = cluster.definition
        let files = [definition.versions, definition.schematic, "uprev.hcl"] + definition.overrides
        let commits = try await reading.repository.commitsChanging(
            cluster.inputPaths.union(files).filter(CommitTree.canHold), from: nil, to: target,
            searching: Self.historyLimit)
        var states: [RevisionState] = []
        for commit in commits where commit.id != target {
            guard let desired = try? await reading.state(of: definition, at: commit.id) else {
                continue
            }
            states.append(RevisionState(revision: revision(commit.id), desired: desired))
        }
        return states
    }
}

/// The revision that a commit is; a commit ID always is one.
func revision(_ commit: CommitID) -> Revision {
    guard let revision = Revision(commit.description) else {
        preconditionFailure("A commit ID has 40 hexadecimal digits.")
    }
    return revision
}

extension ReportedProblem {
    init(_ problem: ReadProblem) {
        self.init(
            file: problem.file, line: problem.line ?? 0, column: problem.column ?? 0,
            message: problem.message, hint: problem.hint ?? "")
    }
}
