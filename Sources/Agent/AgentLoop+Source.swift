import ClusterModel
import Execution
import Git
import RunStore

/// What the loop shows of the watched branch itself, also while no cluster is known.
extension AgentLoop {
    /// Shows that the branch was found, and tells it when it was not before; returns the tip that
    /// was known last, also to the process before this one.
    func showSource(at tip: CommitID) async -> CommitID? {
        let last = await lastSource()
        let before = last.tip.flatMap { CommitID($0.hash) }
        guard last.condition != .ready || before != tip else { return before }
        var record = last
        record.tip = revision(tip)
        if last.condition != .ready { record.since = wallClock() }
        (record.condition, record.rule, record.hint) = (.ready, nil, nil)
        record.reason = "The branch was found."
        await keep(record)
        if last.rule != nil {
            tell(
                .notice, .progress,
                "The branch \(source.branch) of \(source.url) can be read again.")
        }
        return before
    }

    /// Shows why the branch could not be looked at.
    func showSource(failing error: GitError) async {
        let last = await lastSource()
        let condition = error.shown.condition
        let rule = error.kind.rule
        guard last.condition != condition || last.rule != rule || last.reason != error.description
        else { return }
        var record = last
        if last.rule != rule { record.since = wallClock() }
        (record.condition, record.rule) = (condition, rule)
        (record.reason, record.hint) = (error.description, error.hint)
        await keep(record)
    }

    /// What is known of the branch; another branch or repository is one that nothing is known of.
    private func lastSource() async -> SourceRecord {
        let fresh = SourceRecord(
            repository: "\(source.url)", branch: "\(source.branch)", since: wallClock())
        let known = if let sourceRecord { sourceRecord } else { try? await world.store.source() }
        guard let known, known.repository == fresh.repository, known.branch == fresh.branch else {
            return fresh
        }
        return known
    }

    private func keep(_ record: SourceRecord) async {
        do {
            try await world.store.save(record)
            sourceRecord = record
        } catch {
            // The journal's own trouble is told with each cluster; this is written again next time.
        }
    }

    /// The sentence about a new tip, which says when it does not continue the one before.
    func newTip(_ commit: Commit, _ relation: HistoryRelation?) -> String {
        let how =
            switch relation {
            case nil, .continues: ""
            case .rewound(let missing): ", moved back by \(missing)"
            case .diverged(_, let missing, let added):
                ", rewritten (\(missing) commits fewer, \(added) others)"
            case .unrelated: ", an unrelated history"
            }
        return "New tip of \(source.branch)\(how): \(commit.shortSubject)"
    }
}
