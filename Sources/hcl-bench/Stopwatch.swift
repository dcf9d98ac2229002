#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Times an operation that is too short to time once.
enum Stopwatch {
    private static let stretch = Duration.milliseconds(50)

    /// Nanoseconds per operation, of the clock and of the processors, each the mean over a stretch
    /// of time, after a warm-up.
    static func sample(_ total: Duration, _ operation: () throws -> Void) throws -> [[Double]] {
        let watch = ContinuousClock()
        let warm = watch.now
        while watch.now - warm < total / 5 { try operation() }
        var samples: [[Double]] = []
        let begin = watch.now
        while watch.now - begin < total || samples.count < 5 {
            var count = 0.0
            let start = watch.now
            let used = processorTime
            while count == 0 || watch.now - start < stretch {
                try operation()
                count += 1
            }
            samples.append([
                (watch.now - start) / .nanoseconds(1) / count, (processorTime - used) / count,
            ])
        }
        return samples
    }

    /// The nanoseconds that this process has used so far.
    private static var processorTime: Double {
        Double(clock()) * 1e9 / Double(CLOCKS_PER_SEC)
    }
}
