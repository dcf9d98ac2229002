import Synchronization

/// Asks once for a process to be stopped; the first reason counts.
final class StopRequest: Sendable {
    private let first = Mutex<StopReason?>(nil)
    private let stream: AsyncStream<StopReason>
    private let continuation: AsyncStream<StopReason>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
    }

    /// The first reason that was given.
    var reason: StopReason? { first.withLock { $0 } }

    /// Asks for the stop.
    func make(_ reason: StopReason) {
        let isFirst = first.withLock { known in
            defer { known = known ?? reason }
            return known == nil
        }
        if isFirst { continuation.yield(reason) }
    }

    /// Waits for a request; `nil` when the task is cancelled first.
    func wait() async -> StopReason? {
        for await reason in stream { return reason }
        return nil
    }
}
