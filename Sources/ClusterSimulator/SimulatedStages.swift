public import ClusterModel
public import Execution
import Synchronization

/// The operator's procedure, simulated: it notes what was run, and its images stage publishes.
public final class SimulatedStages: StageRunner {
    /// A stage that was run.
    public struct Call: Hashable, Sendable {
        /// What the stage is for.
        public var kind: StageKind
        /// How far it was to go.
        public var mode: StageMode
        /// The commit it was run for.
        public var revision: Revision
        /// The stamp of the run that it was run in.
        public var stamp: String
    }

    private struct Product: Sendable {
        var reference: String
        var image: SimulatedImage
    }

    private struct Applied: Hashable, Sendable {
        var kind: StageKind
        var revision: Revision
    }

    private struct State: Sendable {
        var calls: [Call] = []
        var applied: Set<Applied> = []
        var products: [Revision: Product] = [:]
        var failures: [StageKind: [StageError]] = [:]
        var duration = Duration.seconds(30)
    }

    private let registry: SimulatedRegistry
    private let clock: any RunClock
    private let crashes: CrashSwitch
    private let state = Mutex(State())

    /// Creates stages that publish in `registry` and take their time on `clock`.
    public init(registry: SimulatedRegistry, clock: any RunClock, crashes: CrashSwitch) {
        self.registry = registry
        self.clock = clock
        self.crashes = crashes
    }

    /// Says what the images stage of a commit builds, and the reference that its output names.
    public func define(_ revision: Revision, reference: String, image: SimulatedImage) {
        state.withLock { $0.products[revision] = Product(reference: reference, image: image) }
    }

    /// Sets how long a stage takes.
    public func setDuration(_ duration: Duration) { state.withLock { $0.duration = duration } }

    /// Lets the next run of a stage fail; several failures happen one after the other.
    public func fail(_ kind: StageKind, with error: StageError) {
        state.withLock { $0.failures[kind, default: []].append(error) }
    }

    /// The stages that were begun, in order.
    public var calls: [Call] { state.withLock { $0.calls } }

    /// Runs a stage.
    public func run(
        _ stage: Stage, mode: StageMode, in run: RunContext,
        output: @escaping @Sendable (String) -> Void
    ) async throws -> StageReport {
        try crashes.point("stage.before")
        let call = Call(kind: stage.kind, mode: mode, revision: run.revision, stamp: run.stamp)
        let (duration, failure) = state.withLock { state -> (Duration, StageError?) in
            state.calls.append(call)
            let failure = state.failures[stage.kind]?.first
            if failure != nil { state.failures[stage.kind]?.removeFirst() }
            return (state.duration, failure)
        }
        output("\(stage.kind.rawValue): \(mode.rawValue) at \(run.revision.short)")
        try await clock.sleep(for: duration)
        try crashes.check()
        if let failure { throw failure }
        if mode == .apply { apply(stage.kind, run.revision) }
        try crashes.point("stage.after")
        return StageReport(units: ["\(stage.kind.rawValue): 1 changed, 0 destroyed"])
    }

    /// Whether the stage was applied at the run's commit, and nothing else after it.
    public func isApplied(_ stage: Stage, in run: RunContext) async throws -> Bool {
        try crashes.check()
        return state.withLock {
            $0.applied.contains(Applied(kind: stage.kind, revision: run.revision))
        }
    }

    /// The reference that the images stage of the run's commit built.
    public func value(of output: UnitOutput, in run: RunContext) async throws -> String {
        try crashes.check()
        let reference = state.withLock { state -> String? in
            let isBuilt = state.applied.contains(Applied(kind: .images, revision: run.revision))
            return isBuilt ? state.products[run.revision]?.reference : nil
        }
        guard let reference else {
            throw StageError(
                "The unit \(output.unit) has no output \(output.name).",
                hint: "Run the images stage first.")
        }
        return reference
    }

    private func apply(_ kind: StageKind, _ revision: Revision) {
        let product = state.withLock { state -> Product? in
            // The state of a stage is one for all commits: the last apply counts.
            state.applied = state.applied.filter { $0.kind != kind }
            state.applied.insert(Applied(kind: kind, revision: revision))
            return kind == .images ? state.products[revision] : nil
        }
        if let product { registry.publish(product.reference, product.image) }
    }
}

/// Kubernetes upgrades, simulated: they take their time and arrive.
public final class SimulatedUpgrader: KubernetesUpgrader {
    private struct State: Sendable {
        var versions: [Version] = []
        var failures: [ClusterError] = []
    }

    private let clock: any RunClock
    private let crashes: CrashSwitch
    private let arrive: @Sendable (Version) -> Void
    private let state = Mutex(State())

    /// Creates an upgrader; `arrive` is told the version that every component has reached.
    public init(
        clock: any RunClock, crashes: CrashSwitch, arrive: @escaping @Sendable (Version) -> Void
    ) {
        self.clock = clock
        self.crashes = crashes
        self.arrive = arrive
    }

    /// Lets the next upgrade fail.
    public func fail(with error: ClusterError) { state.withLock { $0.failures.append(error) } }

    /// The versions that were asked for, in order.
    public var versions: [Version] { state.withLock { $0.versions } }

    /// Brings every component to `version`.
    public func upgrade(
        to version: Version, method: KubernetesMethod,
        progress: @escaping @Sendable (String) -> Void
    ) async throws {
        try crashes.point("kubernetes.before")
        let failure = state.withLock { state -> ClusterError? in
            state.versions.append(version)
            return state.failures.isEmpty ? nil : state.failures.removeFirst()
        }
        progress("upgrading to \(version) by \(method.rawValue)")
        try await clock.sleep(for: .seconds(120))
        try crashes.check()
        if let failure { throw failure }
        arrive(version)
        try crashes.point("kubernetes.after")
    }
}
