import ClusterModel
import GRPCCore
import SwiftProtobuf
import TalosMessages
import Testing

@testable import ClusterSimulator

@Suite("COSI resources on the wire")
struct WireResourceTests {
    @Test("have the kinds of the node's version, and deny the others")
    func kinds() async throws {
        try await withWire(running: Version(1, 10, 0), controlPlanes: 1) { server in
            try await withClient(of: server) { client in
                let entry = await #expect(throws: RPCError.self) {
                    try await client.resource(
                        "runtime", "BootedEntries.talos.dev", "bootedentry", on: "cp-1")
                }
                #expect(entry?.code == .permissionDenied)
                let missing = await #expect(throws: RPCError.self) {
                    try await client.resource(
                        "meta", "ResourceDefinitions.meta.cosi.dev", "bootedentries.talos.dev",
                        on: "cp-1")
                }
                #expect(missing?.code == .notFound)
                _ = try await client.resource(
                    "meta", "ResourceDefinitions.meta.cosi.dev",
                    "machinestatuses.runtime.talos.dev", on: "cp-1")
                let absent = await #expect(throws: RPCError.self) {
                    try await client.resource(
                        "runtime", "MachineStatuses.runtime.talos.dev", "other", on: "cp-1")
                }
                #expect(absent?.code == .notFound)
            }
        }
    }

    @Test("show GRUB's slot in the command line, and no boot entry")
    func grub() async throws {
        try await withWire(running: Version(1, 12, 0), controlPlanes: 1, bootLoader: .grub) {
            server in
            try await withClient(of: server) { client in
                let bytes = try await client.resource(
                    "runtime", "KernelCmdlines.runtime.talos.dev", "cmdline", on: "cp-1")
                let spec = try Talos_Resource_Definitions_Runtime_KernelCmdlineSpec(
                    serializedBytes: bytes)
                #expect(spec.cmdline.hasPrefix("BOOT_IMAGE=/A/vmlinuz "))
                let entry = await #expect(throws: RPCError.self) {
                    try await client.resource(
                        "runtime", "BootedEntries.talos.dev", "bootedentry", on: "cp-1")
                }
                #expect(entry?.code == .notFound)
            }
        }
    }

    @Test("list the extensions with the notes that Talos keeps beside them")
    func extensions() async throws {
        try await withWire(running: Version(1, 12, 0), controlPlanes: 1) { server in
            try await withClient(of: server) { client in
                let names = try await client.state.list(
                    .with {
                        $0.namespace = "runtime"
                        $0.type = "ExtensionStatuses.runtime.talos.dev"
                    }
                ) { reply in
                    var names: [String] = []
                    for try await message in reply.messages {
                        let layer = try Talos_Resource_Definitions_Extensions_Layer(
                            serializedBytes: message.resource.spec.protoSpec)
                        names.append("\(layer.metadata.name) \(layer.metadata.version)")
                    }
                    return names
                }
                #expect(names == ["crun 1.20", "schematic abc", "modules.dep "])
            }
        }
    }

    @Test("are watched from an empty first message over their changes")
    func watch() async throws {
        try await withWire(running: Version(1, 12, 0), controlPlanes: 1, reboot: .seconds(60)) {
            server in
            try await withClient(of: server) { client in
                try await client.state.watch(
                    .with {
                        $0.namespace = "runtime"
                        $0.type = "MachineStatuses.runtime.talos.dev"
                        $0.id = "machine"
                        $0.apiVersion = 1
                    }, metadata: WireClient.to("wk-1"), options: WireClient.options
                ) { reply in
                    var messages = reply.messages.makeAsyncIterator()
                    #expect(try await messages.next()?.event.isEmpty == true)
                    let first = try await messages.next()
                    #expect(try first?.event.map(stage) == [.machineStageRunning])
                    server.cluster.rebootForTest("wk-1")
                    let second = try await messages.next()
                    #expect(try second?.event.map(stage) == [.machineStageRebooting])
                }
            }
        }
    }

    private func stage(
        _ event: Cosi_Resource_Event
    ) throws -> Talos_Resource_Definitions_Enums_RuntimeMachineStage {
        try Talos_Resource_Definitions_Runtime_MachineStatusSpec(
            serializedBytes: event.resource.spec.protoSpec
        ).stage
    }
}

extension SimulatedCluster {
    fileprivate func rebootForTest(_ name: String) {
        do {
            try reboot(NodeName(name))
        } catch {
            Issue.record("\(error.message)")
        }
    }
}
