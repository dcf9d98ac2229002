import Foundation
import GRPCCore
import SwiftProtobuf
import TalosMessages

/// `machine.MachineService` of a fake cluster.
struct FakeMachineService: Machine_MachineService.SimpleServiceProtocol {
    typealias Empty = Google_Protobuf_Empty

    let cluster: FakeCluster

    func version(request: Empty, context: ServerContext) async throws -> Machine_VersionResponse {
        let node = try cluster.node()
        return .with { $0.messages = [.with { $0.version.tag = node.version }] }
    }

    func read(
        request: Machine_ReadRequest, response: RPCWriter<Common_Data>, context: ServerContext
    ) async throws {
        let node = try cluster.node()
        switch request.path {
        case "/proc/cmdline": try await response.send(Array("\(node.commandLine)\n".utf8))
        case "/proc/sys/kernel/random/boot_id":
            try await response.send(Array("\(node.bootID)\n".utf8))
        default: throw RPCError(code: .notFound, message: "no such file")
        }
    }

    func upgrade(
        request: Machine_UpgradeRequest, context: ServerContext
    ) async throws -> Machine_UpgradeResponse {
        cluster.change { $0.upgrades.append(request) }
        cluster.upgraded.continuation.yield()
        let behaviour = cluster.get(\.behaviour)
        if let error = behaviour.upgradeError { throw error }
        if behaviour.upgradeCuts { cluster.connections.cut() }
        return .with { $0.messages = [.with { $0.actorID = "actor" }] }
    }

    func events(
        request: Machine_EventsRequest, response: RPCWriter<Machine_Event>, context: ServerContext
    ) async throws {
        if cluster.get(\.behaviour.eventsError) {
            throw RPCError(code: .unimplemented, message: "no events")
        }
        try await response.write(.with { $0.id = "hello" })
        // A handler that waits is not ended by a client that hangs up: it has to be told.
        try await withRPCCancellationHandler {
            for await _ in cluster.upgraded.stream {
                let events = cluster.get(\.behaviour.upgradeEvents)
                for event in events { try await response.write(event) }
                if events.isEmpty { return }
            }
        } onCancelRPC: {
            cluster.upgraded.continuation.finish()
        }
    }

    func reboot(
        request: Machine_RebootRequest, context: ServerContext
    ) async throws -> Machine_RebootResponse {
        _ = try cluster.node()
        cluster.change { $0.reboots.append(request) }
        return .with { $0.messages = [.init()] }
    }

    func kubeconfig(
        request: Empty, response: RPCWriter<Common_Data>, context: ServerContext
    ) async throws {
        try cluster.checkControlPlane()
        try await response.send(cluster.get(\.behaviour.kubeconfig))
    }

    func etcdMemberList(
        request: Machine_EtcdMemberListRequest, context: ServerContext
    ) async throws -> Machine_EtcdMemberListResponse {
        try cluster.checkControlPlane()
        let nodes = cluster.get(\.nodes).sorted { $0.key < $1.key }
        return .with {
            $0.messages = [
                .with {
                    $0.members = nodes.filter(\.value.isControlPlane).map { address, node in
                        .with {
                            $0.id = node.etcdID
                            $0.hostname = node.name
                            $0.peerUrls = ["https://\(address):2380"]
                        }
                    }
                }
            ]
        }
    }

    func etcdStatus(
        request: Empty, context: ServerContext
    ) async throws -> Machine_EtcdStatusResponse {
        try cluster.checkControlPlane()
        let node = try cluster.node()
        let leader = cluster.get(\.leader)
        return .with {
            $0.messages = [
                .with {
                    $0.memberStatus.memberID = node.etcdID
                    $0.memberStatus.leader = leader
                    $0.memberStatus.errors = node.etcdErrors
                }
            ]
        }
    }

    func etcdAlarmList(
        request: Empty, context: ServerContext
    ) async throws -> Machine_EtcdAlarmListResponse {
        try cluster.checkControlPlane()
        let alarms = cluster.get(\.behaviour.alarms)
        return .with { $0.messages = [.with { $0.memberAlarms = alarms }] }
    }

    func etcdForfeitLeadership(
        request: Machine_EtcdForfeitLeadershipRequest, context: ServerContext
    ) async throws -> Machine_EtcdForfeitLeadershipResponse {
        try cluster.checkControlPlane()
        if let error = cluster.get(\.behaviour.forfeitError) { throw error }
        return .with { $0.messages = [.init()] }
    }

    func etcdSnapshot(
        request: Machine_EtcdSnapshotRequest, response: RPCWriter<Common_Data>,
        context: ServerContext
    ) async throws {
        try cluster.checkControlPlane()
        let behaviour = cluster.get(\.behaviour)
        let cut = behaviour.snapshotCut ?? behaviour.snapshot.count
        try await response.send(Array(behaviour.snapshot.prefix(cut)))
        if behaviour.snapshotStalls { try await context.cancellation.cancelled }
        if behaviour.snapshotCut != nil {
            cluster.connections.cut()
            try await context.cancellation.cancelled
        }
    }
}

extension RPCWriter<Common_Data> {
    /// Sends bytes as Talos does, a kilobyte a message.
    fileprivate func send(_ bytes: [UInt8]) async throws {
        for start in stride(from: 0, to: bytes.count, by: 1024) {
            let end = min(start + 1024, bytes.count)
            try await write(.with { $0.bytes = Data(bytes[start..<end]) })
        }
    }
}

/// The calls that the client does not make.
extension FakeMachineService {
    private static let unused = RPCError(code: .unimplemented, message: "not used by the client")

    func hostname(request: Empty, context: ServerContext) async throws -> Machine_HostnameResponse {
        throw Self.unused
    }

    func systemStat(
        request: Empty, context: ServerContext
    ) async throws -> Machine_SystemStatResponse { throw Self.unused }

    func serviceList(
        request: Empty, context: ServerContext
    ) async throws -> Machine_ServiceListResponse { throw Self.unused }

    func applyConfiguration(
        request: Machine_ApplyConfigurationRequest, context: ServerContext
    ) async throws -> Machine_ApplyConfigurationResponse { throw Self.unused }

    func rollback(
        request: Machine_RollbackRequest, context: ServerContext
    ) async throws -> Machine_RollbackResponse { throw Self.unused }
}
