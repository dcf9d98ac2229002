import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// A simulated Kubernetes on the real wire: HTTPS on loopback, with client certificates and bearer
/// tokens.
///
/// It serves the part of the API that uprev uses and is strict about it: another path is 404,
/// another content type 415, a stale resource version 409. As with a real API server that lets
/// nobody in anonymously, an unknown or expired certificate passes the handshake and gets 401, and
/// a user outside `system:masters` gets 403. While no majority of control planes is up, it hangs up.
public final class KubernetesWireServer: Sendable {
    /// The address as `https://127.0.0.1:port`.
    public let url: String

    /// The authority that signs the server's certificate and those of its clients.
    public let authority: KubernetesAuthority

    private let core: KubernetesWireCore
    private let channel: any Channel

    private init(url: String, core: KubernetesWireCore, channel: any Channel) {
        self.url = url
        self.core = core
        self.channel = channel
        authority = core.authority
    }

    /// Starts a server on a free port of 127.0.0.1; its certificate holds `addresses` and `names`.
    public static func start(
        _ kubernetes: SimulatedKubernetes, authority: KubernetesAuthority? = nil,
        addresses: [String] = ["127.0.0.1"], names: [String] = ["localhost"]
    ) async throws -> KubernetesWireServer {
        let authority = try authority ?? KubernetesAuthority()
        let core = KubernetesWireCore(kubernetes: kubernetes, authority: authority)
        let identity = try authority.server(addresses: addresses, names: names)
        let context = try sslContext(identity)
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try configure(channel.pipeline.syncOperations, context, core)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = channel.localAddress?.port ?? 0
        return KubernetesWireServer(
            url: "https://127.0.0.1:\(port)", core: core, channel: channel)
    }

    private static func sslContext(_ identity: KubernetesIdentity) throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(identity.certificate.utf8))
        let key = try NIOSSLPrivateKey(bytes: Array(identity.key.utf8), format: .pem)
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        tls.certificateVerification = .optionalVerification
        return try NIOSSLContext(configuration: tls)
    }

    private static func configure(
        _ pipeline: ChannelPipeline.SynchronousOperations, _ context: NIOSSLContext,
        _ core: KubernetesWireCore
    ) throws {
        // Every certificate passes the handshake: an API server asks for one and judges it later.
        let tls = NIOSSLServerHandler(context: context) { _, verdict in
            verdict.succeed(.certificateVerified)
        }
        try pipeline.addHandler(tls)
        try pipeline.configureHTTPServerPipeline()
        try pipeline.addHandler(KubernetesWireHandler(core: core))
    }

    /// Every request that came, in order.
    public var requests: [KubernetesWireRequest] { core.requests }

    /// Lets in these bearer tokens as an administrator, and no others.
    public func setTokens(_ tokens: Set<String>) { core.setTokens(tokens) }

    /// Asks `fault` before every request whether something goes wrong with it; `nil` ends that.
    public func setFault(
        _ fault: (@Sendable (KubernetesWireRequest) -> KubernetesWireFault?)?
    ) {
        core.setFault(fault)
    }

    /// A kubeconfig for this server with a new administrator's certificate.
    public func kubeconfig() throws -> String {
        try kubeconfig(identity: authority.client())
    }

    /// A kubeconfig for this server with that client certificate.
    public func kubeconfig(identity: KubernetesIdentity) -> String {
        let certificate = Data(identity.certificate.utf8).base64EncodedString()
        let key = Data(identity.key.utf8).base64EncodedString()
        return kubeconfig(
            user: "{client-certificate-data: \(certificate), client-key-data: \(key)}")
    }

    /// A kubeconfig for this server with that bearer token.
    public func kubeconfig(token: String) -> String { kubeconfig(user: "{token: \(token)}") }

    private func kubeconfig(user: String) -> String {
        let trusted = Data(authority.certificate.utf8).base64EncodedString()
        return """
            apiVersion: v1
            kind: Config
            clusters:
            - name: simulated
              cluster: {server: "\(url)", certificate-authority-data: \(trusted)}
            users:
            - name: admin@simulated
              user: \(user)
            contexts:
            - name: admin@simulated
              context: {cluster: simulated, user: admin@simulated}
            current-context: admin@simulated

            """
    }

    /// Closes every connection that is open; new ones are taken.
    public func hangUp() { core.hangUp() }

    /// Ends the server and every connection to it.
    public func close() async {
        try? await channel.close()
        core.hangUp()
    }
}
