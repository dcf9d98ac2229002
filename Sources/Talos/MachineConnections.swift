import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix

/// A gRPC client of one endpoint.
typealias MachineClient = GRPCClient<HTTP2ClientTransport.Posix>

/// Keeps one connection to each endpoint that is in use.
///
/// A connection on which a call failed for want of an answer is not used again, so that neither a
/// dead peer nor the pauses between reconnects outlast the failure.
actor MachineConnections {
    private struct Connection {
        let client: MachineClient
        let task: Task<Void, Never>
    }

    private let source: TalosConfigSource
    private var open: [MachineEndpoint: Connection] = [:]
    private var latest: TalosConfig?
    private var isClosed = false

    init(source: TalosConfigSource) { self.source = source }

    deinit {
        for connection in open.values { connection.task.cancel() }
    }

    /// The talosconfig, as it was last read.
    func config() async throws -> TalosConfig {
        if let latest { return latest }
        return try await reload()
    }

    /// The connection to an endpoint, made if there is none.
    func client(of endpoint: MachineEndpoint) async throws -> MachineClient {
        if let connection = open[endpoint] { return connection.client }
        let config = try await reload()
        try config.checkExpiry(at: Date())
        guard !isClosed else { throw CancellationError() }
        // Another call may have connected meanwhile.
        if let connection = open[endpoint] { return connection.client }
        let client = MachineClient(
            transport: try MachineTransport.make(to: endpoint, credentials: config.credentials))
        open[endpoint] = Connection(
            client: client, task: Task { try? await client.runConnections() })
        return client
    }

    /// Takes a connection out of use; calls that are still under way on it go on.
    func retire(_ client: MachineClient, of endpoint: MachineEndpoint) {
        guard let connection = open[endpoint], connection.client === client else { return }
        open[endpoint] = nil
        client.beginGracefulShutdown()
    }

    /// Ends every connection, and the calls on them.
    func close() async {
        isClosed = true
        let connections = open.values
        open = [:]
        for connection in connections {
            connection.client.beginGracefulShutdown()
            connection.task.cancel()
        }
        for connection in connections { await connection.task.value }
    }

    private func reload() async throws -> TalosConfig {
        let config = try await source.load()
        latest = config
        return config
    }
}
