import Foundation

/// How the time for a shape of input grows with its size.
struct Growth {
    /// Above this the time grows faster than can be explained by noise or a logarithm.
    static let limit = 1.5

    /// The sizes in bytes.
    private(set) var sizes: [Int] = []
    /// The processor time for each size, in seconds.
    private(set) var seconds: [Double] = []

    /// Measures a shape at sizes each of which is a factor larger than the one before.
    ///
    /// For each size the shortest of several runs counts, in time of the processor and not of the
    /// clock, so that other programs hardly matter.
    init(of shape: Shape, from smallest: Int, factor: Int, steps: Int, runs: Int) {
        var size = smallest
        for _ in 0..<steps {
            let sample = shape.make(size)
            var best = Double.infinity
            for _ in 0..<runs { best = min(best, Self.time { _ = sample.process() }) }
            sizes.append(sample.size)
            seconds.append(max(best, 1e-7))
            size *= factor
        }
    }

    /// The power of the size that the time grows with: one for linear, two for quadratic.
    var exponent: Double {
        guard let first = sizes.first, let last = sizes.last, let quick = seconds.first,
            let slow = seconds.last
        else { return 0 }
        return log(slow / quick) / log(Double(last) / Double(first))
    }

    private static func time(_ work: () -> Void) -> Double {
        let start = processorTime()
        work()
        return processorTime() - start
    }

    private static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
