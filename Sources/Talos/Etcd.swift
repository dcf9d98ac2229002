import ClusterModel
import Execution
import GRPCCore
import SwiftProtobuf
import TalosMessages

/// What etcd's members were seen to say, before it is put together.
struct EtcdReport: Sendable {
    /// What one member says of itself.
    struct Member: Hashable, Sendable {
        var id: UInt64
        var leader: UInt64
        var isLearner: Bool
        var errors: [String]
    }

    /// A member as the list has it.
    struct Listed: Hashable, Sendable {
        var id: UInt64
        var hostname: String
        var addresses: [String]
        var isLearner: Bool
    }

    /// An alarm that a member has raised.
    struct Alarm: Hashable, Sendable {
        var member: UInt64
        var name: String
    }

    /// The member list.
    var listed: [Listed]

    /// What the members on the nodes that answered say of themselves.
    var statuses: [NodeName: Member]

    /// The raised alarms.
    var alarms: [Alarm]

    /// The control planes that discovery knows.
    var controlPlanes: [ClusterMember]

    /// Puts it together; a member counts as healthy when it answered for itself without errors.
    var state: EtcdState {
        EtcdState(
            members: listed.map { listed in
                let status = statuses.values.first { $0.id == listed.id }
                return EtcdMember(
                    name: name(of: listed),
                    isHealthy: status.map(\.errors.isEmpty) ?? false,
                    isLearner: listed.isLearner || status?.isLearner == true,
                    isLeader: status.map { $0.leader == $0.id } ?? false)
            },
            alarms: alarms.map { alarm in
                let owner = listed.first { $0.id == alarm.member }.map { name(of: $0).text }
                return "\(alarm.name) on \(owner ?? String(alarm.member, radix: 16))"
            })
    }

    /// The node that a member runs on: the one that answered with its id, else the one that has the
    /// member's host name or address; else the host name has to do.
    private func name(of member: Listed) -> NodeName {
        if let answered = statuses.first(where: { $0.value.id == member.id }) {
            return answered.key
        }
        let node = controlPlanes.first { node in
            node.name.text == member.hostname
                || !member.addresses.allSatisfy { address in
                    !node.addresses.contains(address)
                }
        }
        return node?.name ?? NodeName(member.hostname)
    }
}

extension TalosClient {
    /// Asks every control plane for its own member, and one that answered for list and alarms.
    func etcdReport() async throws -> EtcdReport {
        let planes = try await discover().filter { $0.role == .controlPlane }
        var statuses: [NodeName: EtcdReport.Member] = [:]
        var failure: (any Error)?
        await withTaskGroup(of: (NodeName, Result<EtcdReport.Member, any Error>).self) { group in
            for plane in planes {
                group.addTask {
                    do {
                        return (plane.name, .success(try await self.etcdMember(on: plane.target)))
                    } catch {
                        return (plane.name, .failure(error))
                    }
                }
            }
            for await (name, result) in group {
                switch result {
                case .success(let member): statuses[name] = member
                case .failure(let error): failure = error
                }
            }
        }
        guard let witness = planes.first(where: { statuses[$0.name] != nil }) else {
            throw failure
                ?? TalosError(
                    .unknownNode, call: "EtcdStatus", node: "any control plane",
                    reason: "discovery has no control plane")
        }
        return EtcdReport(
            listed: try await etcdMembers(seenBy: witness.target), statuses: statuses,
            alarms: try await etcdAlarms(seenBy: witness.target), controlPlanes: planes)
    }

    private func etcdMember(on target: CallTarget) async throws -> EtcdReport.Member {
        try await read("EtcdStatus", of: target) { call in
            let reply = try await call.machine.etcdStatus(
                .init(), metadata: call.metadata, options: call.options)
            let status = try call.first(reply.messages).memberStatus
            return EtcdReport.Member(
                id: status.memberID, leader: status.leader, isLearner: status.isLearner,
                errors: status.errors)
        }
    }

    private func etcdMembers(seenBy target: CallTarget) async throws -> [EtcdReport.Listed] {
        try await read("EtcdMemberList", of: target) { call in
            let reply = try await call.machine.etcdMemberList(
                .init(), metadata: call.metadata, options: call.options)
            return try call.first(reply.messages).members.map { member in
                EtcdReport.Listed(
                    id: member.id, hostname: member.hostname,
                    addresses: member.peerUrls.compactMap { MachineEndpoint($0)?.host },
                    isLearner: member.isLearner)
            }
        }
    }

    private func etcdAlarms(seenBy target: CallTarget) async throws -> [EtcdReport.Alarm] {
        try await read("EtcdAlarmList", of: target) { call in
            let reply = try await call.machine.etcdAlarmList(
                .init(), metadata: call.metadata, options: call.options)
            return reply.messages.flatMap(\.memberAlarms).filter { $0.alarm != .none }.map {
                EtcdReport.Alarm(member: $0.memberID, name: $0.alarm.name)
            }
        }
    }
}

extension Machine_EtcdMemberAlarm.AlarmType {
    /// The name that etcd gives the alarm.
    fileprivate var name: String {
        switch self {
        case .none: "NONE"
        case .nospace: "NOSPACE"
        case .corrupt: "CORRUPT"
        case .UNRECOGNIZED(let number): "alarm \(number)"
        }
    }
}
