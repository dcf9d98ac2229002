import ClusterModel
import Execution
import Planning
import Reporting
import Synchronization

/// What is asked of the runs of one cluster, shared by the poller, the signal handler and the runner.
final class RunSupervision: RunSupervisor {
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

    func request(for run: RunID) async -> RunRequest {
        state.withLock { state in
            if state.isStopping { return .pause }
            return state.newer.map(RunRequest.supersede(by:)) ?? .proceed
        }
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
