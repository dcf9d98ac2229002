import ClusterModel
import Execution
import Testing

@testable import ClusterSimulator

@Suite("A node from Talos 1.13 on")
struct LifecycleTests {
    private let world = SimulatedWorld(running: Version(1, 13, 0))
    private let image = "factory.example/installer/abc:v1.13.2"
    private let node = NodeName("wk-1")

    init() {
        let contents = SimulatedImage(
            version: Version(1, 13, 2),
            extensions: [InstalledExtension(name: "crun", version: "1.20")],
            kernelArguments: ["quiet"], schematic: "abc")
        world.cluster.registry.publish(image, contents)
    }

    private func prepare(_ node: NodeName) async throws {
        _ = try await world.talos.snapshotEtcd(to: "/backup")
        try await world.drain(node)
    }

    @Test("is installed, keeps running, and runs the new system only after a reboot")
    func installAndReboot() async throws {
        try await prepare(node)
        let before = try await world.talos.system(of: node)
        try await world.install(image, on: node)
        let installed = try await world.talos.system(of: node)
        #expect(installed == before)
        #expect(world.cluster.versionOfNextBoot(of: node) == Version(1, 13, 2))
        try await world.talos.reboot(node, mode: .standard)
        #expect(try await world.talos.system(of: node).stage == "rebooting")
        try await world.clock.sleep(for: .seconds(60))
        await #expect(throws: ClusterError.self) { try await world.talos.system(of: node) }
        try await world.clock.sleep(for: .seconds(120))
        let after = try await world.talos.system(of: node)
        #expect(after.isRunning)
        #expect(after.version == Version(1, 13, 2))
        #expect(after.bootID != before.bootID)
        #expect(after.bootedSlot == "Talos-v1.13.2.efi")
        #expect(after.schematic == "abc")
        #expect(after.kernelArguments.contains("quiet"))
        #expect(world.cluster.installs[node] == 1)
        #expect(world.cluster.violations.isEmpty)
    }

    @Test("that is installed twice without a boot is a violation and loses its running system")
    func secondInstall() async throws {
        try await prepare(node)
        try await world.install(image, on: node)
        #expect(world.cluster.violations.isEmpty)
        try await world.install(image, on: node)
        #expect(world.cluster.violations.count == 1)
        #expect(world.cluster.violations.first?.contains("second time") == true)
        let versions = world.cluster.withState { state in
            state.nodes.first { $0.name == node }?.slots.values.map(\.image.version)
        }
        #expect(versions == [Version(1, 13, 2), Version(1, 13, 2)])
    }

    @Test("boots the system before when the new one does not come up")
    func fallback() async throws {
        try await prepare(node)
        let before = try await world.talos.system(of: node)
        world.cluster.inject(SimulatedFault(.fallsBack, on: node))
        try await world.install(image, on: node)
        try await world.talos.reboot(node, mode: .standard)
        try await world.clock.sleep(for: .seconds(300))
        let after = try await world.talos.system(of: node)
        #expect(after.isRunning)
        #expect(after.version == before.version)
        #expect(after.bootedSlot == before.bootedSlot)
        #expect(after.bootID != before.bootID)
        // The boot lies in between, so the next install is not a second one.
        try await world.install(image, on: node)
        #expect(world.cluster.violations.isEmpty)
    }

    @Test("keeps installing when the caller is gone, and takes no second installation meanwhile")
    func lostReply() async throws {
        try await prepare(node)
        world.cluster.inject(SimulatedFault(.lostReply(.install), on: node))
        await #expect(throws: ClusterError.self) { try await world.install(image, on: node) }
        let end = world.cluster.versionOfNextBoot(of: node)
        #expect(end == Version(1, 13, 0))
        try world.cluster.finishPull(
            try world.cluster.lookUp(image, for: node), as: [image], on: node)
        #expect(throws: SimulatedRefusal.self) {
            try world.cluster.startInstaller(image, on: node)
        }
        try await world.clock.sleep(for: .seconds(60))
        #expect(world.cluster.versionOfNextBoot(of: node) == Version(1, 13, 2))
        #expect(world.cluster.installs[node] == 1)
    }

    @Test("reports the installer's exit code, and is not changed by a failed one")
    func exitCode() async throws {
        try await prepare(node)
        world.cluster.inject(SimulatedFault(.installExitCode(6), on: node))
        let error = await #expect(throws: ClusterError.self) {
            try await world.install(image, on: node)
        }
        #expect(error?.kind == .failed)
        #expect(error?.message.contains("exit code 6") == true)
        #expect(world.cluster.versionOfNextBoot(of: node) == Version(1, 13, 0))
        try await world.install(image, on: node)
        #expect(world.cluster.violations.isEmpty)
    }

    @Test("does not know an image that nobody published")
    func missingImage() async throws {
        try await prepare(node)
        let error = await #expect(throws: ClusterError.self) {
            try await world.install("ghcr.io/example/other:v1.13.2", on: node)
        }
        #expect(error?.kind == .notFound)
    }

    @Test("rejects the call of older versions")
    func wrongInterface() async throws {
        let error = await #expect(throws: ClusterError.self) {
            try await world.talos.install(image, on: node, through: .machine, mode: .standard) {
                _ in
            }
        }
        #expect(error?.kind == .refused)
        #expect(world.cluster.installs[node] == 0)
    }

    @Test("that is only switched off and on boots what was installed")
    func powerCut() async throws {
        try await prepare(node)
        try await world.install(image, on: node)
        world.cluster.cutPower(node)
        try await world.clock.sleep(for: .seconds(120))
        #expect(try await world.talos.system(of: node).version == Version(1, 13, 2))
    }
}
