import ClusterModel
import Execution
import Git
import Planning
import Reporting
import RunStore

extension ClusterReconciler {
    /// Continues an open run while the repository cannot be polled, from what is on the disk.
    func resume(in repository: GitRepository) async throws {
        guard let run = try await world.store.openRun(of: name) else { return }
        var record = try await world.store.cluster(name) ?? ClusterRecord(name: name)
        let target = commit(of: run)
        do {
            try await world.trust.verify(target, for: name, in: repository)
        } catch let error as UntrustedCommit {
            let reading = CommitReading(repository: repository)
            let tip = Tip(commit: target, seenAt: world.clock.now, reading: reading)
            return try await refuse(error, tip, &record)
        }
        try await carryOut(run, repository, record: &record)
    }

    private func commit(of run: StoredRun) -> CommitID {
        guard let commit = CommitID(run.plan.target.hash) else {
            preconditionFailure("A revision is a commit ID.")
        }
        return commit
    }

    /// Whether the commit of a run that was left open may still be acted on: the signers may be
    /// others than when it began.
    ///
    /// When it may not, and the tip may, the run ends where it is and the tip is planned for from
    /// what the nodes show. Throws what holds the cluster otherwise.
    func mayContinue(
        _ run: StoredRun, _ tip: Tip, _ record: ClusterRecord
    ) async throws -> Bool {
        let repository = tip.reading.repository
        do {
            try await world.trust.verify(commit(of: run), for: name, in: repository)
            return true
        } catch let error as any Error & CustomStringConvertible {
            guard tip.commit != commit(of: run), isRefusal(error) else { throw error }
            try await world.trust.verify(tip.commit, for: name, in: repository)
            let sentence = "Run \(run.id) is not continued: \(error.description)"
            write(.superseded, .error, sentence, tip)
            try await close(run, .superseded, record: record)
            return false
        }
    }

    /// Whether an error says that a commit is not trusted, and not just that nobody could look.
    private func isRefusal(_ error: any Error) -> Bool {
        if let error = error as? UntrustedCommit { return error.disposition == .stalled }
        return (error as? GitError)?.kind == .commitMissing
    }

    /// Whether the tip may be read while a run is under way; told when it may not.
    private func isTrusted(_ tip: Tip) async -> Bool {
        do {
            try await world.trust.verify(tip.commit, for: name, in: tip.reading.repository)
            followed = tip.commit
            return true
        } catch let error as UntrustedCommit {
            if repetition.isDue("\(tip.commit) \(error)", now: world.clock.now) {
                write(
                    .refused, error.disposition.level, error.description, tip,
                    fields: error.fields.merging(["hint": error.hint]) { $1 })
            }
        } catch {
            // Looked at again at the next poll.
        }
        return false
    }

    /// Runs a new run, or continues one that an earlier process left open.
    func carryOut(
        _ run: StoredRun, _ repository: GitRepository, record: inout ClusterRecord
    ) async throws {
        record.show(.reconciling, "Run \(run.id) is under way.")
        try await world.store.save(record)
        let known = try await world.store.clusters().filter { $0.removed == nil }.count
        let connection = try await world.connecting.connection(
            to: run.definition, isOnlyCluster: known <= 1, repository: repository)
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
                supervisor: JournaledSupervision(supervision: supervision, store: world.store),
                snapshotPath: { id, label in "\(backups)/\(id.cluster)/\(id)-\(label).db" }),
            limits: world.limits)
        current = run
        defer { leaveRun() }
        let outcome: RunOutcome
        do {
            outcome = try await runner.run(
                run.plan, of: run.definition, as: run.id, stamp: run.stamp)
        } catch let error as StoreError {
            try? await tell(error, of: run, &record)
            throw error
        }
        // Before anything else: what is asked from now on is not asked of this run.
        leaveRun()
        try await conclude(run, outcome, repository, record: &record)
    }

    /// Ends the time in which a newer commit may take over from the run.
    func leaveRun() {
        current = nil
        supervision.clear()
    }

    /// Tells why nobody works on a run that is open, as far as the journal still takes it.
    private func tell(
        _ error: StoreError, of run: StoredRun, _ record: inout ClusterRecord
    ) async throws {
        let message =
            "Run \(run.id) stands still: \(error) It goes on when the journal can be read."
        world.log.write(
            LogRecord(
                time: wallClock(), level: .error, event: .waiting, cluster: name,
                revision: run.plan.target, run: run.id, message: message,
                fields: ["hint": error.hint, "rule": "journal"]))
        record.show(error.disposition.condition, message, rule: "journal", hint: error.hint)
        try await world.store.save(record)
    }

    /// Lets a newer tip take over from the run under way, when it asks for another state.
    ///
    /// A tip that cannot be read, is refused or rewrites history takes nothing over: the run goes on
    /// to a state that was good. A rewrite is held and told at once, and considered again when it is
    /// accepted. An error is no verdict: the tip is considered again at the next poll.
    func consider(_ tip: Tip, isUrgent: Bool = false) async {
        await weigh(tip, isUrgent: isUrgent)
        tellSkipped(before: tip)
    }

    private func weigh(_ tip: Tip, isUrgent: Bool) async {
        guard let run = current, run.plan.target != revision(tip.commit), considered != tip.commit,
            (try? await historyContinues(to: tip, whileRunning: run)) == true,
            await isTrusted(tip), let all = try? await tip.reading.contents(of: tip.commit),
            let contents = all.first(where: { $0.definition.name == name }),
            let desired = try? contents.desired.get(),
            isUrgent || isLeftAlone(tip, for: contents.definition.rollout.settle)
        else { return }
        let asksForMore = compare(base: run.plan.desired, target: desired)
            .contains { $0.kind != .spelling && Field.deciding.contains($0.field) }
        guard let isRefused = try? await isRefused(contents, all.count, tip) else { return }
        guard current?.id == run.id else { return }
        considered = tip.commit
        if asksForMore, !isRefused { return supervision.supersede(by: revision(tip.commit)) }
        let short = revision(tip.commit).short
        write(
            .revisionSeen, .notice,
            "Commit \(short) is looked at when the run under way has ended.", tip)
    }

    private func isRefused(
        _ contents: ClusterContents, _ clusters: Int, _ tip: Tip
    ) async throws -> Bool {
        let record = try await world.store.cluster(name) ?? ClusterRecord(name: name)
        let connection = try await world.connecting.connection(
            to: contents.definition, isOnlyCluster: clusters == 1,
            repository: tip.reading.repository)
        let observed = try await ClusterObserving(connection: connection).observe()
        return try await decision(on: contents, at: tip, observed, record).verdict == .refused
    }

    private func conclude(
        _ run: StoredRun, _ outcome: RunOutcome, _ repository: GitRepository,
        record: inout ClusterRecord
    ) async throws {
        guard outcome != .paused else { return }
        try await rememberInstaller(of: run)
        switch outcome {
        case .succeeded:
            if let order = try await world.store.order(.cancel, of: run.id) {
                let message = "It was done before it could end otherwise, as \(order.author) asked."
                tell(message, of: run)
            }
            // The next look, which follows at once, says whether the nodes show it: only then ready.
            try await world.store.endApprovals(for: name)
            record.reconciled = run.plan.target
            record.base = run.plan.desired
            record.show(.reconciling, "Run \(run.id) is done; looking at what the nodes show.")
            // Only now: a run that is tried again must not push the snapshots from before it out.
            SnapshotShelf(directory: "\(world.backupDirectory)/\(name)")
                .keep(newest: run.definition.safety.etcdSnapshots)
            try await close(run, .done, record: record)
            try await endAcceptance(reachedBy: commit(of: run), in: repository)
        case .superseded:
            record.show(.waiting, "A newer commit takes over.", rule: "superseded")
            try await close(run, .superseded, record: record)
        case .stopped(let stop):
            try await conclude(run, stoppedAs: stop, record: &record)
        case .halted(_, let failure):
            // What was cancelled is not tried again by itself.
            let isWanted = try await world.store.order(.cancel, of: run.id) == nil
            let canWait = failure.disposition == .waiting && isWanted
            record.show(
                canWait ? .waiting : .stalled, failure.message, rule: "run_failed",
                hint: failure.hint)
            if canWait { notBefore = world.clock.now + backoff.step() }
            try await close(run, canWait ? .deferred : .failed, record: record)
        case .paused:
            break
        }
    }

    private func tell(_ message: String, of run: StoredRun) {
        world.log.write(
            LogRecord(
                time: wallClock(), level: .notice, event: .progress, cluster: name,
                revision: run.plan.target, run: run.id, message: message))
    }

    func close(
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
