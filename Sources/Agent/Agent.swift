import ClusterModel
public import Execution
import Git
import RunStore
import Synchronization

/// The agent: polls the repository, and keeps every cluster that it defines reconciled.
public final class Agent: Sendable {
    private let settings: AgentSettings
    private let connecting: any ClusterConnecting
    private let limits: RunLimits
    private let output: @Sendable (String) -> Void
    private let stopping = Mutex(StopState())

    private struct StopState {
        var isStopping = false
        var wake: (@Sendable () -> Void)?
    }

    /// Creates an agent that writes its log lines to `output`.
    public init(
        settings: AgentSettings, connecting: any ClusterConnecting,
        limits: RunLimits = RunLimits(), output: @escaping @Sendable (String) -> Void
    ) {
        self.settings = settings
        self.connecting = connecting
        self.limits = limits
        self.output = output
    }

    /// Asks the agent to end: no further step is begun, and a run continues at the next start.
    public func stop() {
        let wake = stopping.withLock { state in
            state.isStopping = true
            return state.wake
        }
        wake?()
    }

    /// Works until ``stop()`` is called or the task is cancelled.
    ///
    /// Throws ``StoreError`` when the state directory cannot be taken, and `GitError` for a URL or
    /// branch that no agent can follow, or one that lacks a setting; ``HTTPServerError`` and
    /// ``HookSecretError`` when the HTTP server cannot be started as asked.
    public func run() async throws {
        let source = try source()
        let store = try RunStore.open(in: settings.stateDirectory)
        let log = LogWriter(store: store, settings: settings, output: output)
        let world = ReconcilerWorld(
            store: store, source: source, log: log, connecting: connecting, clock: SystemClock(),
            limits: limits,
            ownNode: settings.ownNode, backupDirectory: settings.backupDirectory,
            stateDirectory: settings.stateDirectory, fetchesSubmodules: settings.fetchesSubmodules,
            trust: CommitTrust(policy: signatures, store: store))
        let vitals = AgentVitals()
        let loop = AgentLoop(
            source: source, world: world, settings: settings, vitals: vitals)
        let server = try await settings.startServer(in: world, vitals: vitals) {
            await loop.wake()
        }
        async let writing: Void = log.run()
        stopping.withLock { $0.wake = { Task { await loop.stop() } } }
        if stopping.withLock({ $0.isStopping }) { await loop.stop() }
        let control = ControlDesk(loop: loop, log: log).open(for: settings)
        await loop.run()
        await control?.close()
        await server?.stop()
        log.finish()
        await writing
        try store.close()
    }

    private var signatures: SignaturePolicy? {
        guard !settings.signers.isEmpty else { return nil }
        return SignaturePolicy(
            files: settings.signers, folder: "\(settings.stateDirectory)/signatures")
    }

    private func source() throws -> GitSource {
        let url = try RemoteURL(settings.repository)
        try settings.access.check(for: url)
        return GitSource(
            url: url, branch: try BranchName(settings.branch),
            mirrorDirectory: "\(settings.stateDirectory)/mirror", access: settings.access,
            worker: settings.worker, timeout: settings.gitTimeout)
    }
}
