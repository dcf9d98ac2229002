import Foundation
import Synchronization
import Testing

/// What a read did not do in its time.
struct DidNotReturn: Error {}

/// Runs blocking work on a thread of its own, and gives up on it after a while.
///
/// A read that never returns then fails its test, and holds nothing else up but a processor.
func bounded<R: Sendable>(
    seconds: Double = 60, _ work: @escaping @Sendable () throws -> R
) async throws -> R {
    let waiting = Mutex<CheckedContinuation<R, any Error>?>(nil)
    let box = Box(waiting)
    return try await withCheckedThrowingContinuation { continuation in
        box.value.withLock { $0 = continuation }
        let answer: @Sendable (Result<R, any Error>) -> Void = { result in
            let continuation = box.value.withLock { waiting in
                defer { waiting = nil }
                return waiting
            }
            continuation?.resume(with: result)
        }
        Thread.detachNewThread { answer(Result { try work() }) }
        DispatchQueue.global().asyncAfter(deadline: .now() + seconds) {
            answer(.failure(DidNotReturn()))
        }
    }
}

private final class Box<R: Sendable>: Sendable {
    let value: Mutex<CheckedContinuation<R, any Error>?>

    init(_ value: consuming sending Mutex<CheckedContinuation<R, any Error>?>) {
        self.value = value
    }
}
