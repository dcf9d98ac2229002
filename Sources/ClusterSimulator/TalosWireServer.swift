import ClusterModel
import Execution
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// The machine API of one simulated node on the real wire: gRPC over mutual TLS with Ed25519 keys.
///
/// A control plane passes calls on to the node that their `node` header names, as apid does. While
/// the node is down, connections to it are closed as soon as they are made.
final class TalosWireServer: Sendable {
    private typealias Server = GRPCServer<HTTP2ServerTransport.Posix>

    /// The node that is served.
    let node: NodeName

    /// The port on 127.0.0.1.
    let port: Int

    private let server: Server
    private let task: Task<Void, any Error>
    private let connections: WireConnections

    private init(
        node: NodeName, port: Int, server: Server, task: Task<Void, any Error>,
        connections: WireConnections
    ) {
        self.node = node
        self.port = port
        self.server = server
        self.task = task
        self.connections = connections
    }

    /// Starts the machine API of a node on a free port.
    static func start(
        _ node: ClusterMember, in world: WireWorld, authority: TalosAuthority
    ) async throws -> TalosWireServer {
        let identity = try authority.server(
            addresses: ["127.0.0.1"] + node.addresses, names: [node.name.text])
        let context = try sslContext(identity, authority)
        let connections = WireConnections()
        let name = node.name
        var config = HTTP2ServerTransport.Posix.Config.defaults
        config.channelDebuggingCallbacks.onAcceptTCPConnection = { channel in
            guard world.cluster.isUp(name) else { return refuse(channel) }
            connections.add(channel)
            return channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(
                    NIOSSLServerHandler(context: context), position: .first)
            }
        }
        // The library's own TLS settings cannot accept Ed25519, so it is told of none.
        let transport = HTTP2ServerTransport.Posix(
            address: .ipv4(host: "127.0.0.1", port: 0), transportSecurity: .plaintext,
            config: config)
        let server = Server(
            transport: transport,
            services: [
                WireMachineService(world: world), WireImageService(world: world),
                WireLifecycleService(world: world), WireStateService(world: world),
            ],
            interceptors: [WireRouter(endpoint: node, world: world)])
        let task = Task { try await server.serve() }
        let port = try await server.listeningAddress?.ipv4?.port ?? 0
        return TalosWireServer(
            node: name, port: port, server: server, task: task, connections: connections)
    }

    /// Closes a connection; that its setup fails would leave it open and silent.
    private static func refuse(_ channel: any Channel) -> EventLoopFuture<Void> {
        channel.close().flatMapThrowing { throw ChannelError.ioOnClosedChannel }
    }

    private static func sslContext(
        _ identity: TalosIdentity, _ authority: TalosAuthority
    ) throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(identity.certificate.utf8))
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: identity.key, format: .der)))
        tls.minimumTLSVersion = .tlsv12
        tls.trustRoots = .certificates(
            try NIOSSLCertificate.fromPEMBytes(Array(authority.certificate.utf8)))
        tls.certificateVerification = .noHostnameVerification
        tls.verifySignatureAlgorithms = [.ed25519, .ecdsaSecp256R1Sha256, .rsaPssRsaeSha256]
        tls.applicationProtocols = ["h2"]
        return try NIOSSLContext(configuration: tls)
    }

    /// Cuts every connection, as a node that goes down does.
    func hangUp() { connections.closeAll() }

    /// Ends the server: it stops listening before its connections are cut.
    func stop() async {
        server.beginGracefulShutdown()
        connections.closeAll()
        _ = await task.result
    }
}

/// The connections to one server.
private final class WireConnections: Sendable {
    private let open = Mutex<[ObjectIdentifier: any Channel]>([:])

    func add(_ channel: any Channel) {
        let key = ObjectIdentifier(channel)
        open.withLock { $0[key] = channel }
        channel.closeFuture.whenComplete { [weak self] _ in
            self?.open.withLock { $0[key] = nil }
        }
    }

    func closeAll() {
        for channel in open.withLock({ Array($0.values) }) { channel.close(promise: nil) }
    }
}

/// What the machine APIs of all nodes share.
struct WireWorld: Sendable {
    /// How often handlers look whether something changed.
    static let pollInterval = Duration.milliseconds(10)

    let cluster: SimulatedCluster

    /// The kubeconfig that a control plane gives.
    let kubeconfig: @Sendable () throws -> String

    /// Waits in real time, until the caller hangs up.
    func wait(_ duration: Duration, _ context: ServerContext) async throws {
        guard duration > .zero else { return }
        try await Task.sleep(for: duration)
        if context.cancellation.isCancelled { throw CancellationError() }
    }
}
