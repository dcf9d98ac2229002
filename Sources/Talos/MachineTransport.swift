import GRPCCore
import GRPCNIOTransportHTTP2Posix
import NIOCore
import NIOSSL

/// The only maker of connections to a machine API.
///
/// The library's own TLS settings cannot accept Ed25519 certificates. So it is told that security is
/// taken care of, and the TLS handler is put in front of its pipeline here. Without that hook the
/// connection would be in plain text, with nothing to warn of it: hence one place.
enum MachineTransport {
    /// Makes a transport that connects when it is first used, and again when the connection breaks.
    static func make(
        to endpoint: MachineEndpoint, credentials: MachineCredentials
    ) throws -> HTTP2ClientTransport.Posix {
        let context = try NIOSSLContext(configuration: credentials.clientConfiguration)
        // A literal address may not be sent as server name; the certificate is then held against
        // the address of the connection.
        let serverName: String? = if case .name = endpoint.family { endpoint.host } else { nil }
        var config = HTTP2ClientTransport.Posix.Config.defaults
        // Nodes reboot: come back soon after they do.
        config.backoff = .init(
            initial: .milliseconds(200), max: .seconds(2), multiplier: 1.6, jitter: 0.2)
        // Go servers end a connection that is pinged more often than every five minutes.
        config.connection.keepalive = .init(
            time: .seconds(360), timeout: .seconds(20), allowWithoutCalls: false)
        let maxFrameSize = config.http2.maxFrameSize
        config.channelDebuggingCallbacks.onCreateTCPConnection = { channel in
            channel.eventLoop.makeCompletedFuture {
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHandler(FrameGate(maxFrameSize: maxFrameSize), position: .first)
                try pipeline.addHandler(
                    NIOSSLClientHandler(context: context, serverHostname: serverName),
                    position: .first)
            }
        }
        return try HTTP2ClientTransport.Posix(
            target: target(endpoint), transportSecurity: .customSecure, config: config)
    }

    private static func target(_ endpoint: MachineEndpoint) -> any ResolvableTarget {
        switch endpoint.family {
        case .ipv4: .ipv4(address: endpoint.host, port: endpoint.port)
        case .ipv6: .ipv6(address: endpoint.host, port: endpoint.port)
        case .name: .dns(host: endpoint.host, port: endpoint.port)
        }
    }
}
