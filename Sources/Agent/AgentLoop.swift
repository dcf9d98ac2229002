import ClusterModel
import Execution
import Git
import Infrastructure
import RunStore

/// Polls the source, and gives every cluster that is not busy a look at each turn.
actor AgentLoop {
    let source: GitSource
    let world: ReconcilerWorld
    let interval: Duration
    /// How long a command waits for a poll to end, which may wait for another to end first.
    let pollPatience: Duration
    private let vitals: AgentVitals
    var reconcilers: [ClusterName: ClusterReconciler] = [:]
    var busy: [ClusterName: Task<Void, Never>] = [:]
    var tip: Tip?
    var isStopping = false
    private(set) var turnsBegun = 0
    private(set) var turnsEnded = 0
    private var isWoken = false
    var gitProblem: GitError?
    var sourceRecord: SourceRecord?
    private var considering: [ClusterName: Task<Void, Never>] = [:]
    private var pause: Task<Void, Never>?
    private var alarm: (at: Duration, task: Task<Void, Never>)?
    private var gitRepetition = Repetition()
    private var readRepetition = Repetition()
    private var storeRepetition = Repetition()
    var checkoutRepetition = Repetition()

    /// The least time between two polls, however often the loop is woken.
    static let leastPause = Duration.seconds(1)

    /// How long a step in flight may take to end after ``stop()``, before it is cancelled.
    static let stopPatience = Duration.seconds(20)

    init(source: GitSource, world: ReconcilerWorld, settings: AgentSettings, vitals: AgentVitals) {
        self.source = source
        self.world = world
        interval = settings.interval
        pollPatience = settings.pollPatience
        self.vitals = vitals
    }

    /// Polls until ``stop()``; returns when no run is under way any more.
    func run() async {
        while !isStopping, !Task.isCancelled {
            isWoken = false
            let began = world.clock.now
            vitals.turned(now: began)
            turnsBegun += 1
            await turn()
            turnsEnded += 1
            let pause = await pauseToNextTurn()
            if !isWoken { await rest(for: pause, tidying: true) }
            let spent = world.clock.now - began
            if isWoken { await rest(for: min(Self.leastPause, interval) - spent) }
        }
        await finish()
    }

    /// Lets the next poll begin at once; one poll answers any number of calls.
    func wake() {
        guard !isWoken else { return }
        isWoken = true
        pause?.cancel()
    }

    private func rest(for time: Duration, tidying: Bool = false) async {
        guard !isStopping else { return }
        let end = ContinuousClock.now + time
        let pause = Task {
            if tidying { await tidyMirror(within: time) }
            _ = try? await Task.sleep(until: end, clock: .continuous)
        }
        self.pause = pause
        await withTaskCancellationHandler {
            await pause.value
        } onCancel: {
            pause.cancel()
        }
    }

    /// Begins no further step, and ends the pause between two polls.
    func stop() {
        isStopping = true
        for reconciler in reconcilers.values { reconciler.supervision.stop() }
        pause?.cancel()
        alarm?.task.cancel()
    }

    private func finish() async {
        stop()
        vitals.ends()
        let tasks = Array(busy.values) + considering.values
        let reaper = Task {
            try await Task.sleep(for: Self.stopPatience)
            for task in tasks { task.cancel() }
        }
        for task in tasks { await task.value }
        for reconciler in reconcilers.values { await reconciler.endTelling() }
        reaper.cancel()
    }

    private func turn() async {
        await endSuspensions()
        await poll()
        guard !isStopping else { return }
        guard let tip else { return await resumeWithoutTip() }
        let names = await clusters(at: tip)
        await collectCheckouts(besides: names, in: tip.reading.repository)
        for name in names {
            let reconciler = reconciler(of: name)
            if busy[name] != nil {
                consider(tip, reconciler)
            } else if let problem = gitProblem, await !hasOpenRun(name) {
                await show(problem, on: name)
            } else {
                busy[name] = Task { await work(reconciler, tip) }
            }
        }
    }

    private func hasOpenRun(_ name: ClusterName) async -> Bool {
        (try? await world.store.openRun(of: name)) != nil
    }

    /// Looks at a tip while a run is under way; not in the loop's own turn, since it may take long.
    private func consider(_ tip: Tip, _ reconciler: ClusterReconciler) {
        let name = reconciler.name
        guard considering[name] == nil else { return }
        considering[name] = Task {
            await reconciler.consider(tip)
            considering[name] = nil
            await lookAgain(as: reconciler)
        }
    }

    /// Continues open runs when the repository cannot be polled since the start: it may live in the
    /// very cluster whose node is drained.
    private func resumeWithoutTip() async {
        let known = (try? await world.store.clusters().map(\.name)) ?? []
        if let problem = gitProblem {
            for name in known where await !hasOpenRun(name) { await show(problem, on: name) }
        }
        guard let repository = try? await source.repository() else { return }
        for name in known where busy[name] == nil {
            let reconciler = reconciler(of: name)
            busy[name] = Task {
                await guarded(name) { try await reconciler.resume(in: repository) }
                busy[name] = nil
            }
        }
    }

    /// Shows in a cluster's condition that nobody knows what is committed.
    private func show(_ problem: GitError, on name: ClusterName) async {
        await guarded(name) {
            guard var record = try await world.store.cluster(name) else { return }
            record.show(
                problem.shown.condition, problem.description, rule: problem.kind.rule,
                hint: problem.hint)
            try await world.store.save(record)
        }
    }

    private func reconciler(of name: ClusterName) -> ClusterReconciler {
        if let known = reconcilers[name] { return known }
        let made = ClusterReconciler(name, in: world)
        reconcilers[name] = made
        return made
    }

    private func work(_ reconciler: ClusterReconciler, _ tip: Tip) async {
        await guarded(reconciler.name) {
            // Once more at once after a run, to see what the nodes show and what is new meanwhile.
            if try await reconciler.reconcile(tip), !isStopping {
                _ = try await reconciler.reconcile(self.tip ?? tip)
            }
        }
        busy[reconciler.name] = nil
        await lookAgain(as: reconciler)
    }

    /// Wakes the loop when a commit was left alone for its time, which may be long before a poll is
    /// due: a hook tells of a commit only once.
    private func lookAgain(as reconciler: ClusterReconciler) async {
        guard let time = await reconciler.lookAgainAt, !isStopping else { return }
        let now = world.clock.now
        if let alarm, alarm.at > now, alarm.at <= time { return }
        alarm?.task.cancel()
        let task = Task {
            guard (try? await Task.sleep(for: time - now)) != nil else { return }
            wake()
        }
        alarm = (time, task)
    }

    /// Does something with the journal, and tells when that fails.
    func guarded(_ name: ClusterName, _ work: () async throws -> Void) async {
        do {
            try await work()
        } catch is CancellationError {
            // The process ends; the journal knows where to continue.
        } catch {
            let sentence = (error as? any ExplainedError).map { "\($0) \($0.hint)" } ?? "\(error)"
            if storeRepetition.isDue("\(name) \(sentence)", now: world.clock.now) {
                tell(.error, .waiting, sentence, cluster: name)
            }
        }
    }

    private func poll() async {
        let began = world.clock.now
        do {
            await keepCommitsInUse()
            let found = try await source.poll()
            vitals.polled(
                in: world.clock.now - began, at: wallClock(),
                isMirrorRebuilt: found.mirrorRebuilt != nil)
            gitRepetition.reset()
            gitProblem = nil
            let before = await showSource(at: found.tip)
            tellMirror(found)
            guard isNewTip(found) else { return }
            let commit = try await found.repository.commit(found.tip)
            let relation = try await found.repository.relationIfThere(
                of: before ?? found.tip, to: found.tip)
            tell(.notice, .revisionSeen, newTip(commit, relation))
        } catch let error as GitError {
            vitals.pollFailed(in: world.clock.now - began)
            gitProblem = error
            await showSource(failing: error)
            guard gitRepetition.isDue(error.description, now: world.clock.now) else { return }
            let level: LogRecord.Level = error.disposition == .waiting ? .warning : .error
            tell(
                level, .waiting, error.description, hint: error.hint,
                fields: ["rule": error.kind.rule])
        } catch {
            // Cancelled while polling: the loop is about to end.
        }
    }

    /// The clusters of the tip, with those that the journal knows when the tip cannot be read.
    private func clusters(at tip: Tip) async -> [ClusterName] {
        let known = (try? await world.store.clusters().map(\.name)) ?? []
        do {
            try await world.trust.verify(tip.commit, for: nil, in: tip.reading.repository)
            let names = try await tip.reading.contents(of: tip.commit).map(\.definition.name)
            return Array(Set(names + known)).sorted()
        } catch let error as UntrustedCommit {
            // Each known cluster tells it in its own name.
            if known.isEmpty, readRepetition.isDue(error.description, now: world.clock.now) {
                tell(
                    error.disposition.level, error.disposition.event, error.description,
                    hint: error.hint, fields: error.fields)
            }
        } catch let error as ReadError {
            let isNew = readRepetition.isDue(error.rendered(), now: world.clock.now)
            if known.isEmpty, isNew {
                tell(.error, .refused, error.rendered(), hint: error.hint)
            }
        } catch let error as GitError {
            // Damage leads to a new mirror at the next poll.
            if readRepetition.isDue(error.description, now: world.clock.now) {
                tell(error.shown.level, .waiting, error.description, hint: error.hint)
            }
        } catch {
            tell(.error, .waiting, "\(error)")
        }
        return known
    }

    func tell(
        _ level: LogRecord.Level, _ event: LogRecord.Event, _ message: String, hint: String = "",
        cluster: ClusterName? = nil, fields: [String: String] = [:]
    ) {
        world.log.write(
            LogRecord(
                time: wallClock(), level: level, event: event, cluster: cluster,
                revision: tip.map { revision($0.commit) }, message: message,
                fields: hint.isEmpty ? fields : fields.merging(["hint": hint]) { $1 }))
    }
}
