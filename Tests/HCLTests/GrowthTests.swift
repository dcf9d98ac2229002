import Testing

@testable import hcl_growth

/// The time for an input grows with its size and not faster, whatever the input is like.
@Suite("Growth")
struct GrowthTests {
    @Test("is not much more than linear", arguments: Shape.syntax + Shape.values)
    func growth(shape: Shape) {
        // A quadratic step shows as two; noise that lifts an exponent once does not do so again,
        // at larger sizes and with the best of more runs.
        var growth = Growth(of: shape, from: 5_000, factor: 4, steps: 2, runs: 1)
        var size = 10_000
        while growth.exponent >= Growth.limit, size <= 40_000 {
            growth = Growth(of: shape, from: size, factor: 4, steps: 2, runs: 4)
            size *= 2
        }
        #expect(growth.exponent < Growth.limit, "\(growth.sizes) bytes: \(growth.seconds) s")
    }

    @Test("that is quadratic is seen")
    func quadratic() {
        let shape = Shape(description: "sums of sums") { size in
            let count = size / 10
            let text = "[for a in range(\(count)) : sum([for b in range(\(count)) : b])]"
            return Sample(.expression, text, size: size)
        }
        let growth = Growth(of: shape, from: 300, factor: 4, steps: 2, runs: 3)
        #expect(growth.exponent >= Growth.limit, "\(growth.seconds)")
    }
}
