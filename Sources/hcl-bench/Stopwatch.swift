/// Times an operation that is too short to time once.
enum Stopwatch {
    private static let stretch = Duration.milliseconds(50)

    /// Nanoseconds per operation, each the mean over a stretch of time, after a warm-up.
    static func sample(_ total: Duration, _ operation: () throws -> Void) throws -> [Double] {
        let clock = ContinuousClock()
        let warm = clock.now
        while clock.now - warm < total / 5 { try operation() }
        var samples: [Double] = []
        let begin = clock.now
        while clock.now - begin < total || samples.count < 5 {
            var count = 0
            let start = clock.now
            while count == 0 || clock.now - start < stretch {
                try operation()
                count += 1
            }
            samples.append((clock.now - start) / .nanoseconds(1) / Double(count))
        }
        return samples
    }
}
