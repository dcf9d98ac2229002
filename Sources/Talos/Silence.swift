import Synchronization

/// Remembers when a stream last brought something.
final class Pulse: Sendable {
    private let latest = Mutex(ContinuousClock.now)

    /// Notes that something came.
    func beat() { latest.withLock { $0 = .now } }

    /// How long nothing came.
    var age: Duration { latest.withLock { $0.duration(to: .now) } }
}

/// A stream that brought nothing for too long.
struct Silence: Error {
    let limit: Duration
}

/// Runs `body`, and cancels it with ``Silence`` once it has not beaten its pulse for `limit`.
func withSilenceLimit<Value: Sendable>(
    _ limit: Duration, _ body: @escaping @Sendable (Pulse) async throws -> Value
) async throws -> Value {
    let pulse = Pulse()
    return try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask { try await body(pulse) }
        group.addTask {
            while true {
                let age = pulse.age
                guard age < limit else { throw Silence(limit: limit) }
                try await Task.sleep(for: limit - age)
            }
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw CancellationError() }
        return value
    }
}
