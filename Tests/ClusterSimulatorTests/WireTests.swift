import ClusterModel
import Crypto
import Execution
import Foundation
import GRPCCore
import SwiftProtobuf
import TalosMessages
import Testing

@testable import ClusterSimulator

@Suite("The machine API on the wire")
struct WireTests {
    private let image = "factory.example/installer/def:v1.13.2"

    private func publish(_ server: SimulatedClusterServer) {
        server.cluster.registry.publish(image, SimulatedImage(version: Version(1, 13, 2)))
    }

    @Test("answers for the endpoint, and through it for every other node")
    func routing() async throws {
        try await withWire(running: Version(1, 13, 0)) { server in
            try await withClient(of: server) { client in
                let own = try await client.machine.hostname(.init())
                #expect(own.messages.map(\.hostname) == ["cp-1"])
                for node in server.cluster.nodes {
                    for address in node.addresses + [node.name.text] {
                        let reply = try await client.machine.hostname(
                            .init(), metadata: WireClient.to(address))
                        #expect(reply.messages.map(\.hostname) == [node.name.text])
                    }
                }
                let unknown = await #expect(throws: RPCError.self) {
                    try await client.machine.version(
                        .init(), metadata: WireClient.to("10.9.9.9"))
                }
                #expect(unknown?.code == .unavailable)
                let several = await #expect(throws: RPCError.self) {
                    try await client.machine.version(.init(), metadata: ["nodes": "10.5.0.2"])
                }
                #expect(several?.code == .invalidArgument)
            }
            let worker = try #require(server.port(of: NodeName("wk-1")))
            try await withClient(of: server, port: worker) { client in
                let own = try await client.machine.hostname(.init())
                #expect(own.messages.map(\.hostname) == ["wk-1"])
                let refused = await #expect(throws: RPCError.self) {
                    try await client.machine.version(
                        .init(), metadata: WireClient.to("10.5.0.2"))
                }
                #expect(refused?.code == .permissionDenied)
            }
        }
    }

    @Test("admits by the certificate: a reader reads, a stranger is not let in")
    func roles() async throws {
        try await withWire(running: Version(1, 13, 0)) { server in
            let reader = try server.talosconfig(role: "os:reader")
            try await withClient(of: server, talosconfig: reader) { client in
                let version = try await client.machine.version(.init())
                #expect(version.messages.count == 1)
                let refused = await #expect(throws: RPCError.self) {
                    try await client.machine.reboot(.init())
                }
                #expect(refused?.code == .permissionDenied)
            }
            let stranger = try server.untrustedTalosconfig()
            await #expect(throws: RPCError.self) {
                try await withClient(of: server, talosconfig: stranger) { client in
                    _ = try await client.machine.version(.init(), options: WireClient.options)
                }
            }
            #expect(server.cluster.violations.isEmpty)
        }
    }

    @Test("installs, reboots, cuts the connections of the node, and brings it back")
    func installAndReboot() async throws {
        try await withWire(running: Version(1, 13, 0)) { server in
            publish(server)
            server.cluster.noteSnapshot()
            let node = NodeName("cp-1")
            let before = try #require(server.cluster.system(of: node))
            server.kubernetes.setCordoned(true, of: node)
            try await withClient(of: server) { client in
                let report = try await client.install(image, on: "cp-1")
                #expect(report.codes == [0])
                #expect(report.text.contains("running Talos installer v1.13.2\n"))
                server.cluster.inject(SimulatedFault(.neverReturns, on: node))
                _ = try await client.machine.reboot(.init(), options: WireClient.options)
                try await eventually("the node goes down") { !server.cluster.isUp(node) }
                let cut = await #expect(throws: RPCError.self) {
                    try await client.machine.version(.init(), options: WireClient.options)
                }
                #expect(cut?.code == .unavailable)
                server.cluster.revive(node)
                try await eventually("the node is back") { server.cluster.isGood(node) }
            }
            try await withClient(of: server) { client in
                let version = try await client.machine.version(.init())
                #expect(version.messages.first?.version.tag == "v1.13.2")
                let entry = try await client.resource(
                    "runtime", "BootedEntries.talos.dev", "bootedentry", on: "cp-1")
                let spec = try Talos_Resource_Definitions_Runtime_BootedEntrySpec(
                    serializedBytes: entry)
                #expect(spec.bootedEntry == "Talos-v1.13.2.efi")
            }
            #expect(server.cluster.system(of: node)?.bootID != before.bootID)
            #expect(server.cluster.violations.isEmpty)
        }
    }

    @Test("installs what was pulled and nothing else, and goes on when its caller is gone")
    func installRules() async throws {
        try await withWire(running: Version(1, 13, 0)) { server in
            publish(server)
            server.cluster.noteSnapshot()
            server.cluster.inject(SimulatedFault(.lostReply(.install), on: NodeName("wk-1")))
            try await withClient(of: server) { client in
                let missing = await #expect(throws: RPCError.self) {
                    try await client.lifecycle.upgrade(
                        .with {
                            $0.containerd.namespace = .nsSystem
                            $0.source.imageName = image
                        }
                    ) { reply in for try await _ in reply.messages {} }
                }
                #expect(missing?.code == .internalError)
                let unknown = await #expect(throws: RPCError.self) {
                    try await client.install("nobody/published:v1", on: "cp-2")
                }
                #expect(unknown?.code == .notFound)
                // The caller never hears of this one, and it goes on all the same.
                let lost = await #expect(throws: RPCError.self) {
                    try await client.install(image, on: "wk-1")
                }
                #expect(lost?.code == .unavailable)
                try await eventually("the install ends") {
                    server.cluster.installs[NodeName("wk-1")] == 1
                }
            }
        }
    }

    @Test("streams a snapshot with its SHA-256, and a kubeconfig in Talos' own archive")
    func streams() async throws {
        try await withWire(running: Version(1, 12, 0)) { server in
            try await withClient(of: server) { client in
                let snapshot = try await client.machine.etcdSnapshot(.init()) { reply in
                    try await reply.messages.reduce(into: [UInt8]()) { $0 += $1.bytes }
                }
                #expect(snapshot.count % 512 == 32)
                #expect(Array(SHA256.hash(data: snapshot.dropLast(32))) == snapshot.suffix(32))
                #expect(server.cluster.snapshots == 1)
                let archive = try await client.machine.kubeconfig(.init()) { reply in
                    try await reply.messages.reduce(into: [UInt8]()) { $0 += $1.bytes }
                }
                #expect(archive.starts(with: [0x1f, 0x8b]))
                // Stored blocks: the file's text stands in the archive as it is.
                let text = String(decoding: archive, as: UTF8.self)
                #expect(text.contains("server: \"\(server.kubernetesServer.url)\""))
                let worker = await #expect(throws: RPCError.self) {
                    try await client.machine.etcdStatus(.init(), metadata: WireClient.to("wk-1"))
                }
                #expect(worker?.code == .unimplemented)
            }
        }
    }

    @Test("tells of an upgrade through the older call in its events")
    func events() async throws {
        try await withWire(running: Version(1, 12, 0), reboot: .seconds(2)) { server in
            let target = "factory.example/installer/def:v1.12.5"
            let node = NodeName("wk-1")
            server.cluster.registry.publish(target, SimulatedImage(version: Version(1, 12, 5)))
            server.cluster.noteSnapshot()
            try await withClient(of: server) { client in
                try await client.machine.events(
                    .init(), metadata: WireClient.to("wk-1"), options: WireClient.options
                ) { reply in
                    var events = reply.messages.makeAsyncIterator()
                    #expect(try await events.next()?.data.typeURL.isEmpty == true)
                    let answer = try await client.machine.upgrade(
                        .with { $0.image = target }, metadata: WireClient.to("wk-1"),
                        options: WireClient.options)
                    let actor = try #require(answer.messages.first?.actorID)
                    let first = try #require(try await events.next())
                    #expect(first.data.typeURL == "talos/runtime/machine.SequenceEvent")
                    #expect(first.actorID == actor)
                    let sequence = try Machine_SequenceEvent(serializedBytes: first.data.value)
                    #expect(sequence.sequence == "upgrade")
                    #expect(sequence.action == .start)
                    let second = try await events.next()
                    #expect(second?.data.typeURL == "talos/runtime/machine.PhaseEvent")
                }
            }
            try await eventually("the node is back") { server.cluster.isGood(node) }
            #expect(server.cluster.system(of: node)?.version == Version(1, 12, 5))
        }
    }
}
