import CAllocations
import HCL

/// The project's own side of the HCL benchmark; `Tests/Benchmarks/hcl/README.md` says what is
/// measured.
///
/// Usage: `hcl-bench time FILE SECONDS`, `hcl-bench allocations FILE`, `hcl-bench memory FILE` or
/// `hcl-bench values FILE`.
@main
struct Bench {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 3 else { throw BenchFailure("arguments are missing") }
        let source = SourceFile(path: "bench.hcl", bytes: try FileBytes.read(arguments[2]))
        let workload = Workload(source: source)
        switch arguments[1] {
        case "time":
            guard let seconds = arguments.count > 3 ? Double(arguments[3]) : nil else {
                throw BenchFailure("the number of seconds is missing")
            }
            let parse = try Stopwatch.sample(.seconds(seconds)) { _ = try workload.parse() }
            let evaluate = try Stopwatch.sample(.seconds(seconds)) { _ = try workload.evaluate() }
            print("{\"parse\":\(parse),\"evaluate\":\(evaluate)}")
        case "allocations":
            let parse = try allocations { _ = try workload.parse() }
            let evaluate = try allocations { _ = try workload.evaluate() }
            print("{\"parse\":\(parse),\"evaluate\":\(evaluate)}")
        case "memory":
            _ = try workload.evaluate()
            print("{\"kilobytes\":\(try FileBytes.peakKilobytes())}")
        case "values":
            guard let text = Value.object(try workload.evaluate()).json else {
                throw BenchFailure("a value is not known")
            }
            print(text)
        default: throw BenchFailure("\(arguments[1]) is no mode")
        }
    }

    /// The number of allocations and of bytes for one operation.
    private static func allocations(_ operation: () throws -> Void) throws -> [UInt64] {
        let repetitions: UInt64 = 5
        try operation()
        let count = allocation_count()
        let bytes = allocation_bytes()
        for _ in 0..<repetitions { try operation() }
        return [
            (allocation_count() - count) / repetitions, (allocation_bytes() - bytes) / repetitions,
        ]
    }
}

/// Why the benchmark cannot run.
struct BenchFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
