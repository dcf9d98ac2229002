import ClusterModel
import ClusterSimulator
import Execution
import Synchronization
import Talos
import TestSupport
import Testing

/// The real Talos client changes a simulated cluster on the wire.
@Suite("The Talos client against a cluster on the wire: acting")
struct TalosActingOnTheWireTests {
    private static let reference = "factory.example.com/metal-installer/abc:v2"

    /// What a test runs in: a cluster whose registry has the image to install.
    private func withCluster(
        _ version: Version, target: Version, controlPlanes: Int = 3,
        _ body: (WiredCluster) async throws -> Void
    ) async throws {
        let image = SimulatedImage(version: version)
        try await withWiredCluster(controlPlanes: controlPlanes, running: image) { wired in
            wired.cluster.registry.publish(Self.reference, SimulatedImage(version: target))
            try await body(wired)
        }
    }

    private func install(
        _ wired: WiredCluster, on node: NodeName, _ interface: InstallInterface,
        progress: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws {
        try await wired.talos.install(
            Self.reference, on: node, through: interface, mode: .standard, progress: progress)
    }

    @Test("hands over leadership, and asks in vain a member that does not lead")
    func forfeit() async throws {
        try await withCluster(Version(1, 13, 0), target: Version(1, 13, 2)) { wired in
            let leader = try #require(wired.cluster.leader)
            try await wired.talos.forfeitLeadership(of: leader)
            let next = try #require(wired.cluster.leader)
            #expect(next != leader)
            try await wired.talos.forfeitLeadership(of: leader)
            #expect(wired.cluster.leader == next)
        }
        try await withCluster(
            Version(1, 13, 0), target: Version(1, 13, 2), controlPlanes: 1
        ) { wired in
            let error = await #expect(throws: ClusterError.self) {
                try await wired.talos.forfeitLeadership(of: .cp1)
            }
            #expect(error?.kind == .refused)
            #expect(error?.message.contains("only one member") == true)
        }
    }

    @Test("installs without a reboot from Talos 1.13 on, and boots the new system by rebooting")
    func lifecycle() async throws {
        try await withCluster(Version(1, 13, 0), target: Version(1, 13, 2)) { wired in
            let node = NodeName.cp2
            try await wired.prepare(node)
            let before = try await wired.talos.system(of: node)
            let lines = Mutex<[String]>([])
            try await install(wired, on: node, .lifecycle) { line in
                lines.withLock { $0.append(line) }
            }
            #expect(lines.withLock { $0.last } == "installation of v1.13.2 complete")
            #expect(try await wired.talos.system(of: node) == before)
            try await wired.talos.reboot(node, mode: .standard)
            try await wired.wait { wired.cluster.system(of: node)?.bootID != before.bootID }
            try await wired.waitUntilGood(node)
            let after = try await wired.talos.system(of: node)
            #expect(after.version == Version(1, 13, 2))
            #expect(after.bootID != before.bootID)
            #expect(after.bootedSlot != before.bootedSlot)
            #expect(wired.cluster.violations == [])
        }
    }

    @Test("installs and reboots by one call below Talos 1.13, and returns when the node goes down")
    func machine() async throws {
        try await withCluster(Version(1, 12, 1), target: Version(1, 12, 4)) { wired in
            let node = NodeName.cp2
            try await wired.prepare(node)
            let before = try await wired.talos.system(of: node)
            let lines = Mutex<[String]>([])
            try await install(wired, on: node, .machine) { line in
                lines.withLock { $0.append(line) }
            }
            #expect(lines.withLock { $0.contains("phase upgrade") })
            #expect(wired.cluster.versionOfNextBoot(of: node) == Version(1, 12, 4))
            try await wired.wait { wired.cluster.system(of: node)?.bootID != before.bootID }
            try await wired.waitUntilGood(node)
            #expect(try await wired.talos.system(of: node).version == Version(1, 12, 4))
            #expect(wired.cluster.violations == [])
        }
    }

    @Test(
        "hears of an installer that failed, and the old system stays",
        arguments: [(Version(1, 12, 1), InstallInterface.machine), (Version(1, 13, 1), .lifecycle)])
    func installerFails(_ version: Version, _ interface: InstallInterface) async throws {
        try await withCluster(version, target: version) { wired in
            try await wired.prepare(.cp1)
            wired.cluster.inject(SimulatedFault(.installExitCode(6), on: .cp1))
            let error = await #expect(throws: ClusterError.self) {
                try await install(wired, on: .cp1, interface)
            }
            #expect(error?.kind == .failed)
            #expect(error?.message.contains("code 6") == true)
            try await wired.waitUntilGood(.cp1)
            #expect(wired.cluster.installs[.cp1] == 0)
        }
    }

    @Test(
        "hears that the registry does not have an image, and nothing is installed",
        arguments: [
            (Version(1, 12, 1), InstallInterface.machine, ClusterError.Kind.refused),
            (Version(1, 13, 1), .lifecycle, .notFound),
        ])
    func missingImage(
        _ version: Version, _ interface: InstallInterface, _ kind: ClusterError.Kind
    ) async throws {
        try await withCluster(version, target: version) { wired in
            wired.cluster.registry.withdraw(Self.reference)
            let found = await failureKind { try await install(wired, on: .cp1, interface) }
            #expect(found == kind)
            #expect(wired.cluster.installs[.cp1] == 0)
        }
    }

    @Test("does not know how an install went whose reply was lost; the node goes on with it")
    func lostReply() async throws {
        try await withCluster(Version(1, 13, 0), target: Version(1, 13, 2)) { wired in
            try await wired.prepare(.cp3)
            wired.cluster.inject(SimulatedFault(.lostReply(.install), on: .cp3))
            let kind = await failureKind { try await install(wired, on: .cp3, .lifecycle) }
            #expect(kind == .unreachable)
            try await wired.wait {
                wired.cluster.versionOfNextBoot(of: .cp3) == Version(1, 13, 2)
            }
            #expect(wired.cluster.installs[.cp3] == 1)
            #expect(wired.cluster.violations == [])
        }
    }
}
