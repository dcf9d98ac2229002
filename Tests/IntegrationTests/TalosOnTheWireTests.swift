import ClusterModel
import ClusterSimulator
import Execution
import Foundation
import Kubernetes
import Talos
import TestSupport
import Testing

/// The real Talos client reads what a simulated cluster on the wire is.
@Suite("The Talos client against a cluster on the wire: reading")
struct TalosOnTheWireTests {
    static let image = SimulatedImage(
        version: Version(1, 13, 0),
        extensions: [
            InstalledExtension(name: "crun", version: "1.20"),
            InstalledExtension(name: "qemu-guest-agent", version: "10.0.2"),
        ],
        kernelArguments: ["net.ifnames=0"], schematic: String(repeating: "a", count: 64))

    @Test("finds every member with its role and address")
    func members() async throws {
        try await withWiredCluster(workers: 2, running: Self.image) { wired in
            let expected = wired.cluster.nodes.sorted { $0.name < $1.name }
            let members = try await wired.talos.members()
            #expect(members == expected)
            #expect(expected.count == 5)
        }
    }

    @Test(
        "reads of every node what runs on it, whatever its release can tell and how it boots",
        arguments: [Version(1, 9, 6), Version(1, 12, 4), Version(1, 13, 9), Version(1, 14, 0)],
        [SimulatedBootLoader.grub, .systemdBoot])
    func systems(_ version: Version, _ loader: SimulatedBootLoader) async throws {
        var image = Self.image
        image.version = version
        try await withWiredCluster(
            controlPlanes: 1, running: image, bootLoader: loader
        ) { wired in
            for node in wired.cluster.nodes.map(\.name) {
                let system = try await wired.talos.system(of: node)
                #expect(system == wired.cluster.system(of: node))
                #expect(system.extensions == image.extensions)
                #expect(system.schematic == image.schematic)
                #expect(system.isRunning)
            }
        }
    }

    @Test("reads etcd's members, its leader, its learners and its alarms")
    func etcd() async throws {
        try await withWiredCluster(running: Self.image) { wired in
            let healthy = try await wired.talos.etcd()
            #expect(healthy.members.map(\.name) == [.cp1, .cp2, .cp3])
            #expect(healthy.members.allSatisfy { $0.isHealthy && !$0.isLearner })
            #expect(healthy.leader == wired.cluster.leader)
            #expect(healthy.alarms == [])
            let follower = try #require(healthy.members.first { !$0.isLeader }?.name)
            wired.cluster.setAlarm("NOSPACE", on: follower)
            wired.cluster.setLearner(true, on: follower)
            let sick = try await wired.talos.etcd()
            #expect(sick.alarms == ["NOSPACE on \(follower)"])
            #expect(sick.members.filter(\.isLearner).map(\.name) == [follower])
        }
    }

    @Test("streams a snapshot whose content is what its trailer says")
    func snapshot() async throws {
        try await withWiredCluster(running: Self.image) { wired in
            let path = "\(wired.folder.path)/etcd.db"
            let receipt = try await wired.talos.snapshotEtcd(to: path)
            let data = try Data(contentsOf: URL(fileURLWithPath: path))
            #expect(receipt.bytes == data.count)
            #expect(data.count > 10_000)
            #expect(receipt.sha256 == data.suffix(32).map { hexadecimal($0) }.joined())
            #expect(wired.cluster.snapshots == 1)
            let second = try await wired.talos.snapshotEtcd(to: path + "2")
            #expect(second.sha256 != receipt.sha256)
        }
    }

    @Test("is given a kubeconfig that lets it in to Kubernetes")
    func kubeconfig() async throws {
        try await withWiredCluster(running: Self.image) { wired in
            let text = try await wired.talos.kubeconfig()
            let kubernetes = try KubernetesClient(kubeconfig: Array(text.utf8), origin: "cp-1")
            let nodes = try? await kubernetes.nodes()
            await kubernetes.close()
            #expect(nodes.map { Set($0.keys) } == Set(wired.cluster.nodes.map(\.name)))
            #expect(nodes?.values.allSatisfy(\.isReady) == true)
        }
    }

    @Test("is refused what its role does not allow, and may still read")
    func roles() async throws {
        try await withWiredCluster(
            running: Self.image, as: .reader
        ) { wired in
            let members = try await wired.talos.members()
            #expect(members.count == 4)
            let kind = await failureKind { try await wired.talos.reboot(.cp1, mode: .standard) }
            #expect(kind == .misconfigured)
            #expect(wired.cluster.isGood(.cp1))
        }
    }

    @Test("is not let in with the certificate of another cluster")
    func untrusted() async throws {
        try await withWiredCluster(
            running: Self.image, as: .stranger
        ) { wired in
            let kind = await failureKind { _ = try await wired.talos.members() }
            #expect(kind == .misconfigured)
        }
    }

    private func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0\(digits)" : digits
    }
}
