import ClusterModel
import ClusterSimulator
import Execution
import Foundation

/// What the demo plays: four pushes, each reconciled before the next.
final class Scenario {
    /// How long a simulated node takes to reboot.
    static let reboot = Duration.seconds(1)

    private let folder: String
    private let cluster: SimulatedClusterServer
    private let repository: SampleRepository
    private let agent: AgentProcess
    private var rolls = 0
    private var pushes: [Date] = []
    private var idleMemory: Int?

    /// Starts the cluster, the repository and the agent.
    init() async throws {
        folder =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("uprev-demo-\(ProcessInfo.processInfo.processIdentifier)").path
        for name in ["registry", "applied"] {
            try FileManager.default.createDirectory(
                atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
        say("Starting a simulated cluster: three control planes and three workers on v1.12.11.")
        cluster = try await SimulatedClusterServer.start(
            running: SampleFiles.firstImage, kubernetes: Version(1, 34, 1),
            reboot: Scenario.reboot,
            imageDirectory: "\(folder)/registry")
        try cluster.talosconfig.write(
            toFile: "\(folder)/talosconfig", atomically: true, encoding: .utf8)
        repository = try SampleRepository(below: folder)
        agent = try AgentProcess()
        say("Starting the agent on \(repository.url).")
        try agent.start(
            [
                "--repository", repository.url, "--state-dir", "\(folder)/state",
                "--talosconfig", "\(folder)/talosconfig", "--interval", "500ms",
                "--poll-interval", "200ms", "--stage-env", "DEMO_REGISTRY,DEMO_APPLIED",
            ],
            environment: [
                "DEMO_REGISTRY": "\(folder)/registry", "DEMO_APPLIED": "\(folder)/applied",
            ])
    }

    /// Plays the pushes, and returns what is wrong with the cluster afterwards.
    func play() async throws -> [String] {
        try await reconciled("the first commit, which describes what the nodes run")
        idleMemory = agent.peakMemory
        let versions = "common/versions.hcl"

        say("git push: Talos v1.12.11 -> v1.13.9")
        try repository.edit(versions, "talos_version      = \"v1.12.11\"", SampleFiles.raised)
        let bump = try repository.commit("Raise Talos to v1.13.9")
        pushes.append(Date())
        try await reconciled("the Talos upgrade", rolls: 1)

        say("git push: a patched extension, by its digest alone")
        try repository.edit(
            "common/install-schematic.hcl", SampleFiles.digest("b"), SampleFiles.digest("c"))
        try repository.commit("Patch the microcode extension")
        pushes.append(Date())
        try await reconciled("the extension patch", rolls: 1)

        say("git push: another DNS server")
        try repository.edit("common/network.hcl", "192.0.2.53", "192.0.2.54")
        try repository.commit("Move DNS")
        try await reconciled("the machine-config change")

        say("git revert: back to v1.12.11, keeping the patch and the DNS server")
        _ = try repository.revert(bump)
        try await reconciled("the revert", rolls: 1)
        try report()
        return try problems(expecting: Version(1, 12, 11))
    }

    /// Stops everything and removes what it left.
    func end() async {
        agent.stop()
        await cluster.stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Waits until the agent says that the newest commit is reconciled.
    private func reconciled(_ what: String, rolls: Int = 0) async throws {
        self.rolls += rolls
        let commit = try repository.head()
        let started = ContinuousClock.now
        while true {
            guard agent.isRunning else { throw DemoError("The agent ended by itself.") }
            let status = try Status(
                agent.ask("status", "--state-dir", "\(folder)/state", "--output", "json"))
            if status.condition == "Ready", status.reconciled == commit { break }
            if status.condition == "Stalled" { throw DemoError("Stalled: \(status.reason)") }
            if ContinuousClock.now - started > .seconds(120) {
                throw DemoError("\(what) was not reconciled within 120 s: \(status.reason)")
            }
            try await Task.sleep(for: .milliseconds(250))
        }
        let seconds = (ContinuousClock.now - started) / .seconds(1)
        say(String(format: "Reconciled %@ in %.1f s.", what, seconds))
    }

    private func report() throws {
        let text = try agent.ask("status", "--state-dir", "\(folder)/state")
        say("uprev status")
        FileHandle.standardOutput.write(text)
        try reportFigures()
    }

    private func reportFigures() throws {
        let figures = Figures(
            log: try agent.ask("logs", "--state-dir", "\(folder)/state", "--log-format", "json"))
        let plans = pushes.compactMap { figures.secondsToPlan(after: $0) }
        if let slowest = plans.max() {
            say(String(format: "From git push to the plan: at most %.2f s.", slowest))
        }
        if let node = figures.secondsPerNode() {
            let own = node - Scenario.reboot / .seconds(1)
            say(
                String(
                    format: "A node took %.2f s, of which %.2f s were not the simulated reboot.",
                    node, own))
        }
        if let idle = idleMemory, let peak = agent.peakMemory {
            say("The agent held \(idle) MiB of memory when idle, and at most \(peak) MiB.")
        }
    }

    private func problems(expecting version: Version) throws -> [String] {
        var problems = cluster.cluster.violations
        for node in cluster.cluster.nodes {
            if cluster.cluster.system(of: node.name)?.version != version {
                problems.append("\(node.name) does not run \(version).")
            }
            let installs = cluster.cluster.installs[node.name] ?? 0
            if installs != rolls {
                problems.append("\(node.name) was installed \(installs) times in \(rolls) rolls.")
            }
        }
        let applied = try String(contentsOfFile: "\(folder)/applied/network.hcl", encoding: .utf8)
        if !applied.contains("192.0.2.54") { problems.append("The DNS server was not applied.") }
        return problems
    }
}

/// What the demo reads of `uprev status --output json`.
private struct Status {
    var condition = "Unknown"
    var reason = "The agent has not looked yet."
    var reconciled: String?

    init(_ data: Data) throws {
        struct Report: Decodable {
            struct Cluster: Decodable {
                let condition: String
                let reason: String
                let reconciled: String?
            }
            let clusters: [Cluster]
        }
        guard let report = try? JSONDecoder().decode(Report.self, from: data),
            let cluster = report.clusters.first
        else { return }
        condition = cluster.condition
        reason = cluster.reason
        reconciled = cluster.reconciled
    }
}
