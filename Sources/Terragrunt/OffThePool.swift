import Dispatch

/// Does work that waits for the disk on a thread of its own, not on one of Swift's few.
func offThePool<Result: Sendable>(
    _ work: @escaping @Sendable () throws -> Result
) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global(qos: .utility).async {
            continuation.resume(with: Swift.Result { try work() })
        }
    }
}
