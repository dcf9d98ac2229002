import ClusterModel
import Execution
import Git
import Infrastructure
import Planning
import Reporting
import RunStore

/// Reconciles one cluster toward the newest commit: one call is one look and, if needed, one run.
actor ClusterReconciler {
    let name: ClusterName
    let world: ReconcilerWorld
    let supervision = RunSupervision()
    var repetition = Repetition()
    var rewriteRepetition = Repetition()
    var backoff = Backoff(first: .seconds(30), limit: .seconds(900))
    var notBefore = Duration.zero
    var lastTold = ""
    var current: StoredRun?
    var endedRuns = 0
    var considered: CommitID?
    var signer: Signer?
    /// The tip whose history was found to continue and to be trusted.
    var followed: CommitID?
    /// The tip before which it was told what is skipped, and what is telling it.
    var told: CommitID?
    var telling: Task<Void, Never>?
    /// When a tip that is left alone will have been for long enough, by the world's clock.
    private(set) var lookAgainAt: Duration?
    /// The plan that waits for approval, and the tip that it was made for.
    var awaited: (tip: CommitID, plan: Plan)?
    private var lastTip: CommitID?
    private var knownInput: (key: InputKey, input: PlanningInput)?

    private struct InputKey: Hashable {
        let tip: CommitID
        let base: CommitID?
    }

    init(_ name: ClusterName, in world: ReconcilerWorld) {
        self.name = name
        self.world = world
    }

    /// Continues an open run, or holds the cluster against the tip and runs what that requires.
    ///
    /// Returns whether a run ended, so that the cluster is to be looked at again at once. Throws only
    /// what the journal throws; everything else becomes the cluster's condition.
    func reconcile(_ tip: Tip) async throws -> Bool {
        let before = endedRuns
        lookAgainAt = nil
        var record = try await world.store.cluster(name) ?? ClusterRecord(name: name)
        if tip.commit != lastTip { forgetBackoff(tip) }
        do {
            if let open = try await world.store.openRun(of: name) {
                try await takeUp(open, tip, record: &record)
            } else {
                try await look(at: tip, record: &record)
            }
        } catch let error as StoreError {
            throw error
        } catch let error as UntrustedCommit {
            try await refuse(error, tip, &record)
        } catch let error as any ExplainedError {
            try await settle(on: error, at: tip, record: &record)
        } catch let error as GitError {
            try await hold(
                error.shown.condition, .waiting, error.description, hint: error.hint, tip, &record,
                rule: error.kind.rule)
        }
        tellSkipped(before: tip)
        return endedRuns > before
    }

    /// Another commit is tried at once, however often the one before failed.
    private func forgetBackoff(_ tip: Tip) {
        lastTip = tip.commit
        backoff.reset()
        notBefore = .zero
    }

    /// Continues a run that an earlier process left open, unless the tip already asks for another.
    private func takeUp(
        _ run: StoredRun, _ tip: Tip, record: inout ClusterRecord
    ) async throws {
        supervision.clear()
        considered = nil
        guard try await mayContinue(run, tip, record) else { return }
        current = run
        defer { leaveRun() }
        let state = try RunState(of: run.plan, replaying: try await world.store.entries(of: run.id))
        await consider(tip, isUrgent: state.nodeInFlight == nil)
        try await carryOut(run, tip.reading.repository, record: &record)
    }

    private func look(at tip: Tip, record: inout ClusterRecord) async throws {
        record.desired = revision(tip.commit)
        if record.removed != nil, try await isStillRemoved(at: tip, record) { return }
        guard try await historyContinues(to: tip, record: &record) else { return }
        signer = try await world.trust.verify(
            tip.commit, for: name, in: tip.reading.repository)
        followed = tip.commit
        let all = try await tip.reading.contents(of: tip.commit)
        guard let contents = all.first(where: { $0.definition.name == name }) else {
            return try await letGo(at: tip, record: &record)
        }
        if record.removed != nil { takeBack(at: tip, record: &record) }
        record.committed = try contents.desired.get()
        let connection = try await world.connecting.connection(
            to: contents.definition, isOnlyCluster: all.count == 1,
            repository: tip.reading.repository)
        let observed = try await ClusterObserving(connection: connection).observe()
        record.observed = observed
        guard try await !isSuspended(&record) else { return }
        guard try await !isHalted(at: tip, record: &record) else { return }
        guard try await hasSettled(tip, contents.definition, record: &record) else { return }
        guard world.clock.now >= notBefore else { return try await world.store.save(record) }
        try await act(
            on: try await decision(on: contents, at: tip, observed, record), tip, contents,
            record: &record)
    }

    /// Whether the last run to this very commit halted: it is not tried again without a new commit,
    /// or a person who asks for it.
    private func isHalted(at tip: Tip, record: inout ClusterRecord) async throws -> Bool {
        guard let last = try await world.store.lastRun(of: name),
            last.plan.target == revision(tip.commit), RunWord.halting.contains(last.outcome ?? ""),
            try await world.store.order(.retry, of: last.id) == nil
        else { return false }
        // What was said of the cluster since, as while it did not answer, is not why it is halted.
        let state = try RunState(
            of: last.plan, replaying: try await world.store.entries(of: last.id))
        if case .finish(.halted(_, let failure)) = state.nextAction {
            record.show(.stalled, failure.message, rule: "run_failed", hint: failure.hint)
        } else {
            try await show(cancellationOf: last, &record)
        }
        try await world.store.save(record)
        return true
    }

    /// Whether the tip was left alone for the settle time; the commit it replaces waits no longer.
    private func hasSettled(
        _ tip: Tip, _ definition: ClusterDefinition, record: inout ClusterRecord
    ) async throws -> Bool {
        let settle = definition.rollout.settle
        guard record.reconciled != revision(tip.commit), !isLeftAlone(tip, for: settle) else {
            return true
        }
        let seconds = settle.components.seconds
        let message = "The commit is left alone for \(seconds) s, since fixes follow quickly."
        try await hold(.waiting, .waiting, message, hint: "", tip, &record, rule: "settling")
        return false
    }

    /// Whether a tip was left alone for the settle time; keeps when it will have been.
    func isLeftAlone(_ tip: Tip, for settle: Duration) -> Bool {
        let time = tip.seenAt + settle
        guard world.clock.now < time else { return true }
        lookAgainAt = time
        return false
    }

    func decision(
        on contents: ClusterContents, at tip: Tip, _ observed: ObservedState,
        _ record: ClusterRecord
    ) async throws -> Decision {
        let base = try await base(of: record, tip)
        var input = try await repositoryInput(for: contents, base: base, at: tip)
        input.observed = observed
        input.builtInstallers = try await world.store.builtInstallers(of: name)
        input.installedKeys = try await world.store.installedKeys(of: name)
        input.ownNode = world.ownNode
        input.attempted = try await attempted(besides: input.target.desired)
        if base == nil {
            let known = remembered(record)
            input.base = known == nil ? adopted(input) : known
        }
        return decide(input)
    }

    /// The reconciled commit, when the repository has it.
    private func base(of record: ClusterRecord, _ tip: Tip) async throws -> CommitID? {
        guard let commit = record.reconciled.flatMap({ CommitID($0.hash) }) else { return nil }
        return try await tip.reading.repository.commitIfThere(commit)?.id
    }

    /// What the cluster was brought to, from the journal: the commit may be gone from the repository.
    private func remembered(_ record: ClusterRecord) -> RevisionState? {
        guard let reconciled = record.reconciled, let base = record.base else { return nil }
        return RevisionState(revision: reconciled, desired: base)
    }

    /// What the repository says, which for one tip and base is worked out once.
    private func repositoryInput(
        for contents: ClusterContents, base: CommitID?, at tip: Tip
    ) async throws -> PlanningInput {
        let key = InputKey(tip: tip.commit, base: base)
        if let known = knownInput, known.key == key { return known.input }
        let deciding = Deciding(reading: tip.reading)
        let input = try await deciding.input(for: contents, base: base, target: tip.commit)
        knownInput = (key, input)
        return input
    }

    /// What the newest run asked for that was not done and wanted something else than the target.
    private func attempted(besides desired: DesiredState?) async throws -> RevisionState? {
        let runs = try await world.store.runs(of: name)
        let open = runs.reversed().prefix { $0.outcome != RunWord.done.rawValue }
        guard let run = open.first(where: { $0.plan.desired != desired }) ?? open.first else {
            return nil
        }
        return RevisionState(revision: run.plan.target, desired: run.plan.desired)
    }

    /// The newest commit whose desired state the nodes already show, for a first start.
    private func adopted(_ input: PlanningInput) -> RevisionState? {
        ([input.target] + input.history).first { candidate in
            var asReconciled = input
            asReconciled.base = candidate
            asReconciled.target = candidate
            return decide(asReconciled).verdict == .nothing
        }
    }
}

/// What the reconcilers of all clusters share.
struct ReconcilerWorld: Sendable {
    let store: RunStore
    let source: GitSource
    let log: LogWriter
    let connecting: any ClusterConnecting
    let clock: any RunClock
    let limits: RunLimits
    let ownNode: NodeName?
    let backupDirectory: String
    let stateDirectory: String
    /// Whether stages find the commit's submodules, or empty folders.
    let fetchesSubmodules: Bool
    let trust: CommitTrust
}

/// The newest commit of the watched branch, and since when it is known.
struct Tip: Sendable {
    let commit: CommitID
    let seenAt: Duration
    var seenTime = wallClock()
    let reading: CommitReading
}

/// The words for how a run ended, as the journal keeps them.
enum RunWord: String, Sendable {
    case done, failed, superseded
    /// Failed on something that time can help with; the commit is tried again.
    case deferred
    /// Ended by hand: for a time, or for good.
    case suspended, cancelled

    /// The words of runs whose commit is not planned for again by itself.
    static let halting = Set([failed, cancelled].map(\.rawValue))
}
