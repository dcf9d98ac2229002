public import Execution
import Synchronization

/// Remembers what a run had to tell.
public final class RecordingObserver: RunObserver {
    private let recorded = Mutex<[RunEvent]>([])

    /// Creates an observer that heard nothing yet.
    public init() {}

    /// Takes one event.
    public func record(_ event: RunEvent) { recorded.withLock { $0.append(event) } }

    /// Everything that was told, in order.
    public var events: [RunEvent] { recorded.withLock { $0 } }

    /// The sentences of everything that was told, in order.
    public var messages: [String] { events.map(\.message) }
}

/// Asks of a run what a script says.
public final class ScriptedSupervisor: RunSupervisor {
    private struct State: Sendable {
        var count = 0
        var script: [Int: RunRequest] = [:]
        var standing = RunRequest.proceed
    }

    private let state = Mutex(State())

    /// Creates a supervisor that lets every run proceed.
    public init() {}

    /// Says `request` the `count`th time that it is asked, the first time being 1.
    public func say(_ request: RunRequest, at count: Int) {
        state.withLock { $0.script[count] = request }
    }

    /// Says `request` from now on, whenever the script says nothing else.
    public func sayAlways(_ request: RunRequest) { state.withLock { $0.standing = request } }

    /// How often it was asked.
    public var count: Int { state.withLock { $0.count } }

    /// What is asked of the run.
    public func request(for run: RunID) async -> RunRequest {
        state.withLock { state in
            state.count += 1
            return state.script[state.count] ?? state.standing
        }
    }
}
