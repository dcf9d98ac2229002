import ClusterModel
import Execution
import GRPCCore
import SwiftProtobuf
import TalosMessages
import Testing

@testable import Talos

@Suite("What nodes and etcd are seen to be", .timeLimit(.minutes(1)))
struct ObservingTests {
    private func nodes() -> [FakeNode] {
        (1...3).map { FakeNode(name: "cp-\($0)", etcdID: UInt64($0)) }
            + [FakeNode(name: "w-1", isControlPlane: false)]
    }

    @Test("Members by name, with role and address")
    func members() async throws {
        try await withCluster(nodes()) { test in
            let members = try await test.client.members()
            #expect(members.map(\.name.text) == ["cp-1", "cp-2", "cp-3", "w-1"])
            #expect(members.map(\.role) == [.controlPlane, .controlPlane, .controlPlane, .worker])
            #expect(members.map(\.addresses) == test.addresses.map { [$0] })
        }
    }

    @Test("Without discovery the nodes of the talosconfig are asked, and each is listed once")
    func noDiscovery() async throws {
        try await withCluster(nodes()) { test in
            test.cluster.change { $0.hasDiscovery = false }
            let identity = try test.authority.client()
            let config = try TalosConfig(
                text: identity.talosconfig(
                    endpoints: ["\(test.addresses[0]):\(test.port)"],
                    nodes: [test.addresses[0], test.addresses[3], test.addresses[3]]),
                file: "talosconfig", context: nil)
            let client = TalosClient(source: .value(config), timeouts: .forTests)
            let members = try await client.members()
            #expect(members.map(\.name.text) == ["cp-1", "w-1"])
            #expect(members.map(\.role) == [.controlPlane, .worker])
            await client.close()
        }
    }

    @Test("A node of today: everything comes from resources")
    func system() async throws {
        var node = FakeNode(name: "cp-1", version: "v1.14.0")
        node.extensions = [
            ("zfs", "2.3"), ("schematic", "376567"), ("modules.dep", "6.12"), ("crun", "1.20"),
        ]
        node.commandLine = "talos.platform=metal  console=ttyS0"
        node.bootedEntry = "Talos-v1.14.0.efi"
        try await withCluster([node]) { test in
            let system = try await test.client.system(of: NodeName("cp-1"))
            #expect(
                system
                    == NodeSystem(
                        version: Version(1, 14, 0), bootID: node.bootID, stage: "running",
                        isReady: true,
                        extensions: [
                            InstalledExtension(name: "crun", version: "1.20"),
                            InstalledExtension(name: "zfs", version: "2.3"),
                        ], schematic: "376567",
                        kernelArguments: ["talos.platform=metal", "console=ttyS0"],
                        bootedSlot: "Talos-v1.14.0.efi"))
            #expect(!test.cluster.get(\.calls).contains { $0.hasPrefix("Read") })
        }
    }

    @Test("An old node: what it has no resources for comes from its files")
    func oldSystem() async throws {
        var node = FakeNode(name: "cp-1", version: "v1.10.5", stage: .machineStageBooting)
        node.isReady = false
        node.commandLine = "BOOT_IMAGE=/B/vmlinuz talos.platform=metal"
        node.unknownKinds = [
            "KernelCmdlines.runtime.talos.dev", "BootedEntries.talos.dev",
            "BootIDs.runtime.talos.dev",
        ]
        try await withCluster([node]) { test in
            let system = try await test.client.system(of: NodeName("cp-1"))
            #expect(system.bootID == node.bootID)
            #expect(system.kernelArguments == ["BOOT_IMAGE=/B/vmlinuz", "talos.platform=metal"])
            #expect(system.bootedSlot == "B")
            #expect(system.stage == "booting")
            #expect(!system.isRunning)
        }
    }

    @Test("A version that cannot be read is an error, not a guess")
    func oddVersion() async throws {
        try await withCluster([FakeNode(name: "cp-1", version: "latest")]) { test in
            let error: ClusterError = try await failure {
                _ = try await test.client.system(of: NodeName("cp-1"))
            }
            #expect(error.kind == .refused)
            #expect(error.message.contains("\"latest\""))
        }
    }

    @Test("A node that discovery does not know")
    func unknownNode() async throws {
        try await withCluster(nodes()) { test in
            let error: ClusterError = try await failure {
                _ = try await test.client.system(of: NodeName("w-9"))
            }
            #expect(error.kind == .notFound)
            #expect(error.message.contains("w-9"))
        }
    }

    @Test("A node that is down is unreachable, though the endpoint answers")
    func nodeDown() async throws {
        try await withCluster(nodes()) { test in
            let address = test.addresses[3]
            test.cluster.change { $0.nodes[address]?.isDown = true }
            let error: ClusterError = try await failure {
                _ = try await test.client.system(of: NodeName("w-1"))
            }
            #expect(error.kind == .unreachable)
            #expect(error.message.contains("w-1 through"))
        }
    }

    @Test("etcd: health, leader and alarms of every member")
    func etcd() async throws {
        try await withCluster(nodes()) { test in
            let address = test.addresses[1]
            test.cluster.change {
                $0.leader = 3
                $0.nodes[address]?.etcdErrors = ["no leader"]
                $0.behaviour.alarms = [
                    .with {
                        $0.memberID = 2
                        $0.alarm = .nospace
                    }
                ]
            }
            let state = try await test.client.etcd()
            #expect(state.members.map(\.name.text) == ["cp-1", "cp-2", "cp-3"])
            #expect(state.members.map(\.isHealthy) == [true, false, true])
            #expect(state.leader == NodeName("cp-3"))
            #expect(state.alarms == ["NOSPACE on cp-2"])
        }
    }

    @Test("A member whose node is down is listed under its name, and not healthy")
    func etcdNodeDown() async throws {
        try await withCluster(nodes()) { test in
            let address = test.addresses[2]
            test.cluster.change { $0.nodes[address]?.isDown = true }
            let state = try await test.client.etcd()
            #expect(state.members.map(\.name.text) == ["cp-1", "cp-2", "cp-3"])
            #expect(state.members.map(\.isHealthy) == [true, true, false])
        }
    }

    @Test("With no control plane up, etcd is unreachable")
    func etcdDown() async throws {
        try await withCluster(nodes()) { test in
            let addresses = test.addresses
            test.cluster.change { state in
                for address in addresses.prefix(3) { state.nodes[address]?.isDown = true }
                state.nodes[addresses[0]]?.isDown = false
                state.nodes[addresses[0]]?.isControlPlane = false
            }
            let error: ClusterError = try await failure { _ = try await test.client.etcd() }
            #expect(error.kind == .unreachable)
        }
    }

    @Test("Leadership is handed over by the node that is asked")
    func forfeit() async throws {
        try await withCluster(nodes()) { test in
            try await test.client.forfeitLeadership(of: NodeName("cp-2"))
            #expect(
                test.cluster.get(\.calls).last == "EtcdForfeitLeadership \(test.addresses[1])")
            test.cluster.change {
                $0.behaviour.forfeitError = RPCError(
                    code: .unknown, message: "cannot forfeit leadership, only one member")
            }
            let error: ClusterError = try await failure {
                try await test.client.forfeitLeadership(of: NodeName("cp-2"))
            }
            #expect(error.kind == .refused)
            #expect(error.message.contains("only one member"))
        }
    }

    @Test(
        "Slots in GRUB's kernel argument",
        arguments: [
            ("BOOT_IMAGE=/A/vmlinuz", "A"), ("BOOT_IMAGE=(hd0,gpt3)/B/vmlinuz", "B"),
            ("BOOT_IMAGE=/boot/vmlinuz", nil), ("console=ttyS0", nil), ("BOOT_IMAGE=", nil),
        ] as [(String, String?)])
    func slots(argument: String, slot: String?) {
        #expect(BootedSlot.find(bootedEntry: nil, kernelArguments: [argument]) == slot)
    }
}
