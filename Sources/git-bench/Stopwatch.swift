import Glibc

/// Times an operation that is done over and over in one process.
enum Stopwatch {
    private static let stretch = Duration.milliseconds(50)

    /// Pairs of nanoseconds per operation, of the clock and of the processors, those of child
    /// processes included, after a warm-up.
    ///
    /// A sample is the mean over a stretch of time, or one operation where it takes longer or each
    /// needs a place of its own.
    static func samples(of operation: Operation, _ total: Duration) async throws -> [[Double]] {
        var samples: [[Double]] = []
        guard operation.places.isEmpty else {
            for place in operation.places {
                samples.append(try await sample { _ = try await operation.perform(place) })
            }
            return Array(samples.dropFirst())
        }
        let watch = ContinuousClock()
        let warm = watch.now
        repeat { _ = try await operation.perform(nil) } while watch.now - warm < total / 5
        let begin = watch.now
        repeat {
            samples.append(
                try await sample(during: stretch) { _ = try await operation.perform(nil) })
        } while watch.now - begin < total || samples.count < 5
        return samples
    }

    private static func sample(
        during stretch: Duration = .zero, _ operation: () async throws -> Void
    ) async throws -> [Double] {
        let watch = ContinuousClock()
        let (start, used) = (watch.now, processorTime)
        var count = 0.0
        repeat {
            try await operation()
            count += 1
        } while watch.now - start < stretch
        let (clock, processors) = ((watch.now - start) / .nanoseconds(1), processorTime - used)
        return [clock / count, processors / count]
    }

    /// The nanoseconds that this process and the children that it waited for have used so far.
    private static var processorTime: Double {
        var own = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own)
        var children = rusage()
        getrusage(RUSAGE_CHILDREN.rawValue, &children)
        let (user, system) = (children.ru_utime, children.ru_stime)
        return Double(own.tv_sec) * 1e9 + Double(own.tv_nsec)
            + Double(user.tv_sec + system.tv_sec) * 1e9
            + Double(user.tv_usec + system.tv_usec) * 1e3
    }
}
