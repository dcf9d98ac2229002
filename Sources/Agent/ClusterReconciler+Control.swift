import ClusterModel
import Execution
import Planning
import RunStore

extension ClusterReconciler {
    /// Tries again at the next look, however long a failure would have been left alone.
    func forgetPause() {
        backoff.reset()
        notBefore = .zero
    }

    /// Whether the cluster is to be left alone; shown in its condition then.
    func isSuspended(_ record: inout ClusterRecord) async throws -> Bool {
        guard let suspension = try await world.store.suspension(of: name, at: wallClock())
        else { return false }
        record.show(
            .suspended, suspension.sentence, rule: "suspended", hint: suspension.hint)
        try await world.store.save(record)
        return true
    }

    /// Whether the plan that waits for approval has it.
    func isApproved() async throws -> Bool {
        guard let plan = awaited?.plan else { return false }
        return try await world.store.approval(of: plan.approvalDigest, for: name) != nil
    }

    /// Closes a run that was ended by hand.
    func conclude(
        _ run: StoredRun, stoppedAs stop: RunStop, record: inout ClusterRecord
    ) async throws {
        switch stop {
        case .suspended:
            record.show(
                .suspended, "Run \(run.id) ended, since the cluster is suspended.",
                rule: "suspended")
            try await close(run, .suspended, record: record)
        case .cancelled:
            try await show(cancellationOf: run, &record)
            try await close(run, .cancelled, record: record)
        }
    }

    /// Shows that the commit is halted, since its run was ended by hand.
    func show(cancellationOf run: StoredRun, _ record: inout ClusterRecord) async throws {
        let author = try await world.store.order(.cancel, of: run.id)?.author ?? "somebody"
        record.show(
            .stalled, "Run \(run.id) was cancelled by \(author).", rule: "cancelled",
            hint: "Push another commit, or give `uprev reconcile \(name) --retry`.")
    }
}

extension Decision {
    /// Whether the plan waits for nothing but a person's approval, and could be run then.
    var awaitsApproval: Bool {
        guard verdict == .waits, refusals.isEmpty, let plan else { return false }
        return !plan.approvals.isEmpty && !plan.approvals.contains(.rebuild)
    }
}
