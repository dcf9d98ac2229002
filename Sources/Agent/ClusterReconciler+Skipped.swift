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
        guard followed == tip.commit, told != tip.commit, telling == nil else { return }
        telling = Task(priority: .utility) {
            do {
                try await tellSkippedNow(before: tip)
                told = tip.commit
            } catch {
                // What stands in the way is told by the look at the tip itself.
            }
            telling = nil
        }
    }

    /// Ends the telling of what is skipped; what was not told is told after the next start.
    func endTelling() async {
        telling?.cancel()
        await telling?.value
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
        let listed = Set(found.map(\.commit.id)).union([start?.id].compactMap(\.self))
        let count = countRecord(
            silent: open.filter { !listed.contains($0.id) }.count,
            older: between.count - Self.skippedLimit, tip)
        let records = found.map { record(of: $0, before: tip) } + [count].compactMap(\.self)
        let bodies = try found.map {
            (revision: revision($0.commit.id), body: try JSONText.line($0.report))
        }
        try await store.remember(
            skipped: bodies, before: revision(tip.commit), of: name, time: tip.seenTime,
            telling: records)
        for record in records { world.log.show(record) }
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
            if try known?.isUnresolved ?? true { open.append(commit) }
        }
        return open
    }

    private func record(of skipped: SkippedCommits.Skipped, before tip: Tip) -> LogRecord {
        let (commit, report) = (skipped.commit, skipped.report)
        var fields = [
            "result": StoredDecision.skipped, "subject": commit.shortSubject,
            "by": tip.commit.description,
        ]
        var meaning = "it does not define the cluster"
        if let decision = report.clusters.first {
            fields["path"] = decision.path.rawValue
            let changes = decision.changes.map(\.sentence).listed
            meaning = "path \(decision.path.rawValue)" + (changes.isEmpty ? "" : " (\(changes))")
        } else if let error = report.errors.first {
            meaning = "it cannot be read (\(error.file):\(error.line): \(error.message))"
        }
        return LogRecord(
            time: wallClock(), level: .notice, event: .decided, cluster: name,
            revision: revision(commit.id),
            message: "\"\(commit.shortSubject)\" is skipped, since \(revision(tip.commit).short) "
                + "came before it was run: \(meaning).",
            fields: fields)
    }

    private func countRecord(silent: Int, older: Int, _ tip: Tip) -> LogRecord? {
        var parts: [String] = []
        if silent > 0 { parts.append("\(silent) more that change no input of the cluster") }
        if older > 0 { parts.append("\(older) older ones, which were not looked at one by one") }
        guard !parts.isEmpty else { return nil }
        let list = parts.joined(separator: ", and ")
        return LogRecord(
            time: wallClock(), level: .info, event: .decided, cluster: name,
            revision: revision(tip.commit),
            message: "Before this tip came commits that are not run: \(list).",
            fields: ["result": StoredDecision.skipped])
    }
}

extension StoredDecision {
    /// Whether nothing came of the commit yet, which was decided to be run, at once or later.
    var isUnresolved: Bool {
        get throws {
            guard result == nil else { return false }
            let report = try JSONText.value(DecisionReport.self, from: body)
            return report.clusters.contains { $0.verdict == .waits || $0.verdict == .run }
        }
    }
}

extension Commit {
    /// The subject, which its author made as long as he liked, as it is shown.
    var shortSubject: String { subject.shortened(to: 200) }
}
