import Git
import Glibc

/// The project's own side of the Git benchmark; `Tests/Benchmarks/git/README.md` says what is
/// measured.
///
/// Usage: `git-bench run OPERATION ARGUMENT…` does it once and prints the answer;
/// `git-bench time SECONDS OPERATION ARGUMENT…` does it over and over and prints the samples.
@main
struct Bench {
    static func main() async throws {
        var arguments = CommandLine.arguments.dropFirst()
        switch arguments.popFirst() {
        case "git-worker":
            exit(GitWorker.run())
        case "run":
            let operation = try Operation(arguments)
            let places = operation.places.prefix(1)
            for place in places { print(try await operation.perform(place)) }
            if operation.places.isEmpty { print(try await operation.perform(nil)) }
        case "time":
            guard let seconds = arguments.popFirst().flatMap(Double.init) else {
                throw BenchFailure("the number of seconds is missing")
            }
            print(try await Stopwatch.samples(of: Operation(arguments), .seconds(seconds)))
        default:
            throw BenchFailure("say run or time")
        }
    }
}

/// Why the benchmark cannot run.
struct BenchFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
