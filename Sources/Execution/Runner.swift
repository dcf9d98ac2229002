public import ClusterModel
public import Planning

/// Runs a plan: asks ``RunState`` what to do, does it, and journals how it went.
///
/// The loop has no logic of its own. Every intent is in the journal before the act, so that the
/// process can be killed at any instruction and the next one looks before it acts.
public struct Runner: Sendable {
    let world: RunWorld
    let limits: RunLimits

    /// Creates a runner in a world.
    public init(in world: RunWorld, limits: RunLimits = RunLimits()) {
        self.world = world
        self.limits = limits
    }

    /// Runs the plan from wherever its journal says it stopped.
    ///
    /// The `stamp` is that of ``RunContext``, and stays the same when the run is continued.
    ///
    /// Throws what the journal throws, ``ReplayError`` for a journal that does not fit, and
    /// `CancellationError`; a failure of the cluster is an outcome and not an error.
    public func run(
        _ plan: Plan, of definition: ClusterDefinition, as id: RunID, stamp: String = ""
    ) async throws -> RunOutcome {
        let entries = try await world.journal.entries(of: id)
        var run = Run(
            id: id, definition: definition, stamp: stamp,
            state: try RunState(of: plan, replaying: entries))
        announce(.runStarted(resumed: !entries.isEmpty), nil, startMessage(plan, entries))
        while true {
            switch run.state.nextAction {
            case .start:
                try await record(.runStarted(planDigest: plan.digest), in: &run)
            case .perform(let step):
                if let outcome = try await heed(&run) { return outcome }
                guard run.state.isBetweenSteps else { continue }
                if let outcome = try await perform(step, in: &run) { return outcome }
            case .probe(let step, let evidence):
                try await probe(step, evidence, in: &run)
            case .resolve(let step, let evidence):
                try await resolve(step, evidence, in: &run)
            case .complete:
                try await record(.runDone, in: &run)
            case .finish(let outcome):
                announce(outcome)
                return outcome
            }
        }
    }

    /// Honours what was asked of the run meanwhile; returns when the run stops here.
    private func heed(_ run: inout Run) async throws -> RunOutcome? {
        switch try await world.supervisor.request(for: run.id) {
        case .proceed: break
        case .supersede(let revision):
            // A commit does not take over from itself.
            guard revision != run.state.plan.target else { break }
            try await end(&run, with: .superseded(by: revision))
        case .stop(let stop):
            try await end(&run, with: .stopped(stop))
        case .pause:
            announce(.paused)
            return .paused
        }
        return nil
    }

    /// Ends the run here, unless a node is in flight; one whose drain was begun is given back before.
    private func end(_ run: inout Run, with entry: JournalEntry) async throws {
        guard run.state.nodeInFlight == nil else { return }
        do {
            if let step = run.state.begunDrain, let node = step.node {
                try await uncordon(node, step: step)
                let message = "\(node) is not drained after all; it was uncordoned again."
                announce(.progress, step, message)
            }
            try await record(entry, in: &run)
        } catch let failure as StepFailure {
            try await fail(failure.adding("The node is left cordoned."), in: &run)
        }
    }

    /// Performs a step; returns when the run stops here, before the step was begun.
    private func perform(_ step: Step, in run: inout Run) async throws -> RunOutcome? {
        guard run.state.attempts < limits.attempts else {
            try await fail(try await leaving(step, with: tooManyAttempts(step), in: run), in: &run)
            return nil
        }
        announce(.stepStarted, step, "\(step.action.kind): \(step.reason)")
        do {
            let evidence = try await prepare(step, in: run)
            // Its gates may have been closed for long.
            if run.mayStop(before: step), let outcome = try await heed(&run) { return outcome }
            guard run.state.isBetweenSteps else { return nil }
            try await record(.stepStarted(step.index, evidence), in: &run)
            let result = try await act(step, in: run)
            try await succeed(step, with: result, in: &run)
        } catch let failure as StepFailure {
            try await fail(failure, in: &run)
        } catch let doubt as StepInDoubt {
            // The step stays "started": the loop looks at it as it would after a crash.
            announce(.progress, step, "\(doubt.reason) Looking at what happened.")
        }
        return nil
    }

    /// Checks what must hold right before a step; returns what its node shows.
    ///
    /// A node that was drained for nothing is given back, since nobody comes back to it.
    private func prepare(_ step: Step, in run: Run) async throws -> Evidence {
        try await ensureDrained(step, in: run)
        do {
            try await passGates(of: step, in: run)
            return try await evidence(before: step)
        } catch let failure as StepFailure {
            throw try await leaving(step, with: failure, in: run)
        }
    }

    func succeed(_ step: Step, with result: StepResult, in run: inout Run) async throws {
        try await record(.stepDone(step.index, result), in: &run)
        announce(.stepDone, step, "\(step.action.kind) done: \(step.effect)")
    }

    /// Halts the run at its current step.
    func fail(_ failure: StepFailure, in run: inout Run) async throws {
        guard let step = run.state.currentStep else { return }
        var failure = failure.failure
        if failure.disposition == .stalled {
            let command = "`uprev reconcile \(run.definition.name) --retry`"
            failure.hint += " \(command) tries the commit once more."
        }
        try await record(.stepFailed(step.index, failure), in: &run)
    }

    func record(_ entry: JournalEntry, in run: inout Run) async throws {
        var next = run.state
        try next.apply(entry)
        try await world.journal.append(entry, to: run.id)
        run.state = next
    }
}

/// Everything that a run touches, behind the ports that this room declares.
public struct RunWorld: Sendable {
    /// The Talos API.
    public var talos: any TalosCluster
    /// The Kubernetes API.
    public var kubernetes: any KubernetesCluster
    /// The stages of the operator's procedure.
    public var stages: any StageRunner
    /// Kubernetes upgrades.
    public var upgrader: any KubernetesUpgrader
    /// The journal.
    public var journal: any Journal
    /// What nodes were given, across runs.
    public var ledger: any InstallLedger
    /// Time.
    public var clock: any RunClock
    /// Who listens.
    public var observer: any RunObserver
    /// Who may ask the run to stop.
    public var supervisor: any RunSupervisor
    /// Where etcd snapshots are written: the path of a file for a run and a label.
    public var snapshotPath: @Sendable (RunID, String) -> String

    /// Creates a world.
    public init(
        talos: any TalosCluster, kubernetes: any KubernetesCluster, stages: any StageRunner,
        upgrader: any KubernetesUpgrader, journal: any Journal, ledger: any InstallLedger,
        clock: any RunClock,
        observer: any RunObserver, supervisor: any RunSupervisor,
        snapshotPath: @escaping @Sendable (RunID, String) -> String
    ) {
        self.talos = talos
        self.kubernetes = kubernetes
        self.stages = stages
        self.upgrader = upgrader
        self.journal = journal
        self.ledger = ledger
        self.clock = clock
        self.observer = observer
        self.supervisor = supervisor
        self.snapshotPath = snapshotPath
    }
}

/// A run while the process works on it.
struct Run: Sendable {
    let id: RunID
    let definition: ClusterDefinition
    let stamp: String
    var state: RunState

    var rollout: RolloutPolicy { definition.rollout }

    /// Whether the run may stop when a step's gates are passed: no node was touched for it.
    func mayStop(before step: Step) -> Bool {
        if case .install = step.action { return false }
        return state.nodeInFlight == nil
    }

    var context: RunContext {
        RunContext(
            run: id, cluster: definition.name, revision: state.plan.target, stamp: stamp)
    }
}

/// A step that definitely did not succeed.
struct StepFailure: Error {
    let failure: Failure

    init(_ message: String, hint: String, disposition: Disposition = .stalled) {
        failure = Failure(message, hint: hint, disposition: disposition)
    }

    init(_ error: any ExplainedError) {
        self.init(error.description, hint: error.hint, disposition: error.disposition)
    }

    /// The same failure with one more sentence.
    func adding(_ sentence: String) -> StepFailure {
        StepFailure(
            "\(failure.message) \(sentence)", hint: failure.hint,
            disposition: failure.disposition)
    }
}

/// A step that may or may not have happened.
struct StepInDoubt: Error {
    let reason: String
}
