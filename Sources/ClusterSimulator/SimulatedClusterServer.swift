public import ClusterModel
import Execution
import Foundation

/// A simulated cluster on the real wire and in real time: the machine API of every node, and
/// Kubernetes.
///
/// Every node listens on a free port of 127.0.0.1. The talosconfig names the control planes, which
/// pass calls on to the other nodes, as real ones do.
public final class SimulatedClusterServer: Sendable {
    /// How often the cluster is looked at, so that connections to a node that went down are cut.
    private static let tick = Duration.milliseconds(10)

    /// The cluster.
    public let cluster: SimulatedCluster

    /// What runs in it.
    public let kubernetes: SimulatedKubernetes

    /// The API server of Kubernetes.
    public let kubernetesServer: KubernetesWireServer

    /// The addresses of the control planes' machine APIs, in the order of their names.
    public let endpoints: [String]

    /// A talosconfig with an administrator's credentials.
    public let talosconfig: String

    private let authority: TalosAuthority
    private let servers: [TalosWireServer]
    private let ticker: Task<Void, Never>

    private init(
        cluster: SimulatedCluster, kubernetes: SimulatedKubernetes,
        kubernetesServer: KubernetesWireServer, authority: TalosAuthority,
        servers: [TalosWireServer]
    ) throws {
        self.cluster = cluster
        self.kubernetes = kubernetes
        self.kubernetesServer = kubernetesServer
        self.authority = authority
        self.servers = servers
        let planes = cluster.nodes.filter { $0.role == .controlPlane }.map(\.name)
        endpoints = servers.filter { planes.contains($0.node) }.map { "127.0.0.1:\($0.port)" }
        talosconfig = try Self.config(endpoints, authority, role: "os:admin")
        ticker = Task {
            while !Task.isCancelled {
                cluster.advance()
                for server in servers where !cluster.isUp(server.node) { server.hangUp() }
                try? await Task.sleep(for: Self.tick)
            }
        }
    }

    /// Starts a cluster in which every node runs `image`.
    ///
    /// `reboot` is about how long a reboot takes. Images that appear as files in `imageDirectory`
    /// can be pulled, as ``SimulatedRegistry`` describes them.
    public static func start(
        seed: UInt64 = 1, controlPlanes: Int = 3, workers: Int = 3, running image: SimulatedImage,
        kubernetes version: Version, reboot: Duration = .seconds(1),
        bootLoader: SimulatedBootLoader = .systemdBoot, workersAtOnce: Int = 1,
        imageDirectory: String? = nil
    ) async throws -> SimulatedClusterServer {
        let origin = ContinuousClock.now
        let time: @Sendable () -> Duration = { ContinuousClock.now - origin }
        let cluster = SimulatedCluster(
            seed: seed, controlPlanes: controlPlanes, workers: workers, running: image,
            bootLoader: bootLoader, timing: .quick(reboot: reboot), workersAtOnce: workersAtOnce,
            registry: SimulatedRegistry(directory: imageDirectory), time: time)
        var settings = SimulatedKubernetesSettings()
        settings.terminationGrace = reboot / 20
        settings.notReadyAfter = reboot * 4 / 10
        let kubernetes = SimulatedKubernetes(settings: settings, now: time)
        cluster.host(kubernetes, version: version)
        kubernetes.setReplicaSet("app", replicas: workers)
        let kubernetesServer = try await KubernetesWireServer.start(kubernetes)
        let world = WireWorld(cluster: cluster, kubeconfig: { try kubernetesServer.kubeconfig() })
        let authority = try TalosAuthority()
        var servers: [TalosWireServer] = []
        for node in cluster.nodes {
            servers.append(try await TalosWireServer.start(node, in: world, authority: authority))
        }
        return try SimulatedClusterServer(
            cluster: cluster, kubernetes: kubernetes, kubernetesServer: kubernetesServer,
            authority: authority, servers: servers)
    }

    /// The port of a node's machine API on 127.0.0.1; `nil` when there is no such node.
    public func port(of node: NodeName) -> Int? { servers.first { $0.node == node }?.port }

    /// A talosconfig for another role than an administrator's, such as `os:reader`.
    public func talosconfig(role: String) throws -> String {
        try Self.config(endpoints, authority, role: role)
    }

    /// A talosconfig that an authority has signed which these nodes do not know.
    public func untrustedTalosconfig() throws -> String {
        try Self.config(endpoints, TalosAuthority(), role: "os:admin")
    }

    /// Ends all servers.
    public func stop() async {
        ticker.cancel()
        await ticker.value
        await withTaskGroup(of: Void.self) { group in
            for server in servers { group.addTask { await server.stop() } }
        }
        await kubernetesServer.close()
    }

    private static func config(
        _ endpoints: [String], _ authority: TalosAuthority, role: String
    ) throws -> String {
        TalosConfigText(
            context: "simulated", endpoints: endpoints, authority: authority.certificate,
            identity: try authority.client(role: role)
        ).text
    }
}
