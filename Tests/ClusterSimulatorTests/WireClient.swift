import ClusterModel
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import NIOCore
import NIOSSL
import SwiftProtobuf
import TalosMessages
import Testing

@testable import ClusterSimulator

/// A generated client of a simulated machine API, with the credentials of a talosconfig.
struct WireClient: Sendable {
    typealias Transport = HTTP2ClientTransport.Posix

    let client: GRPCClient<Transport>

    var machine: Machine_MachineService.Client<Transport> { .init(wrapping: client) }
    var images: Machine_ImageService.Client<Transport> { .init(wrapping: client) }
    var lifecycle: Machine_LifecycleService.Client<Transport> { .init(wrapping: client) }
    var state: Cosi_Resource_State.Client<Transport> { .init(wrapping: client) }

    /// The header that names the node a call is meant for.
    static func to(_ node: String) -> Metadata { ["node": "\(node)"] }

    static var options: CallOptions {
        var options = CallOptions.defaults
        options.timeout = .seconds(20)
        return options
    }

    /// Gets a resource's encoded message.
    func resource(_ namespace: String, _ type: String, _ id: String, on node: String) async throws
        -> Data
    {
        try await state.get(
            .with {
                $0.namespace = namespace
                $0.type = type
                $0.id = id
            }, metadata: Self.to(node), options: Self.options
        ).resource.spec.protoSpec
    }

    /// Pulls and installs an image by the calls from Talos 1.13 on; returns lines and exit codes.
    func install(_ image: String, on node: String) async throws -> (text: String, codes: [Int32]) {
        let name = try await images.pull(
            .with {
                $0.containerd.namespace = .nsSystem
                $0.imageRef = image
            }, metadata: Self.to(node), options: Self.options
        ) { reply in
            var name = ""
            for try await message in reply.messages {
                if case .name(let pulled) = message.response { name = pulled }
            }
            return name
        }
        return try await lifecycle.upgrade(
            .with {
                $0.containerd.namespace = .nsSystem
                $0.source.imageName = name
            }, metadata: Self.to(node), options: Self.options
        ) { reply in
            var bytes = Data()
            var codes: [Int32] = []
            for try await message in reply.messages {
                switch message.progress.response {
                case .message(let piece): bytes += piece
                case .exitCode(let code): codes.append(code)
                case nil: Issue.record("a message without content")
                }
            }
            return (String(decoding: bytes, as: UTF8.self), codes)
        }
    }
}

/// Starts a simulated cluster on the wire while `body` runs.
func withWire(
    running version: Version, controlPlanes: Int = 3, workers: Int = 1,
    reboot: Duration = .milliseconds(300),
    bootLoader: SimulatedBootLoader = .systemdBoot,
    _ body: (SimulatedClusterServer) async throws -> Void
) async throws {
    let image = SimulatedImage(
        version: version, extensions: [InstalledExtension(name: "crun", version: "1.20")],
        schematic: "abc")
    let server = try await SimulatedClusterServer.start(
        controlPlanes: controlPlanes, workers: workers, running: image,
        kubernetes: Version(1, 34, 1), reboot: reboot, bootLoader: bootLoader)
    do {
        try await body(server)
        await server.stop()
    } catch {
        await server.stop()
        throw error
    }
}

/// Connects to a port of the cluster, with the credentials of the talosconfig, while `body` runs.
func withClient<Value: Sendable>(
    of server: SimulatedClusterServer, talosconfig: String? = nil, port: Int? = nil,
    _ body: (WireClient) async throws -> Value
) async throws -> Value {
    let config = talosconfig ?? server.talosconfig
    let first = try #require(server.endpoints.first?.split(separator: ":").last)
    let port = try port ?? #require(Int(first))
    let context = try NIOSSLContext(configuration: clientConfiguration(config))
    var settings = HTTP2ClientTransport.Posix.Config.defaults
    settings.channelDebuggingCallbacks.onCreateTCPConnection = { channel in
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(
                NIOSSLClientHandler(context: context, serverHostname: nil), position: .first)
        }
    }
    let transport = try HTTP2ClientTransport.Posix(
        target: .ipv4(address: "127.0.0.1", port: port), transportSecurity: .customSecure,
        config: settings)
    return try await withGRPCClient(transport: transport) { client in
        try await body(WireClient(client: client))
    }
}

private func clientConfiguration(_ talosconfig: String) throws -> TLSConfiguration {
    func part(_ key: String) throws -> [UInt8] {
        let line = talosconfig.split(separator: "\n").first { $0.contains(" \(key): ") }
        let value = try #require(line?.split(separator: " ").last)
        return Array(try #require(Data(base64Encoded: String(value))))
    }
    let key = String(decoding: try part("key"), as: UTF8.self)
    #expect(key.hasPrefix("-----BEGIN ED25519 PRIVATE KEY-----\n"))
    let plain = key.replacing("ED25519 PRIVATE KEY", with: "PRIVATE KEY")
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(part("ca")))
    tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(part("crt")).map { .certificate($0) }
    tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: Array(plain.utf8), format: .pem))
    tls.verifySignatureAlgorithms = [.ed25519]
    tls.applicationProtocols = ["h2"]
    return tls
}

/// Looks until something holds; fails the test after twenty seconds.
func eventually(_ what: String, _ holds: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while ContinuousClock.now < deadline {
        if try await holds() { return }
        try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record("\(what) did not happen")
}
