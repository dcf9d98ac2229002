import ClusterModel
import Execution
import Planning
import Reporting
import RunStore
import Synchronization

/// What is asked of the runs of one cluster by the poller and the signal handler, who share it.
final class RunSupervision: Sendable {
    private struct State {
        var isStopping = false
        var newer: Revision?
    }

    private let state = Mutex(State())

    /// Stops runs between two steps, so that the process can end.
    func stop() { state.withLock { $0.isStopping = true } }

    /// Lets a newer commit take over once no node is in flight.
    func supersede(by revision: Revision) { state.withLock { $0.newer = revision } }

    /// Forgets a newer commit, when the run that it was for has ended.
    func clear() { state.withLock { $0.newer = nil } }

    /// What is asked now.
    var request: RunRequest {
        state.withLock { state in
            if state.isStopping { return .pause }
            return state.newer.map(RunRequest.supersede(by:)) ?? .proceed
        }
    }
}

/// What is asked of a run, with what commands ask of it: that is in the journal and nowhere else, so
/// that a restart changes none of it.
struct JournaledSupervision: RunSupervisor {
    /// How often the journal is asked before it is given up, and the time between.
    static let attempts = 4
    static let pause = Duration.milliseconds(250)

    let supervision: RunSupervision
    let store: RunStore

    /// Throws `StoreError` where the journal cannot be read: nobody knows then whether the run may
    /// go on.
    func request(for run: RunID) async throws -> RunRequest {
        for _ in 1..<Self.attempts {
            if let request = try? await look(at: run) { return request }
            try await Task.sleep(for: Self.pause)
        }
        return try await look(at: run)
    }

    private func look(at run: RunID) async throws -> RunRequest {
        let request = supervision.request
        guard request != .pause else { return request }
        if try await store.order(.cancel, of: run) != nil { return .stop(.cancelled) }
        let suspension = try await store.suspension(of: run.cluster, at: wallClock())
        return suspension == nil ? request : .stop(.suspended)
    }
}

/// Makes records of a run's events.
struct RunReporter: RunObserver {
    let log: LogWriter
    let subject: RunSubject

    func record(_ event: RunEvent) {
        log.write(LogRecord(event, of: subject, at: wallClock()))
    }
}

/// The time of the machine that the agent runs on.
struct SystemClock: RunClock {
    private static let origin = ContinuousClock.now

    var now: Duration { ContinuousClock.now - Self.origin }

    func sleep(for duration: Duration) async throws {
        try await ContinuousClock().sleep(for: duration)
    }
}
