import ClusterModel
import ClusterSimulator
import Foundation

/// `uprev-demo`: a simulated cluster on the wire, a real Git repository, and the real agent.
///
/// It pushes a Talos version bump, an extension patch, a machine-config change and a revert, shows
/// the agent's log as it happens, and ends with 1 when the cluster is not where the last commit says.
@main
struct Demo {
    static func main() async {
        do {
            let scenario = try await Scenario()
            let problems = try await scenario.play()
            await scenario.end()
            for problem in problems { say("WRONG: \(problem)") }
            if !problems.isEmpty { exit(1) }
            say("The cluster is where the last commit says. Every node was installed once a roll.")
        } catch {
            say("The demo failed: \(error)")
            exit(1)
        }
    }
}

/// Writes a line of the demo itself, apart from the agent's own lines.
func say(_ line: String) {
    FileHandle.standardOutput.write(Data("\n--- \(line)\n".utf8))
}

/// Why the demo cannot go on.
struct DemoError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
