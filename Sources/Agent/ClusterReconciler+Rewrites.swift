import ClusterModel
import Execution
import Git
import Reporting
import RunStore

extension ClusterReconciler {
    /// The rewrite that keeps the tip from being followed; `nil` when it may be.
    ///
    /// It may when its history contains the reconciled commit, or the tip of a rewrite that a person
    /// accepted and that the cluster was not brought to yet. Where nothing was reconciled there is no
    /// state that the cluster was promised, so nothing is held: the cluster is planned for from what
    /// its nodes show, and signatures are asked for from the first tip on that was seen.
    func rewrite(at tip: Tip, of record: ClusterRecord) async throws -> Rewrite? {
        guard let reconciled = record.reconciled, let known = CommitID(reconciled.hash) else {
            return nil
        }
        let repository = tip.reading.repository
        let accepted = try await world.store.pendingAcceptance(of: name)
        if try await repository.contains(known, inHistoryOf: tip.commit) {
            try await release(tip)
            if accepted != nil { try await world.store.endAcceptance(of: name) }
            return nil
        }
        if let accepted, try await isAhead(accepted, of: reconciled, known, in: tip) {
            try await release(tip)
            return nil
        }
        return try await held(from: reconciled, known, to: tip)
    }

    /// Whether the tip goes on from what was accepted, and the cluster was not brought there yet.
    private func isAhead(
        _ accepted: AcceptedRewrite, of reconciled: Revision, _ known: CommitID, in tip: Tip
    ) async throws -> Bool {
        let repository = tip.reading.repository
        guard let commit = CommitID(accepted.rewrite.tip.hash),
            try await repository.contains(commit, inHistoryOf: tip.commit)
        else { return false }
        // A branch that was moved back is in the history of what it came from.
        if accepted.rewrite.reconciled == reconciled { return true }
        return try await !repository.contains(commit, inHistoryOf: known)
    }

    /// What is held already where it is the same, else how the two histories compare.
    private func held(
        from reconciled: Revision, _ known: CommitID, to tip: Tip
    ) async throws -> Rewrite {
        let new = revision(tip.commit)
        if let held = try await world.store.heldRewrite(of: name), held.reconciled == reconciled,
            held.tip == new
        {
            return held
        }
        let relation = try await tip.reading.repository.relationIfThere(of: known, to: tip.commit)
        let rewrite = Rewrite(from: reconciled, to: new, relation)
        try await world.store.hold(rewrite, of: name)
        return rewrite
    }

    /// Forgets what is held, and tells it.
    private func release(_ tip: Tip) async throws {
        guard let held = try await world.store.heldRewrite(of: name) else { return }
        try await world.store.releaseRewrite(of: name)
        let sentence =
            "History is no longer held: \(revision(tip.commit).short) contains the reconciled "
            + "commit \(held.reconciled.short) again, or what was accepted."
        write(.rewriteCleared, .notice, sentence, tip, fields: held.fields)
    }

    /// Whether the tip's history may be followed; a rewrite is held.
    func historyContinues(to tip: Tip, record: inout ClusterRecord) async throws -> Bool {
        guard let rewrite = try await rewrite(at: tip, of: record) else { return true }
        try await hold(
            .stalled, .rewriteHeld, rewrite.sentence(branch: "\(world.source.branch)"),
            hint: rewrite.hint, tip, &record, rule: rewrite.rule, fields: rewrite.fields)
        return false
    }

    /// Whether the tip's history may be followed while a run is under way, which goes on if not.
    func historyContinues(to tip: Tip, whileRunning run: StoredRun) async throws -> Bool {
        let record = try await world.store.cluster(name) ?? ClusterRecord(name: name)
        guard let rewrite = try await rewrite(at: tip, of: record) else { return true }
        let sentence =
            "\(rewrite.sentence(branch: "\(world.source.branch)")) Run \(run.id) goes on."
        if rewriteRepetition.isDue(sentence, now: world.clock.now) {
            let fields = rewrite.fields.merging(["hint": rewrite.hint, "rule": rewrite.rule]) { $1 }
            write(.rewriteHeld, .error, sentence, tip, fields: fields)
        }
        return false
    }

    /// Ends an acceptance when the cluster was brought to what was accepted.
    func endAcceptance(reachedBy commit: CommitID, in repository: GitRepository) async throws {
        guard let accepted = try await world.store.pendingAcceptance(of: name),
            let tip = CommitID(accepted.rewrite.tip.hash)
        else { return }
        do {
            guard try await repository.isAncestor(tip, of: commit) else { return }
        } catch {
            // What cannot be looked at now is looked at with the next tip.
            return
        }
        try await world.store.endAcceptance(of: name)
    }
}

extension Rewrite {
    fileprivate init(from old: Revision, to new: Revision, _ found: HistoryRelation?) {
        self.init(from: old, to: new, relation: .lost, since: wallClock())
        switch found {
        case nil, .continues:
            // That it does not go on was seen before, so it only can be that nobody can compare.
            break
        case .rewound(let missing):
            (relation, self.missing, added) = (.rewound, missing, 0)
            mergeBase = new
        case .diverged(let base, let missing, let added):
            (relation, mergeBase) = (.diverged, revision(base))
            (self.missing, self.added) = (missing, added)
        case .unrelated(let missing, let added):
            (relation, self.missing, self.added) = (.unrelated, missing, added)
        }
    }

    /// The fields of a log line about it.
    var fields: [String: String] {
        var fields = [
            "relation": relation.rawValue, "reconciled": reconciled.hash, "tip": tip.hash,
        ]
        fields["merge_base"] = mergeBase?.hash
        fields["missing"] = missing.map(String.init)
        fields["added"] = added.map(String.init)
        return fields
    }
}
