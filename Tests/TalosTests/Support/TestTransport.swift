import GRPCNIOTransportHTTP2Posix
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

@testable import Talos

/// The connections that a server has accepted, so that a test can cut them.
final class AcceptedConnections: Sendable {
    private struct State {
        var channels: [any Channel] = []
        var isOpen = true
    }

    private let state = Mutex(State())

    func add(_ channel: any Channel) {
        let isOpen = state.withLock { state in
            state.channels.append(channel)
            return state.isOpen
        }
        if !isOpen { channel.close(mode: .all, promise: nil) }
    }

    /// Closes every connection without a word.
    func cut() {
        for channel in state.withLock(\.channels) { channel.close(mode: .all, promise: nil) }
    }

    /// Closes every connection, and those that are still to come.
    func close() {
        state.withLock { $0.isOpen = false }
        cut()
    }

    func open() { state.withLock { $0.isOpen = true } }

    /// How many connections were ever accepted.
    var count: Int { state.withLock(\.channels.count) }
}

/// The server side of a machine API's transport: mutual TLS with Ed25519, in front of HTTP/2.
enum TestTransport {
    static func make(
        address: String, port: Int, identity: TestIdentity, connections: AcceptedConnections
    ) throws -> HTTP2ServerTransport.Posix {
        let certificate = try NIOSSLCertificate.fromPEMBytes(Array(identity.certificate.utf8))
        let key = try NIOSSLPrivateKey(
            bytes: MachineCredentials.relabelled(Array(identity.key.utf8)), format: .pem)
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificate.map { .certificate($0) }, privateKey: .privateKey(key))
        tls.trustRoots = .certificates(
            try NIOSSLCertificate.fromPEMBytes(Array(identity.authority.utf8)))
        tls.certificateVerification = .noHostnameVerification
        tls.verifySignatureAlgorithms = [.ed25519]
        tls.applicationProtocols = ["h2"]
        let context = try NIOSSLContext(configuration: tls)
        var config = HTTP2ServerTransport.Posix.Config.defaults
        config.channelDebuggingCallbacks.onAcceptTCPConnection = { channel in
            connections.add(channel)
            return channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(
                    NIOSSLServerHandler(context: context), position: .first)
            }
        }
        return HTTP2ServerTransport.Posix(
            address: .ipv4(host: address, port: port), transportSecurity: .plaintext,
            config: config)
    }
}
