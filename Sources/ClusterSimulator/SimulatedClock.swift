public import Execution
import Synchronization

/// A clock that jumps: to sleep is to be there already.
///
/// It is meant for one sleeper at a time; several take turns and each moves the time on.
public final class SimulatedClock: RunClock {
    private let time = Mutex(Duration.zero)
    private let limit: Duration

    /// Creates a clock at zero that refuses to run beyond `limit`, so that no simulation hangs.
    public init(limit: Duration = .seconds(90 * 24 * 3600)) { self.limit = limit }

    /// The time since the simulation began.
    public var now: Duration { time.withLock { $0 } }

    /// Moves the time on.
    public func advance(by duration: Duration) {
        time.withLock { $0 += max(duration, .zero) }
    }

    /// Moves the time on, unless the task is cancelled or the limit is passed.
    public func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        advance(by: duration)
        guard now <= limit else { throw SimulationTimeout(limit: limit) }
    }
}

/// A simulation that ran on and on.
public struct SimulationTimeout: Error, Hashable, CustomStringConvertible {
    /// The time at which it was ended.
    public let limit: Duration

    /// Says so.
    public var description: String {
        "The simulation did not end within \(limit.components.seconds) simulated seconds."
    }
}
