import ClusterModel
import GRPCCore
import SwiftProtobuf
import TalosMessages

extension WireMachineService {
    func etcdMemberList(
        request: ServerRequest<Machine_EtcdMemberListRequest>, context: ServerContext
    ) async throws -> ServerResponse<Machine_EtcdMemberListResponse> {
        try requireControlPlane(request.target)
        let members = try cluster.withState { (state) throws(SimulatedRefusal) in
            guard state.hasQuorum else { throw SimulatedRefusal(.unknown, "etcdserver: no leader") }
            return state.members
        }
        let listed = members.map { member in
            Machine_EtcdMember.with {
                $0.id = member.memberID
                $0.hostname = member.name.text
                $0.peerUrls = ["https://\(member.address):2380"]
                $0.clientUrls = ["https://\(member.address):2379"]
                $0.isLearner = member.isLearner
            }
        }
        return ServerResponse(
            message: .with { $0.messages = [.with { $0.members = listed }] })
    }

    func etcdStatus(
        request: ServerRequest<Empty>, context: ServerContext
    ) async throws -> ServerResponse<Machine_EtcdStatusResponse> {
        let member = try runningMember(on: request.target)
        let (leader, term) = cluster.withState { state in
            (state.members.first { $0.name == state.leader }?.memberID ?? 0, state.raftTerm)
        }
        return ServerResponse(
            message: .with {
                $0.messages = [
                    .with {
                        $0.memberStatus.memberID = member.memberID
                        $0.memberStatus.leader = leader
                        $0.memberStatus.raftTerm = term
                        $0.memberStatus.isLearner = member.isLearner
                        $0.memberStatus.errors = leader == 0 ? ["etcdserver: no leader"] : []
                        $0.memberStatus.dbSize = 8 << 20
                    }
                ]
            })
    }

    func etcdAlarmList(
        request: ServerRequest<Empty>, context: ServerContext
    ) async throws -> ServerResponse<Machine_EtcdAlarmListResponse> {
        _ = try runningMember(on: request.target)
        let alarms = cluster.withState(\.members).compactMap { member in
            member.alarm.map { alarm in
                Machine_EtcdMemberAlarm.with {
                    $0.memberID = member.memberID
                    $0.alarm = alarm == "CORRUPT" ? .corrupt : .nospace
                }
            }
        }
        return ServerResponse(
            message: .with { $0.messages = [.with { $0.memberAlarms = alarms }] })
    }

    func etcdForfeitLeadership(
        request: ServerRequest<Machine_EtcdForfeitLeadershipRequest>, context: ServerContext
    ) async throws -> ServerResponse<Machine_EtcdForfeitLeadershipResponse> {
        _ = try runningMember(on: request.target)
        let next = try cluster.withNode(request.target) {
            (state, index) throws(SimulatedRefusal) in
            try state.forfeit(index)
        }
        return ServerResponse(
            message: .with { $0.messages = [.with { $0.member = next?.text ?? "" }] })
    }

    func etcdSnapshot(
        request: ServerRequest<Machine_EtcdSnapshotRequest>, context: ServerContext
    ) async throws -> StreamingServerResponse<Common_Data> {
        let member = try runningMember(on: request.target)
        let database = SimulatedDatabase(seed: member.memberID, snapshots: cluster.snapshots)
        return .stream(database.snapshot) { cluster.noteSnapshot() }
    }

    private func runningMember(on name: NodeName) throws -> SimulatedNode {
        try requireControlPlane(name)
        let node = try node(name)
        guard node.hasMember, node.isMemberUp else {
            throw RPCError(
                code: .unknown, message: "failed to create etcd client: context deadline exceeded")
        }
        return node
    }
}
