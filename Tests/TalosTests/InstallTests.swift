import ClusterModel
import Execution
import Foundation
import GRPCCore
import SwiftProtobuf
import Synchronization
import TalosMessages
import Testing

@testable import Talos

@Suite("Installing through LifecycleService", .timeLimit(.minutes(1)))
struct InstallTests {
    private let image = "factory.talos.dev/metal-installer/abc:v1.13.2"

    private func message(_ text: String) -> Machine_LifecycleServiceInstallProgress {
        .with { $0.message = Data(text.utf8) }
    }

    private func exit(_ code: Int32) -> Machine_LifecycleServiceInstallProgress {
        .with { $0.exitCode = code }
    }

    /// Installs on a node, and returns what it printed.
    private func install(
        _ test: TestCluster, through interface: InstallInterface = .lifecycle
    ) async throws -> [String] {
        let lines = Mutex<[String]>([])
        try await test.client.install(
            image, on: NodeName("cp-1"), through: interface, mode: .standard
        ) { line in lines.withLock { $0.append(line) } }
        return lines.withLock(\.self)
    }

    private func withNode(
        _ messages: [Machine_LifecycleServiceInstallProgress], version: String = "v1.13.0",
        _ body: (TestCluster) async throws -> Void
    ) async throws {
        try await withCluster([FakeNode(name: "cp-1", version: version)]) { test in
            test.cluster.change { $0.behaviour.installMessages = messages }
            try await body(test)
        }
    }

    @Test("Pulls, installs what was pulled, and shows whole lines")
    func installs() async throws {
        let umlaut = Array("grün\n".utf8)
        let messages = [
            message("copying ker"), message("nel\nwriting UKI\n"),
            .with { $0.message = Data(umlaut[..<3]) }, .with { $0.message = Data(umlaut[3...]) },
            message("done"), exit(0),
        ]
        try await withNode(messages) { test in
            let lines = try await install(test)
            let name = "\(image)@sha256:abc"
            #expect(
                lines == ["pulled \(name)", "copying kernel", "writing UKI", "grün", "done"])
            let pull = try #require(test.cluster.get(\.pulls).first)
            #expect(pull.imageRef == image)
            let request = try #require(test.cluster.get(\.installs).first)
            #expect(request.source.imageName == name)
            for instance in [pull.containerd, request.containerd] {
                #expect(instance.driver == .containerd)
                #expect(instance.namespace == .nsSystem)
            }
            #expect(test.cluster.get(\.reboots).isEmpty)
            #expect(test.cluster.get(\.upgrades).isEmpty)
        }
    }

    @Test("A failing installer: its exit code and its last line")
    func exitCode() async throws {
        try await withNode([message("no space left on device\n"), exit(6)]) { test in
            let error: ClusterError = try await failure { _ = try await install(test) }
            #expect(error.kind == .failed)
            #expect(
                error.message.contains(
                    "the installer ended with exit code 6: no space left on device"))
        }
    }

    @Test("A report that ends well without an exit code leaves the outcome unknown")
    func noExitCode() async throws {
        try await withNode([message("copying\n")]) { test in
            let error: ClusterError = try await failure { _ = try await install(test) }
            #expect(error.kind == .unreachable)
            #expect(error.message.contains("without the installer's exit code"))
        }
    }

    @Test("A connection lost during the installation leaves the outcome unknown")
    func lost() async throws {
        try await withNode([message("copying\n")]) { test in
            test.cluster.change { $0.behaviour.installCuts = true }
            let error: ClusterError = try await failure { _ = try await install(test) }
            #expect(error.kind == .unreachable)
            #expect(test.cluster.get(\.installs).count == 1)
        }
    }

    @Test("Refused before the installer ran: nothing was done")
    func busy() async throws {
        try await withNode([]) { test in
            test.cluster.change {
                $0.behaviour.installError = RPCError(
                    code: .failedPrecondition,
                    message: "another installation/upgrade is already in progress")
            }
            let error: ClusterError = try await failure { _ = try await install(test) }
            #expect(error.kind == .refused)
            #expect(error.message.contains("already in progress"))
        }
    }

    @Test("An error after the installer began is a failure, not a refusal")
    func errorAfterBegin() async throws {
        try await withNode([message("copying\n")]) { test in
            test.cluster.change {
                $0.behaviour.installError = RPCError(code: .internalError, message: "task died")
            }
            let error: ClusterError = try await failure { _ = try await install(test) }
            #expect(error.kind == .failed)
        }
    }

    @Test("An image that is not there: nothing was installed")
    func noImage() async throws {
        try await withNode([exit(0)]) { test in
            test.cluster.change {
                $0.behaviour.pullError = RPCError(code: .notFound, message: "manifest unknown")
            }
            let error: ClusterError = try await failure { _ = try await install(test) }
            #expect(error.kind == .notFound)
            #expect(error.message.contains("manifest unknown"))
            #expect(test.cluster.get(\.installs).isEmpty)
        }
    }

    @Test("A connection lost during the pull: nothing was installed")
    func lostPull() async throws {
        try await withNode([exit(0)]) { test in
            test.cluster.change {
                $0.behaviour.pullError = RPCError(code: .unavailable, message: "gone")
            }
            let error: ClusterError = try await failure { _ = try await install(test) }
            #expect(error.kind == .refused)
            #expect(test.cluster.get(\.installs).isEmpty)
        }
    }

    @Test("A node that does not answer: nothing was sent")
    func unreachable() async throws {
        try await withNode([exit(0)]) { test in
            _ = try await test.client.members()
            let address = test.addresses[0]
            test.cluster.change { $0.nodes[address]?.isDown = true }
            let error: ClusterError = try await failure { _ = try await install(test) }
            #expect(error.kind == .refused)
            #expect(test.cluster.get(\.pulls).isEmpty)
            let reboot: ClusterError = try await failure {
                try await test.client.reboot(NodeName("cp-1"), mode: .standard)
            }
            #expect(reboot.kind == .unreachable)
            #expect(test.cluster.get(\.reboots).isEmpty)
        }
    }

    @Test("A plan for another version of the node is refused", arguments: ["v1.12.9", "v1.13.0"])
    func otherVersion(version: String) async throws {
        let wrong: InstallInterface = version == "v1.12.9" ? .lifecycle : .machine
        try await withNode([exit(0)], version: version) { test in
            let error: ClusterError = try await failure {
                _ = try await install(test, through: wrong)
            }
            #expect(error.kind == .refused)
            #expect(error.message.contains("it runs \(version)"))
            #expect(test.cluster.get(\.installs).isEmpty)
            #expect(test.cluster.get(\.upgrades).isEmpty)
        }
    }

    @Test(
        "The reboot is asked for in the wanted way", arguments: [RebootMode.standard, .powerCycle])
    func reboots(mode: RebootMode) async throws {
        try await withNode([]) { test in
            try await test.client.reboot(NodeName("cp-1"), mode: mode)
            let request = try #require(test.cluster.get(\.reboots).first)
            #expect(request.mode == (mode == .powerCycle ? .powercycle : .default))
        }
    }

    @Test("Lines from pieces of any size")
    func lines() {
        var assembler = LineAssembler()
        #expect(assembler.take("a\r\nb".utf8) == ["a"])
        #expect(assembler.take("c\n\n  \nd".utf8) == ["bc"])
        #expect(assembler.finish() == "d")
        #expect(assembler.finish() == nil)
        #expect(assembler.take([0xff, 0x0a]) == ["\u{fffd}"])
        let long = String(repeating: "x", count: 40_000)
        #expect(assembler.take(long.utf8).map(\.count) == [16384, 16384])
    }
}
