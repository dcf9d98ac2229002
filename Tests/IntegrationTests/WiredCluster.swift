import ClusterModel
import ClusterSimulator
import Execution
import Talos
import TestSupport
import Testing

/// A simulated cluster on the wire, with the real Talos client of it.
struct WiredCluster: Sendable {
    static let reboot = Duration.milliseconds(400)

    let server: SimulatedClusterServer
    let talos: TalosClient
    let folder: TemporaryDirectory

    var cluster: SimulatedCluster { server.cluster }

    /// Takes the snapshot and the cordon without which the simulation calls an install a violation.
    ///
    /// Only for control planes, on which no pods run.
    func prepare(_ node: NodeName) async throws {
        _ = try await talos.snapshotEtcd(to: "\(folder.path)/before.db")
        server.kubernetes.setCordoned(true, of: node)
    }

    /// Waits until a node is all that it should be.
    func waitUntilGood(_ node: NodeName) async throws {
        try await wait { cluster.isGood(node) }
    }

    /// Waits for something to become true, and fails the test when it does not.
    func wait(for condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while try await !condition() {
            try #require(ContinuousClock.now < deadline, "it did not happen in time")
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}

/// Whom a talosconfig makes of its reader.
enum WiredCaller {
    case administrator
    case reader
    case stranger

    func talosconfig(of server: SimulatedClusterServer) throws -> String {
        switch self {
        case .administrator: server.talosconfig
        case .reader: try server.talosconfig(role: "os:reader")
        case .stranger: try server.untrustedTalosconfig()
        }
    }
}

extension NodeName {
    static let cp1 = NodeName("cp-1")
    static let cp2 = NodeName("cp-2")
    static let cp3 = NodeName("cp-3")
    static let wk1 = NodeName("wk-1")
}

/// Runs `body` with a cluster and its client.
func withWiredCluster(
    controlPlanes: Int = 3, workers: Int = 1, running image: SimulatedImage,
    bootLoader: SimulatedBootLoader = .systemdBoot,
    as caller: WiredCaller = .administrator,
    _ body: (WiredCluster) async throws -> Void
) async throws {
    let folder = try TemporaryDirectory()
    let server = try await SimulatedClusterServer.start(
        controlPlanes: controlPlanes, workers: workers, running: image,
        kubernetes: Version(1, 34, 1), reboot: WiredCluster.reboot, bootLoader: bootLoader)
    let failure: (any Error)?
    do {
        try folder.write(try caller.talosconfig(of: server), to: "talosconfig")
        let timeouts = TalosTimeouts(read: .seconds(20), reach: .milliseconds(200))
        let talos = TalosClient(
            source: .file("\(folder.path)/talosconfig"), timeouts: timeouts)
        do {
            try await body(WiredCluster(server: server, talos: talos, folder: folder))
            failure = nil
        } catch {
            failure = error
        }
        await talos.close()
    } catch {
        failure = error
    }
    await server.stop()
    if let failure { throw failure }
}

/// The kind of the error that `body` throws.
func failureKind(of body: () async throws -> Void) async -> ClusterError.Kind? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? ClusterError)?.kind
    }
}
