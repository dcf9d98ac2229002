import ClusterModel
import Execution
import Planning
public import Reporting
public import RunStore

extension StatusReport {
    /// The state of every cluster as the journal knows it.
    public init(of store: RunStore) async throws {
        var clusters: [ClusterStatus] = []
        let held = try await store.heldRewrites()
        let suspensions = try await store.suspensions(at: wallClock())
        let records = try await store.clusters()
        for record in records where record.removed == nil {
            let suspension = suspensions.first { $0.cluster == record.name }
            var status = try await ClusterStatus(
                record, isSuspended: suspension != nil, in: store)
            status.rule = record.rule
            status.hint = record.hint
            status.rewrite = held[record.name].map(ClusterStatus.RewriteStatus.init)
            // Also while the agent has not looked since, and whatever its last look said.
            if let suspension { status.suspend(suspension) }
            clusters.append(status)
        }
        self.init(clusters: clusters)
        source = try await store.source().map(SourceStatus.init)
        let removed = records.compactMap { record in
            record.removed.map {
                RemovedCluster(cluster: record.name.text, revision: $0.hash)
            }
        }
        if !removed.isEmpty { self.removed = removed }
    }
}

extension StatusReport.SourceStatus {
    fileprivate init(_ record: SourceRecord) {
        self.init(
            repository: record.repository, branch: record.branch, tip: record.tip?.hash,
            condition: record.condition, rule: record.rule, reason: record.reason,
            hint: record.hint, since: record.since)
    }
}

extension ClusterStatus {
    fileprivate mutating func suspend(_ suspension: Suspension) {
        let saysMore = condition != .suspended && condition != .ready
        reason = suspension.sentence + (saysMore ? " \(reason)" : "")
        condition = .suspended
        rule = "suspended"
        hint = suspension.hint
        suspended = SuspensionStatus(
            reason: suspension.reason, by: suspension.author, since: utc(suspension.since),
            until: suspension.until.map(utc))
    }
}

extension Suspension {
    /// How it ends.
    var hint: String { "`uprev resume \(cluster)` ends it." }

    /// Who asked for it, since when, until when and why.
    var sentence: String {
        let end = until.map { " until \(utc($0))" } ?? ""
        let why = reason.last?.isPunctuation == true ? reason : "\(reason)."
        return "Suspended by \(author) since \(utc(since))\(end): \(why)"
    }
}

extension ClusterStatus {
    fileprivate init(
        _ record: ClusterRecord, isSuspended: Bool, in store: RunStore
    ) async throws {
        let keys = try await store.installedKeys(of: record.name)
        var run: RunStatus?
        var reason = record.reason
        if let open = try await store.openRun(of: record.name) {
            run = try RunStatus(open, entries: try await store.entries(of: open.id))
            let order = try await store.order(.cancel, of: open.id)
            if record.condition == .reconciling, order != nil || isSuspended {
                let cancelled = order.map { "Run \(open.id) is cancelled by \($0.author). " } ?? ""
                reason = cancelled + (try await store.ending(of: open))
            }
        }
        self.init(
            cluster: record.name.text, condition: record.condition, reason: reason,
            desired: record.desired?.hash, attempted: record.attempted?.hash,
            reconciled: record.reconciled?.hash, run: run,
            nodes: (record.observed?.nodes ?? []).map { node in
                NodeStatus(node, committed: record.committed, installedKey: keys[node.name])
            })
    }
}

extension ClusterStatus.RunStatus {
    fileprivate init(_ run: StoredRun, entries: [JournalEntry]) throws {
        let state = try RunState(of: run.plan, replaying: entries)
        let step = state.currentStep
        self.init(
            run: run.id.description, revision: run.plan.target.hash,
            step: step?.index ?? run.plan.steps.count, steps: run.plan.steps.count,
            doing: step.map { "\($0.action.kind) \($0.target)" } ?? "ending")
    }
}

extension ClusterStatus.NodeStatus {
    fileprivate init(_ node: ObservedNode, committed: DesiredState?, installedKey: String?) {
        var reasons: [String] = []
        if let system = node.system, let committed {
            let key = installedKey ?? node.kubernetes?.installerDigest
            reasons = staleness(of: system, against: committed, installedKey: key)
        } else if node.system == nil {
            reasons = ["does not answer"]
        }
        self.init(
            node: node.name.text, role: node.role,
            installed: ClusterStatus.Release(
                talos: node.system?.version.description,
                kubernetes: node.kubernetes?.kubeletVersion?.description),
            committed: ClusterStatus.Release(
                talos: committed?.talosVersion.description,
                kubernetes: committed?.kubernetesVersion.description),
            reasons: reasons)
    }
}
