import ClusterModel
import ClusterSimulator
import Execution
import Foundation
import TestSupport
import Testing

/// The real `uprev run` as a child process, against a simulated cluster on the wire and a real
/// Git repository.
final class LiveAgent {
    let folder: TemporaryDirectory
    let cluster: SimulatedClusterServer
    let repository: InfraRepository
    let uprev: Program
    private var process: Process?

    /// Starts a cluster that runs what the sample repository commits first.
    init(
        version: Version = Version(1, 12, 10), controlPlanes: Int = 3, workers: Int = 1,
        files: [String: String] = InfraFiles.all
    ) async throws {
        folder = try TemporaryDirectory()
        uprev = try Program.uprev()
        for name in ["registry", "applied"] {
            try FileManager.default.createDirectory(
                atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
        }
        let image = SimulatedImage(
            version: version,
            extensions: [InstalledExtension(name: "qemu-guest-agent", version: "10.0.2")],
            kernelArguments: ["net.ifnames=0"])
        cluster = try await SimulatedClusterServer.start(
            controlPlanes: controlPlanes, workers: workers, running: image,
            kubernetes: Version(1, 34, 1), reboot: .milliseconds(300),
            imageDirectory: "\(folder.path)/registry")
        try folder.write(cluster.talosconfig, to: "talosconfig")
        repository = try InfraRepository(files)
    }

    /// Starts the agent, or starts it again after it ended; programs are looked for in `bin` first.
    func start(talosconfig: String? = nil, flags: [String] = []) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: uprev.path)
        process.arguments =
            [
                "run", "--repository", repository.url, "--state-dir", state,
                "--talosconfig", talosconfig ?? "\(folder.path)/talosconfig", "--interval", "200ms",
                "--poll-interval", "100ms", "--stage-env", "TEST_REGISTRY,TEST_APPLIED",
            ] + flags
        process.environment = uprev.environment.merging([
            "PATH": "\(folder.path)/bin:/usr/local/bin:/usr/bin:/bin",
            "TEST_REGISTRY": "\(folder.path)/registry", "TEST_APPLIED": "\(folder.path)/applied",
        ]) { $1 }
        if !FileManager.default.fileExists(atPath: logFile) { try folder.write("", to: "log") }
        let log = try FileHandle(forWritingTo: URL(fileURLWithPath: logFile))
        try log.seekToEnd()
        process.standardOutput = log
        process.standardError = log
        try process.run()
        self.process = process
    }

    var state: String { "\(folder.path)/state" }

    private var logFile: String { "\(folder.path)/log" }

    /// Everything that the agent has written so far.
    var log: String { (try? String(contentsOfFile: logFile, encoding: .utf8)) ?? "" }

    /// Whether the agent runs.
    var isRunning: Bool { process?.isRunning ?? false }

    /// Sends the agent a signal, and waits until it has ended; returns its exit status.
    @discardableResult
    func end(with signal: Int32) -> Int32 {
        guard let process else { return 0 }
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// Ends the agent and the cluster.
    func stop() async {
        if isRunning { end(with: SIGKILL) }
        await cluster.stop()
    }

    /// Runs a command of uprev on the agent's state directory.
    func command(_ words: String...) throws -> Program.Result {
        try uprev.run(words + ["--state-dir", state])
    }

    /// Ends the agent as a power cut would, starts it again, and waits until it takes commands.
    func restart() async throws {
        end(with: SIGKILL)
        try start()
        try await wait(for: "the agent to take commands") { agent in
            try agent.command("reconcile").status != 1
        }
    }

    /// Sends the agent a signal, and does not wait for what becomes of it.
    func signal(_ signal: Int32) {
        if let process { kill(process.processIdentifier, signal) }
    }

    /// Waits until `condition` holds; fails with the agent's log when it does not in time.
    func wait(
        for what: String, seconds: Double = 180, sourceLocation: SourceLocation = #_sourceLocation,
        until condition: (LiveAgent) throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while try !condition(self) {
            if ContinuousClock.now > deadline {
                Issue.record(
                    "\(what) did not come.\n\(log.suffix(6000))", sourceLocation: sourceLocation)
                throw ProgramError(description: "\(what) did not come.")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Waits until the agent says that the newest commit is reconciled.
    func waitUntilReconciled(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let head = try repository.head()
        try await wait(for: "Ready at \(head)", sourceLocation: sourceLocation) { agent in
            let status = try agent.status()
            return status.condition == "Ready" && status.reconciled == head
        }
    }

    /// Waits until the cluster has a condition whose reason contains a text.
    func wait(
        forCondition condition: String, because reason: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await wait(
            for: "\(condition) because of \(reason)", sourceLocation: sourceLocation
        ) { agent in
            let status = try agent.status()
            return status.condition == condition && status.reason.contains(reason)
        }
    }

    /// What `uprev status` says of the one cluster.
    func status() throws -> Status {
        let result = try uprev.run(["status", "--state-dir", state, "--output", "json"])
        struct Report: Decodable { let clusters: [Status] }
        let report = try? JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
        return report?.clusters.first ?? Status()
    }

    /// One cluster's status.
    struct Status: Decodable {
        var condition = "Unknown"
        var reason = ""
        var desired: String?
        var reconciled: String?
        var run: Run?

        /// The run under way.
        struct Run: Decodable {
            let run: String
        }
    }

    /// Puts a `talosctl` into `bin` that does the first piece of shell, waits until `bin/go` exists,
    /// and does the second; returns the path of `bin`.
    func installTalosctl(first: String, then last: String) throws -> String {
        let bin = "\(folder.path)/bin"
        try folder.write(
            """
            #!/bin/sh
            \(first) >> \(bin)/calls
            while [ ! -e \(bin)/go ]; do sleep 0.05; done
            \(last)
            """, to: "bin/talosctl")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: "\(bin)/talosctl")
        return bin
    }

    /// Lets every kubelet show a version, as an upgrade of Kubernetes would.
    func moveKubelets(to version: Version) {
        for node in cluster.cluster.nodes {
            cluster.kubernetes.setKubeletVersion(version, of: node.name)
        }
    }

    /// The Talos version of every node.
    var versions: Set<Version?> {
        Set(cluster.cluster.nodes.map { cluster.cluster.system(of: $0.name)?.version })
    }

    /// How often each node was installed.
    var installs: Set<Int> {
        Set(cluster.cluster.nodes.map { cluster.cluster.installs[$0.name] ?? 0 })
    }
}

/// Runs `body` with an agent that is not started yet, and ends everything afterwards.
func withLiveAgent(
    version: Version = Version(1, 12, 10), workers: Int = 1,
    files: [String: String] = InfraFiles.all, _ body: (LiveAgent) async throws -> Void
) async throws {
    let agent = try await LiveAgent(version: version, workers: workers, files: files)
    do {
        try await body(agent)
    } catch {
        await agent.stop()
        throw error
    }
    await agent.stop()
}
