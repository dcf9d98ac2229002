import ClusterModel
import Execution
import Git
import Infrastructure
import Planning
import Reporting
import RunStore

extension ClusterReconciler {
    /// Acts on a decision: remembers and tells it, and runs the plan when there is one to run.
    func act(
        on decision: Decision, _ tip: Tip, _ contents: ClusterContents,
        record: inout ClusterRecord
    ) async throws {
        try await tell(decision, tip, record)
        awaited = decision.awaitsApproval ? decision.plan.map { (tip.commit, $0) } : nil
        if let plan = decision.plan {
            // What was approved of another plan was meant for then.
            try await world.store.endApprovals(for: name, except: plan.approvalDigest)
        }
        let hasApproval = try await isApproved()
        switch decision.verdict {
        case .nothing:
            try await arrive(tip, record: &record)
        case .run,
            .waits where hasApproval:
            guard let plan = decision.plan else {
                preconditionFailure("A decision to run carries a plan.")
            }
            do {
                let run = try await begin(plan, of: contents.definition, record: &record)
                tellSkipped(before: tip)
                try await carryOut(run, tip.reading.repository, record: &record)
            } catch BeginRefusal.notApproved {
                try await refuse(decision, tip, &record)
            } catch BeginRefusal.suspended {
                _ = try await isSuspended(&record)
            }
        case .refused, .waits:
            try await refuse(decision, tip, &record)
        }
    }

    private func begin(
        _ plan: Plan, of definition: ClusterDefinition, record: inout ClusterRecord
    ) async throws -> StoredRun {
        supervision.clear()
        considered = nil
        var begun = record
        begun.attempted = plan.target
        // A base that was adopted from what the nodes show is kept: in mid-roll they show none.
        begun.reconciled = record.reconciled ?? plan.base
        let run = try await world.store.begin(
            plan, of: definition, remembering: begun, at: wallClock())
        record = begun
        return run
    }

    /// The cluster is where the tip says, as far as every node can be seen.
    private func arrive(_ tip: Tip, record: inout ClusterRecord) async throws {
        backoff.reset()
        if let node = record.observed?.nodes.first(where: { $0.system == nil }) {
            let message = "\(node.name) does not answer, so nobody knows what it runs."
            let hint = "Bring the node back, or remove it from the cluster."
            return try await hold(
                .waiting, .waiting, message, hint: hint, tip, &record, rule: "node_silent")
        }
        if let node = record.observed?.nodes.first(where: { $0.kubernetes == nil }) {
            let message = "Kubernetes does not know \(node.name), or does not answer."
            let hint = "Look at the Kubernetes API and at the node's kubelet."
            return try await hold(
                .waiting, .waiting, message, hint: hint, tip, &record, rule: "kubernetes_silent")
        }
        repetition.reset()
        try await world.store.endApprovals(for: name)
        record.reconciled = record.desired
        record.base = record.committed
        record.show(.ready, "The cluster is at the committed state.")
        try await world.store.save(record)
        try await endAcceptance(reachedBy: tip.commit, in: tip.reading.repository)
    }

    private func refuse(
        _ decision: Decision, _ tip: Tip, _ record: inout ClusterRecord
    ) async throws {
        let isStalled = decision.verdict == .refused
        if let refusal = decision.refusals.first {
            let more = decision.refusals.count - 1
            let message = refusal.message + (more > 0 ? " (and \(more) more reasons)" : "")
            try await hold(
                isStalled ? .stalled : .waiting, isStalled ? .refused : .waiting, message,
                hint: refusal.hint, tip, &record, rule: refusal.rule)
        } else {
            let kinds = (decision.plan?.approvals ?? []).map(\.rawValue).joined(separator: ", ")
            let digest = decision.plan?.approvalDigest ?? ""
            try await hold(
                .waiting, .waiting, "The plan waits for approval (\(kinds)) of \(digest).",
                hint: "Look at its steps with `uprev logs`, then give `uprev approve \(name) "
                    + "\(digest)`; or commit what the nodes show.",
                tip, &record, rule: "approval", fields: ["approval_digest": digest])
        }
    }

    /// Tells a decision once for each commit and digest, and remembers it for `uprev history`.
    private func tell(_ decision: Decision, _ tip: Tip, _ record: ClusterRecord) async throws {
        let isOld = record.reconciled == revision(tip.commit) && decision.verdict == .nothing
        guard !isOld else { return }
        let view = ClusterDecision(decision)
        let key = "\(tip.commit) \(view.verdict.rawValue) \(view.digest)"
        guard lastTold != key else { return }
        lastTold = key
        let target = revision(tip.commit)
        let report = DecisionReport(base: record.reconciled, target: target, clusters: [view])
        try await world.store.remember(
            decision: try JSONText.line(report), of: name, at: target, time: wallClock())
        let changes = decision.changes.map(\.sentence).listed
        var message = "Path \(decision.path.rawValue), \(decision.verdict.rawValue)"
        if let reverts = decision.reverts { message += ", undoes \(reverts.short)" }
        message += changes.isEmpty ? ": no value changed." : ": \(changes)."
        var fields = ["path": decision.path.rawValue]
        if let signer {
            message += " Signed by \(signer)."
            fields["signer"] = signer.name
            fields["signer_key"] = signer.fingerprint
        }
        write(.decided, .notice, message, tip, fields: fields)
        for warning in decision.warnings {
            write(.decided, .warning, warning.message, tip, fields: ["rule": warning.rule])
        }
        guard let plan = decision.plan, decision.verdict != .refused else { return }
        if decision.changes.isEmpty {
            write(.staleFound, .warning, "Nodes differ from what is committed.", tip)
        }
        let steps = plan.steps.map { "\($0.index) \($0.action.kind) \($0.target)" }
        write(
            .planMade, .notice,
            "Plan of \(plan.steps.count) steps: \(steps.joined(separator: ", ")).", tip,
            fields: ["digest": plan.digest])
    }

    /// Keeps the cluster as it is, under a condition that says why.
    func hold(
        _ condition: Condition, _ event: LogRecord.Event, _ message: String, hint: String,
        _ tip: Tip, _ record: inout ClusterRecord, rule: String? = nil,
        fields: [String: String] = [:]
    ) async throws {
        record.show(condition, message, rule: rule, hint: hint)
        try await world.store.save(record)
        guard repetition.isDue("\(tip.commit) \(message)", now: world.clock.now) else { return }
        let level: LogRecord.Level = condition == .stalled ? .error : .warning
        var fields = fields
        fields["hint"] = hint
        fields["rule"] = rule
        write(event, level, message, tip, fields: fields)
    }

    /// Keeps the cluster as it is, since a commit's signature is not good.
    func refuse(
        _ error: UntrustedCommit, _ tip: Tip, _ record: inout ClusterRecord
    ) async throws {
        try await hold(
            error.disposition.condition, error.disposition.event, error.description,
            hint: error.hint, tip, &record, rule: error.error.rule.rawValue, fields: error.fields)
    }

    /// Makes an error the cluster's condition: stalled for a person, waiting with a longer pause.
    func settle(
        on error: any ExplainedError, at tip: Tip, record: inout ClusterRecord
    ) async throws {
        let message = (error as? ReadError)?.rendered() ?? error.description
        if error.disposition != .stalled { notBefore = world.clock.now + backoff.step() }
        try await hold(
            error.disposition.condition, error.disposition.event, message, hint: error.hint, tip,
            &record, rule: rule(of: error))
    }

    func write(
        _ event: LogRecord.Event, _ level: LogRecord.Level, _ message: String, _ tip: Tip,
        fields: [String: String] = [:]
    ) {
        world.log.write(
            LogRecord(
                time: wallClock(), level: level, event: event, cluster: name,
                revision: revision(tip.commit), message: message, fields: fields))
    }
}

/// The stable word for an error that stopped a look at a cluster; `nil` where it has none.
private func rule(of error: any ExplainedError) -> String? {
    switch error {
    case is ReadError: "commit_unreadable"
    case let error as ClusterError:
        switch error.kind {
        case .unreachable: "cluster_unreachable"
        case .refused: "cluster_refused"
        case .failed: "cluster_failed"
        case .misconfigured: "cluster_misconfigured"
        case .notFound: "cluster_not_found"
        }
    default: nil
    }
}
