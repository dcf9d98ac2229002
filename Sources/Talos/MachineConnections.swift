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

    /// How long a connection that is out of use is kept for those who still read through it.
    private static let linger = Duration.seconds(30)

    /// How many of them are kept at most.
    private static let mostRetired = 16

    private let source: TalosConfigSource
    private var retired: [Connection] = []
    private var open: [MachineEndpoint: Connection] = [:]
    private var latest: TalosConfig?
    private var isClosed = false

    init(source: TalosConfigSource) { self.source = source }

    deinit {
        for connection in open.values { connection.task.cancel() }
        for connection in retired { connection.task.cancel() }
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

    /// Takes a connection out of use, for calls that begin from now on.
    ///
    /// It is ended a while later: what failed on it may have been a node behind the endpoint, and
    /// whoever is reading other nodes through it must not be cut off between two of their calls.
    func retire(_ client: MachineClient, of endpoint: MachineEndpoint) {
        guard let connection = open[endpoint], connection.client === client else { return }
        open[endpoint] = nil
        retired.append(connection)
        if retired.count > Self.mostRetired { end(retired[0].client) }
        Task {
            try? await Task.sleep(for: Self.linger)
            end(client)
        }
    }

    private func end(_ client: MachineClient) {
        retired.removeAll { $0.client === client }
        client.beginGracefulShutdown()
    }

    /// Ends every connection, and the calls on them.
    func close() async {
        isClosed = true
        let connections = Array(open.values) + retired
        open = [:]
        retired = []
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
