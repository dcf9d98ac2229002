import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Testing

@testable import Talos

/// Serves a fake cluster on an endpoint while `body` runs.
///
/// `body` gets the port, which the system has chosen unless one is given.
func withEndpoint<Value: Sendable>(
    of cluster: FakeCluster, at address: String, port: Int = 0, identity: TestIdentity,
    _ body: (Int) async throws -> Value
) async throws -> Value {
    let connections = cluster.connections
    connections.open()
    let transport = try TestTransport.make(
        address: address, port: port, identity: identity, connections: connections)
    let server = GRPCServer(
        transport: transport,
        services: [
            FakeMachineService(cluster: cluster), FakeImageService(cluster: cluster),
            FakeLifecycleService(cluster: cluster), FakeState(cluster: cluster),
        ], interceptors: [FakeRouter(cluster: cluster, ownAddress: address)])
    let serving = Task { try await server.serve() }
    do {
        let bound = try await transport.listeningAddress
        let value = try await body(try #require(bound.ipv4?.port))
        await stop(server, serving, connections)
        return value
    } catch {
        await stop(server, serving, connections)
        throw error
    }
}

/// Stops listening before the connections are cut: a server that is cancelled while a client
/// connects trips over a check in NIO.
private func stop(
    _ server: GRPCServer<HTTP2ServerTransport.Posix>, _ serving: Task<Void, any Error>,
    _ connections: AcceptedConnections
) async {
    server.beginGracefulShutdown()
    connections.close()
    _ = await serving.result
}

/// A cluster of fake nodes behind one endpoint, with a client that is let in.
struct TestCluster: Sendable {
    let cluster: FakeCluster
    let client: TalosClient
    let authority: TestAuthority
    /// The addresses of the nodes, in the order of their names; the first is the endpoint.
    let addresses: [String]
    let port: Int
}

/// Limits that let a test of silence end soon, and are long enough for a busy machine.
extension TalosTimeouts {
    static let forTests = TalosTimeouts(
        read: .seconds(20), reach: .zero, act: .seconds(20), machineUpgrade: .seconds(20),
        pull: .seconds(20), install: .seconds(20), snapshot: .seconds(20), silence: .seconds(20),
        begin: .seconds(20),
        follow: .seconds(20))
}

/// Runs `body` with a cluster of the given nodes.
func withCluster(
    _ nodes: [FakeNode], timeouts: TalosTimeouts = .forTests,
    _ body: (TestCluster) async throws -> Void
) async throws {
    let authority = try TestAuthority()
    let addresses = nodes.map { _ in TestAddress.next() }
    let cluster = FakeCluster(nodes: Dictionary(uniqueKeysWithValues: zip(addresses, nodes)))
    let endpoint = try #require(addresses.first)
    try await withEndpoint(
        of: cluster, at: endpoint, identity: authority.node(address: endpoint)
    ) { port in
        let config = try TalosConfig(
            text: try authority.client().talosconfig(endpoints: ["\(endpoint):\(port)"]),
            file: "talosconfig", context: nil)
        let client = TalosClient(source: .value(config), timeouts: timeouts)
        let test = TestCluster(
            cluster: cluster, client: client, authority: authority, addresses: addresses,
            port: port)
        do {
            try await body(test)
        } catch {
            await client.close()
            throw error
        }
        await client.close()
    }
}

/// The error of that type which `body` throws.
func failure<Failure: Error>(
    _ type: Failure.Type = Failure.self, of body: () async throws -> Void
) async throws -> Failure {
    do {
        try await body()
    } catch {
        return try #require(error as? Failure, "\(error)")
    }
    throw Unexpected()
}

/// A call that should have failed did not.
struct Unexpected: Error {}
