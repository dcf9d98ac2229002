import ClusterModel
import Execution
import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import Talos

@Suite("Connections to a machine API", .timeLimit(.minutes(1)))
struct ConnectionTests {
    /// Calls `Version` with a client of its own, and returns the error.
    private func refusal(
        of config: TalosConfig, timeouts: TalosTimeouts = .forTests
    ) async throws -> ClusterError {
        let client = TalosClient(source: .value(config), timeouts: timeouts)
        let error: ClusterError = try await failure { _ = try await client.members() }
        await client.close()
        return error
    }

    private func config(
        _ identity: TestIdentity, endpoints: [String]
    ) throws -> TalosConfig {
        try TalosConfig(
            text: identity.talosconfig(endpoints: endpoints), file: "talosconfig", context: nil)
    }

    @Test("Ed25519 on both sides, and each call names its node")
    func works() async throws {
        try await withCluster([FakeNode(name: "cp-1"), FakeNode(name: "w-1")]) { test in
            _ = try await test.client.system(of: NodeName("w-1"))
            let calls = test.cluster.get(\.calls)
            #expect(calls.first == "List \(test.addresses[0])")
            #expect(calls.dropFirst().allSatisfy { $0.hasSuffix(" \(test.addresses[1])") })
            #expect(calls.contains("Version \(test.addresses[1])"))
            #expect(test.cluster.connections.count == 1)
        }
    }

    @Test("A cluster of another authority is not talked to")
    func wrongAuthority() async throws {
        try await withCluster([FakeNode(name: "cp-1")]) { test in
            let own = try test.authority.client()
            let other = try TestAuthority().pem
            let identity = TestIdentity(
                authority: other, certificate: own.certificate, key: own.key)
            let error = try await refusal(
                of: config(identity, endpoints: ["\(test.addresses[0]):\(test.port)"]))
            #expect(error.kind == .misconfigured)
            #expect(error.disposition == .stalled)
            #expect(
                error.message.contains(
                    "the node's certificate is not from the authority in the talosconfig"))
            #expect(test.cluster.get(\.calls).isEmpty)
        }
    }

    @Test("A client certificate of another authority is not accepted")
    func wrongClient() async throws {
        try await withCluster([FakeNode(name: "cp-1")]) { test in
            let other = try TestAuthority().client()
            let identity = TestIdentity(
                authority: try test.authority.pem, certificate: other.certificate, key: other.key)
            let error = try await refusal(
                of: config(identity, endpoints: ["\(test.addresses[0]):\(test.port)"]))
            #expect(error.kind == .misconfigured)
            #expect(error.message.contains("the client certificate"))
            #expect(error.hint.contains("talosconfig"))
        }
    }

    @Test("An expired talosconfig is named before anything is dialled")
    func expired() async throws {
        try await withCluster([FakeNode(name: "cp-1")]) { test in
            let identity = try test.authority.client(validFor: -60)
            let error = try await refusal(
                of: config(identity, endpoints: ["\(test.addresses[0]):\(test.port)"]))
            #expect(error.kind == .misconfigured)
            #expect(error.message.contains("contexts.sol.crt that expired at 20"))
            #expect(test.cluster.connections.count == 0)
        }
    }

    @Test("A certificate for another address is not accepted")
    func wrongAddress() async throws {
        let authority = try TestAuthority()
        let address = TestAddress.next()
        let cluster = FakeCluster(nodes: [address: FakeNode(name: "cp-1")])
        let identity = try authority.node(address: TestAddress.next())
        try await withEndpoint(of: cluster, at: address, identity: identity) { port in
            let error = try await refusal(
                of: config(authority.client(), endpoints: ["\(address):\(port)"]))
            #expect(error.kind == .misconfigured)
            #expect(error.message.contains("for other addresses than the one that was dialled"))
        }
    }

    @Test("Nobody listens")
    func refused() async throws {
        let address = TestAddress.next()
        let error = try await refusal(
            of: config(TestAuthority().client(), endpoints: ["\(address):1"]))
        #expect(error.kind == .unreachable)
        #expect(error.disposition == .waiting)
        #expect(error.message.contains("\(address):1"))
    }

    @Test("Somebody accepts the connection and never says a word")
    func silentServer() async throws {
        let address = TestAddress.next()
        let silent = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(host: address, port: 0).get()
        let port = try #require(silent.localAddress?.port)
        var timeouts = TalosTimeouts.forTests
        timeouts.read = .milliseconds(200)
        let error = try await refusal(
            of: config(TestAuthority().client(), endpoints: ["\(address):\(port)"]),
            timeouts: timeouts)
        #expect(error.kind == .unreachable)
        #expect(error.message.contains("no answer in time"))
        try await silent.close()
    }

    @Test("A call that is never answered ends at its limit")
    func silentCall() async throws {
        var timeouts = TalosTimeouts.forTests
        timeouts.read = .milliseconds(300)
        try await withCluster([FakeNode(name: "cp-1")], timeouts: timeouts) { test in
            test.cluster.change { $0.behaviour.silentCalls = ["List"] }
            let error: ClusterError = try await failure { _ = try await test.client.members() }
            #expect(error.kind == .unreachable)
            #expect(error.message.contains("no answer in time"))
        }
    }

    @Test("The second endpoint answers for the first, and is then asked first")
    func secondEndpoint() async throws {
        try await withCluster([FakeNode(name: "cp-1")]) { test in
            let dead = "\(TestAddress.next()):1"
            let live = "\(test.addresses[0]):\(test.port)"
            let source = TalosConfigSource.value(
                try config(test.authority.client(), endpoints: [dead, live]))
            let client = TalosClient(source: source, timeouts: .forTests)
            #expect(try await client.members().map(\.name.text) == ["cp-1"])
            try await client.reboot(NodeName("cp-1"), mode: .standard)
            #expect(test.cluster.get(\.reboots).count == 1)
            await client.close()
        }
    }

    @Test("A server that restarts on its port is found again")
    func restart() async throws {
        let authority = try TestAuthority()
        let address = TestAddress.next()
        let cluster = FakeCluster(nodes: [address: FakeNode(name: "cp-1")])
        let identity = try authority.node(address: address)
        let (port, client) = try await withEndpoint(
            of: cluster, at: address, identity: identity
        ) { port in
            let config = try config(authority.client(), endpoints: ["\(address):\(port)"])
            let client = TalosClient(source: .value(config), timeouts: .forTests)
            _ = try await client.members()
            return (port, client)
        }
        let error: ClusterError = try await failure { _ = try await client.members() }
        #expect(error.kind == .unreachable)
        try await withEndpoint(of: cluster, at: address, port: port, identity: identity) { _ in
            let members = try await client.members()
            #expect(members.count == 1)
        }
        await client.close()
    }

    @Test("A talosconfig that is renewed in place is read again for the next connection")
    func renewed() async throws {
        try await withCluster([FakeNode(name: "cp-1")]) { test in
            let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
            defer { try? FileManager.default.removeItem(at: file) }
            let endpoints = ["\(test.addresses[0]):\(test.port)"]
            func write(validFor: TimeInterval) throws {
                let identity = try test.authority.client(validFor: validFor)
                try Data(identity.talosconfig(endpoints: endpoints).utf8).write(to: file)
            }
            let client = TalosClient(source: .file(file.path), timeouts: .forTests)
            var error: ClusterError = try await failure { _ = try await client.members() }
            #expect(error.message.contains("it does not exist"))
            try write(validFor: -60)
            error = try await failure { _ = try await client.members() }
            #expect(error.message.contains("expired"))
            try write(validFor: 60)
            #expect(try await client.members().count == 1)
            await client.close()
        }
    }

    @Test("A closed client refuses, and does not connect again")
    func closed() async throws {
        try await withCluster([FakeNode(name: "cp-1")]) { test in
            _ = try await test.client.members()
            await test.client.close()
            let error: ClusterError = try await failure { _ = try await test.client.members() }
            #expect(error.kind == .unreachable)
            #expect(test.cluster.connections.count == 1)
        }
    }
}
