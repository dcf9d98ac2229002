import ClusterModel
import Execution
import Git
import Planning
import Reporting
import RunStore

extension ClusterReconciler {
    /// Runs a new run, or continues one that an earlier process left open.
    func carryOut(
        _ run: StoredRun, _ repository: GitRepository, record: inout ClusterRecord
    ) async throws {
        record.condition = .reconciling
        record.reason = "Run \(run.id) is under way."
        try await world.store.save(record)
        let connection = try await world.connecting.connection(
            to: run.definition, repository: repository)
        let subject = RunSubject(run: run.id, plan: run.plan)
        let backups = world.backupDirectory
        let runner = Runner(
            in: RunWorld(
                talos: connection.talos,
                kubernetes: connection.kubernetes,
                stages: connection.stages, upgrader: connection.upgrader,
                journal: world.store,
                ledger: ClusterLedger(of: name, in: world.store), clock: world.clock,
                observer: RunReporter(log: world.log, subject: subject),
                supervisor: supervision,
                snapshotPath: { id, label in "\(backups)/\(id.cluster)/\(id)-\(label).db" }),
            limits: world.limits)
        current = run
        defer { current = nil }
        let outcome = try await runner.run(run.plan, of: run.definition, as: run.id)
        try await conclude(run, outcome, record: &record)
    }

    /// Lets a newer tip take over from the run under way, when it asks for another state.
    ///
    /// A tip that cannot be read or is refused takes nothing over: the run goes on to a state that
    /// was good, and the tip is told about when the run has ended.
    func consider(_ tip: Tip) async {
        guard let run = current, run.plan.target != revision(tip.commit),
            considered != tip.commit,
            let contents = try? await tip.reading.contents(of: tip.commit).first(where: {
                $0.definition.name == name
            }),
            world.clock.now - tip.seenAt >= contents.definition.rollout.settle
        else { return }
        considered = tip.commit
        guard let desired = try? contents.desired.get(), desired != run.plan.desired,
            let verdict = try? await verdict(on: contents, at: tip), verdict != .refused
        else {
            let message =
                "Commit \(revision(tip.commit).short) asks for nothing that the run under "
                + "way should stop for."
            return write(.revisionSeen, .info, message, tip)
        }
        supervision.supersede(by: revision(tip.commit))
    }

    private func verdict(
        on contents: ClusterContents, at tip: Tip
    ) async throws -> Decision.Verdict {
        let connection = try await world.connecting.connection(
            to: contents.definition, repository: tip.reading.repository)
        let observed = try await ClusterObserving(connection: connection).observe()
        let record = try await world.store.cluster(name) ?? ClusterRecord(name: name)
        return try await decision(on: contents, at: tip, observed, record).verdict
    }

    private func conclude(
        _ run: StoredRun, _ outcome: RunOutcome, record: inout ClusterRecord
    ) async throws {
        guard outcome != .paused else { return }
        supervision.clear()
        try await rememberInstaller(of: run)
        SnapshotShelf(directory: "\(world.backupDirectory)/\(name)")
            .keep(newest: run.definition.safety.etcdSnapshots)
        switch outcome {
        case .succeeded:
            // The next look, which follows at once, says whether the nodes show it: only then ready.
            record.reconciled = run.plan.target
            record.reason = "Run \(run.id) is done; looking at what the nodes show."
            try await close(run, .done, record: record)
        case .superseded:
            record.condition = .waiting
            record.reason = "A newer commit takes over."
            try await close(run, .superseded, record: record)
        case .halted(_, let failure):
            let canWait = failure.disposition == .waiting
            record.condition = canWait ? .waiting : .stalled
            record.reason = failure.message
            if canWait { notBefore = world.clock.now + backoff.step() }
            try await close(run, canWait ? .deferred : .failed, record: record)
        case .paused:
            break
        }
    }

    private func close(
        _ run: StoredRun, _ word: RunWord, record: ClusterRecord
    ) async throws {
        endedRuns += 1
        try await world.store.save(record)
        try await world.store.end(run.id, outcome: word.rawValue, at: wallClock())
    }

    /// Keeps the installer that a stage named, so that going back to it needs no build.
    private func rememberInstaller(of run: StoredRun) async throws {
        let state = try RunState(
            of: run.plan, replaying: try await world.store.entries(of: run.id))
        for reference in state.installers.values {
            try await world.store.remember(
                installer: reference, for: run.plan.desired.imageKey, of: name)
        }
    }
}
