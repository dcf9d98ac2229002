import Foundation

/// Prints how the time for every shape of input grows with its size.
///
///     hcl-growth [WORD]
///
/// With a word, only the shapes whose name contains it. Fails if any grows too fast.
@main
enum GrowthTable {
    static func main() {
        let word = CommandLine.arguments.dropFirst().first ?? ""
        let shapes = (Shape.syntax + Shape.values).filter {
            word.isEmpty || $0.description.contains(word)
        }
        print(row("shape", ["bytes", "ns/byte at 1/4", "at 1/2", "at 1", "exponent"]))
        var tooFast: [String] = []
        for shape in shapes {
            let growth = Growth(of: shape, from: 256 * 1_024, factor: 2, steps: 3, runs: 3)
            let rates = zip(growth.seconds, growth.sizes).map { $0 / Double($1) * 1e9 }
            let isTooFast = growth.exponent >= Growth.limit
            if isTooFast { tooFast.append(shape.description) }
            print(
                row(
                    shape.description,
                    ["\(growth.sizes.last ?? 0)"] + rates.map { format($0, 1) }
                        + [format(growth.exponent, 2) + (isTooFast ? " !" : "  ")]))
            fflush(nil)
        }
        if tooFast.isEmpty { return }
        print("\ngrowing faster than the input: \(tooFast.joined(separator: "; "))")
        exit(1)
    }

    private static func row(_ name: String, _ columns: [String]) -> String {
        let widths = [9, 15, 10, 10, 9]
        let label = String(name.prefix(48)).padding(toLength: 48, withPad: " ", startingAt: 0)
        return zip(widths, columns).reduce(label) { line, column in
            line + String(repeating: " ", count: max(1, column.0 - column.1.count)) + column.1
        }
    }

    private static func format(_ number: Double, _ digits: Int) -> String {
        String(format: "%.\(digits)f", number)
    }
}
