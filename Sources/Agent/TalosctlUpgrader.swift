import ClusterModel
import Execution
import Foundation
import Synchronization
import Talos
import Terragrunt

/// Upgrades Kubernetes by `talosctl upgrade-k8s`, which is safe to repeat: what is there stays.
struct TalosctlUpgrader: KubernetesUpgrader {
    let talos: any TalosCluster
    let settings: AgentSettings
    let context: String?
    let endpoints: [String]
    /// The file by which two upgrades of one cluster keep out of each other's way.
    let lock: String

    func upgrade(
        to version: Version, method: KubernetesMethod,
        progress: @escaping @Sendable (String) -> Void
    ) async throws {
        guard let node = try await talos.members().first(where: { $0.role == .controlPlane }),
            let address = node.addresses.first
        else {
            throw ClusterError(
                .unreachable, "No control plane is known to upgrade Kubernetes through.",
                hint: "Look at the cluster's discovery; the agent tries again.")
        }
        var arguments = ["--talosconfig", settings.talosConfig]
        if let context { arguments += ["--context", context] }
        if !endpoints.isEmpty { arguments += ["--endpoints", endpoints.joined(separator: ",")] }
        arguments += ["--nodes", address, "upgrade-k8s", "--to", version.withoutPrefix]
        try await run(arguments, progress: progress)
    }

    private func run(
        _ arguments: [String], progress: @escaping @Sendable (String) -> Void
    ) async throws {
        let environment = StageEnvironment(passing: [], from: ProcessInfo.processInfo.environment)
        var command = ChildCommand(
            "talosctl", arguments, environment: environment.variables,
            in: settings.stateDirectory)
        // One that outlived a killed agent must end before another begins.
        command.standardInput = lock
        command.locksStandardInput = true
        let last = LastLine()
        let result: ChildResult
        do {
            result = try await ChildProcess.run(command, mask: environment.mask) { line in
                last.text.withLock { $0 = line.text }
                progress(line.text)
            }
        } catch ChildProcessError.occupied {
            throw ClusterError(
                .unreachable, "The talosctl upgrade-k8s of an earlier start still runs.",
                hint: "Wait for it to end; `fuser \(lock)` names it.")
        } catch let error as ChildProcessError {
            throw ClusterError(
                .misconfigured, "talosctl cannot be started: \(error)",
                hint: "Install talosctl of the cluster's Talos version in the agent's PATH.")
        }
        if result.stopped == .cancelled { throw CancellationError() }
        guard result.succeeded else {
            throw ClusterError(
                .failed, "talosctl upgrade-k8s failed: \(last.text.withLock { $0 })",
                hint: "Mend what it names; the upgrade continues where it stopped.")
        }
    }
}

/// The newest line that a child printed.
private final class LastLine: Sendable {
    let text = Mutex("it printed nothing")
}
