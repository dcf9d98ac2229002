import ClusterModel
import Execution
import Git
import Planning
import Reporting
import RunStore

extension ClusterReconciler {
    /// How many commits before a tip are looked at one by one, the newest of them.
    static let skippedLimit = 25

    /// Tells what the commits meant that came before a tip and are not run, each once.
    ///
    /// It returns at once: the looking is done beside the cluster's own work, and only for a tip
    /// whose history may be followed. Where it fails or the process ends, it goes on with the next
    /// look at the cluster.
    func tellSkipped(before tip: Tip) {
        guard followed == tip.commit, told != tip.commit, !isTelling else { return }
        isTelling = true
        Task(priority: .utility) {
            do {
                try await tellSkippedNow(before: tip)
                told = tip.commit
            } catch {
                // What stands in the way is told by the look at the tip itself.
            }
            isTelling = false
        }
    }

    private func tellSkippedNow(before tip: Tip) async throws {
        let store = world.store
        let toldTip = try await store.toldTip(of: name)
        guard toldTip != revision(tip.commit) else { return }
        let reconciled = try await store.cluster(name)?.reconciled
        let start = try await newest(of: [toldTip, reconciled], in: tip)
        let between = try await commits(after: start, before: tip)
        var commits = Array(between.prefix(Self.skippedLimit).reversed())
        // The tip before was told nothing of while it might still be run.
        if let start, start.id.description == toldTip?.hash, toldTip != reconciled {
            commits.insert(start, at: 0)
        }
        let open = try await unresolved(commits)
        let found = try await SkippedCommits(reading: tip.reading, cluster: name)
            .decisions(on: open)
        for skipped in found { try await tell(skipped, before: tip) }
        try await store.remember(toldTip: revision(tip.commit), of: name)
        let listed = Set(found.map(\.commit.id)).union([start?.id].compactMap(\.self))
        tellCount(
            silent: open.filter { !listed.contains($0.id) }.count,
            older: between.count - Self.skippedLimit, tip)
    }

    /// The commits of a tip's line after one that was dealt with, newest first, without the tip.
    private func commits(after start: Commit?, before tip: Tip) async throws -> [Commit] {
        guard let start else { return [] }
        return try await tip.reading.repository.firstParentHistory(
            from: start.id, to: tip.commit
        ).filter { $0.id != tip.commit }
    }

    /// The first of some commits that the repository has.
    private func newest(of revisions: [Revision?], in tip: Tip) async throws -> Commit? {
        for revision in revisions {
            guard let id = revision.flatMap({ CommitID($0.hash) }) else { continue }
            if let commit = try await tip.reading.repository.commitIfThere(id) { return commit }
        }
        return nil
    }

    /// The commits of which nothing came yet: no run, no refusal, and no word that they are skipped.
    private func unresolved(_ commits: [Commit]) async throws -> [Commit] {
        let targets = try await world.store.runTargets(of: name)
        var open: [Commit] = []
        for commit in commits where !targets.contains(revision(commit.id)) {
            let known = try await world.store.decision(of: name, at: revision(commit.id))
            if try known.map(isWaiting) ?? true { open.append(commit) }
        }
        return open
    }

    private func isWaiting(_ decision: StoredDecision) throws -> Bool {
        guard decision.result == nil else { return false }
        let report = try JSONText.value(DecisionReport.self, from: decision.body)
        return report.clusters.contains { $0.verdict == .waits }
    }

    private func tell(_ skipped: SkippedCommits.Skipped, before tip: Tip) async throws {
        let (commit, report) = (skipped.commit, skipped.report)
        try await world.store.remember(
            skipped: try JSONText.line(report), of: name, at: revision(commit.id),
            time: tip.seenTime)
        var fields = [
            "result": StoredDecision.skipped, "subject": commit.subject,
            "by": tip.commit.description,
        ]
        var meaning = "it does not define the cluster"
        if let decision = report.clusters.first {
            fields["path"] = decision.path.rawValue
            let changes = decision.changes.map(\.sentence).joined(separator: "; ")
            meaning = "path \(decision.path.rawValue)" + (changes.isEmpty ? "" : " (\(changes))")
        } else if let error = report.errors.first {
            meaning = "it cannot be read (\(error.file):\(error.line): \(error.message))"
        }
        let subject = commit.subject.prefix(100)
        world.log.write(
            LogRecord(
                time: wallClock(), level: .notice, event: .decided, cluster: name,
                revision: revision(commit.id),
                message: "\"\(subject)\" is skipped, since \(revision(tip.commit).short) came "
                    + "before it was run: \(meaning).",
                fields: fields))
    }

    private func tellCount(silent: Int, older: Int, _ tip: Tip) {
        var parts: [String] = []
        if silent > 0 { parts.append("\(silent) more that change no input of the cluster") }
        if older > 0 { parts.append("\(older) older ones, which were not looked at one by one") }
        guard !parts.isEmpty else { return }
        write(
            .decided, .info,
            "Before this tip came commits that are not run: \(parts.joined(separator: ", and ")).",
            tip, fields: ["result": StoredDecision.skipped])
    }
}
