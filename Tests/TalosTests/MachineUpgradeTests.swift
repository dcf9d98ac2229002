import ClusterModel
import Execution
import GRPCCore
import SwiftProtobuf
import Synchronization
import TalosMessages
import Testing

@testable import Talos

@Suite("Upgrading through MachineService", .timeLimit(.minutes(1)))
struct MachineUpgradeTests {
    private let image = "ghcr.io/siderolabs/installer:v1.12.9"

    private func event(_ message: some SwiftProtobuf.Message, actor: String = "actor") throws
        -> Machine_Event
    {
        let name = type(of: message).protoMessageName
        return try .with {
            $0.data.typeURL = "talos/runtime/\(name)"
            $0.data.value = try message.serializedBytes()
            $0.actorID = actor
        }
    }

    private func started(_ actor: String = "actor") throws -> Machine_Event {
        let sequence = Machine_SequenceEvent.with {
            $0.sequence = "upgrade"
            $0.action = .start
        }
        return try event(sequence, actor: actor)
    }

    private func phase(_ name: String) throws -> Machine_Event {
        try event(Machine_PhaseEvent.with { $0.phase = name })
    }

    private func failed(
        _ text: String, code: Common_Code = .fatal, actor: String = "actor"
    ) throws -> Machine_Event {
        let sequence = Machine_SequenceEvent.with {
            $0.sequence = "upgrade"
            $0.error.code = code
            $0.error.message = text
        }
        return try event(sequence, actor: actor)
    }

    /// Upgrades a node that sends these events, and returns the phases that were shown.
    private func upgrade(
        _ events: [Machine_Event], mode: RebootMode = .standard,
        timeouts: TalosTimeouts = .forTests,
        change: @escaping @Sendable (inout FakeBehaviour) -> Void = { _ in },
        check: @Sendable (FakeCluster) throws -> Void = { _ in }
    ) async throws -> [String] {
        let lines = Mutex<[String]>([])
        try await withCluster(
            [FakeNode(name: "cp-1", version: "v1.12.4")], timeouts: timeouts
        ) { test in
            test.cluster.change {
                $0.behaviour.upgradeEvents = events
                change(&$0.behaviour)
            }
            do {
                try await test.client.install(
                    image, on: NodeName("cp-1"), through: .machine, mode: mode
                ) { line in lines.withLock { $0.append(line) } }
            } catch {
                try check(test.cluster)
                throw error
            }
            try check(test.cluster)
        }
        return lines.withLock(\.self)
    }

    @Test(
        "Neither preserve nor force nor stage, and the wanted reboot",
        arguments: [RebootMode.standard, .powerCycle])
    func request(mode: RebootMode) async throws {
        _ = try await upgrade(
            [], mode: mode,
            check: { cluster in
                let request = try #require(cluster.get(\.upgrades).first)
                #expect(cluster.get(\.upgrades).count == 1)
                #expect(request.image == image)
                #expect(!request.preserve && !request.force && !request.stage)
                #expect(request.rebootMode == (mode == .powerCycle ? .powercycle : .default))
                #expect(cluster.get(\.reboots).isEmpty)
            })
    }

    @Test("The node's phases are shown until it reboots")
    func phases() async throws {
        let lines = try await upgrade([
            phase("cleanup"), started(), phase("drain"), phase("upgrade"), phase("reboot"),
        ])
        #expect(lines == ["phase drain", "phase upgrade"])
    }

    @Test("A node that is busy says yes and does nothing: a refusal")
    func locked() async throws {
        let error: ClusterError = try await failure {
            _ = try await upgrade([failed("sequence is locked", code: .locked, actor: "")])
        }
        #expect(error.kind == .refused)
        #expect(error.message.contains("sequence is locked"))
    }

    @Test("Somebody else's refusal after our upgrade began is not ours")
    func lockedOther() async throws {
        let lines = try await upgrade([
            started("other"), started(), failed("locked", code: .locked, actor: ""),
            failed("not ours", actor: "other"), phase("reboot"),
        ])
        #expect(lines.isEmpty)
    }

    @Test("A phase that fails: the node's own reason")
    func fatal() async throws {
        let error: ClusterError = try await failure {
            _ = try await upgrade([
                started(), phase("upgrade"), failed("installer: no space left"),
            ])
        }
        #expect(error.kind == .failed)
        #expect(error.message.contains("installer: no space left"))
    }

    @Test("A reboot that works may look like an error")
    func rebootError() async throws {
        _ = try await upgrade([
            started(), failed("error running phase: unix.Reboot(LINUX_REBOOT)"), phase("reboot"),
        ])
    }

    @Test("A refusal of the call itself: nothing was done")
    func refused() async throws {
        let error: ClusterError = try await failure {
            _ = try await upgrade([]) { behaviour in
                behaviour.upgradeError = RPCError(
                    code: .unknown, message: "error validating etcd for upgrade: member is down")
            }
        }
        #expect(error.kind == .refused)
        #expect(error.message.contains("member is down"))
    }

    @Test("A connection lost before the answer leaves the outcome unknown, and nothing is repeated")
    func lost() async throws {
        let error: ClusterError = try await failure {
            _ = try await upgrade(
                [], change: { $0.upgradeCuts = true },
                check: { #expect($0.get(\.upgrades).count == 1) })
        }
        #expect(error.kind == .unreachable)
    }

    @Test("An upgrade that shows no beginning is left to be proven after the boot")
    func noBeginning() async throws {
        var timeouts = TalosTimeouts.forTests
        timeouts.begin = .milliseconds(50)
        let lines = try await upgrade([started("other"), phase("drain")], timeouts: timeouts)
        #expect(lines.isEmpty)
    }

    @Test("Without events the upgrade goes on all the same")
    func noEvents() async throws {
        _ = try await upgrade(
            [started(), phase("reboot")], change: { $0.eventsError = true },
            check: { #expect($0.get(\.upgrades).count == 1) })
    }
}
