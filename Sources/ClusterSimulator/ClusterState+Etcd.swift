import ClusterModel

extension ClusterState {
    /// The nodes whose members etcd's member list has.
    var members: [SimulatedNode] { nodes.filter(\.hasMember) }

    /// Whether a majority of the voting members runs.
    var hasQuorum: Bool {
        let voters = members.filter { !$0.isLearner }
        return voters.filter(\.isMemberUp).count >= voters.count / 2 + 1
    }

    /// Stops the member on a node.
    mutating func stopMember(_ index: Int, byUs: Bool) {
        nodes[index].memberUpAt = nil
        guard nodes[index].isMemberUp else { return }
        let hadQuorum = hasQuorum
        nodes[index].isMemberUp = false
        elect()
        if byUs, hadQuorum, !hasQuorum, members.count > 1 {
            violate("etcd lost its quorum when \(nodes[index].name) was taken down")
        }
    }

    /// The member on a node runs again.
    mutating func startMember(_ index: Int) {
        nodes[index].isMemberUp = true
        elect()
        settle(index)
    }

    /// Lets the running members elect a leader, where the one before is gone.
    mutating func elect() {
        let voters = members.filter { $0.isMemberUp && !$0.isLearner }
        guard hasQuorum else {
            leader = nil
            return
        }
        if let leader, voters.contains(where: { $0.name == leader }) { return }
        leader = voters.randomElement(using: &generator)?.name
        raftTerm += 1
    }

    /// Moves leadership from a node to the first other member; the new leader's name, or `nil` when
    /// the node did not lead.
    mutating func forfeit(_ index: Int) throws(SimulatedRefusal) -> NodeName? {
        guard leader == nodes[index].name else { return nil }
        let others = members.filter { $0.isMemberUp && $0.name != nodes[index].name }
        guard members.count > 1, let next = others.first else {
            throw SimulatedRefusal(.unknown, "cannot forfeit leadership, only one member")
        }
        leader = next.name
        raftTerm += 1
        return next.name
    }

    /// What etcd tells as a whole; throws where it cannot tell.
    func etcdState() throws(SimulatedRefusal) -> EtcdState {
        guard hasQuorum else { throw SimulatedRefusal(.unknown, "etcdserver: no leader") }
        return EtcdState(
            members: members.map { node in
                EtcdMember(
                    name: node.name, isHealthy: node.isMemberUp, isLearner: node.isLearner,
                    isLeader: node.isMemberUp && node.name == leader)
            },
            alarms: members.compactMap { node in
                node.alarm.map { "\($0) on \(node.name)" }
            })
    }
}

/// A call that the node or its etcd answers with no.
struct SimulatedRefusal: Error, Hashable {
    /// The gRPC codes that nodes answer with.
    enum Code: Hashable, Sendable {
        case unknown
        case unavailable
        case unimplemented
        case failedPrecondition
        case notFound
        case invalidArgument
        case permissionDenied
        case internalError
    }

    let code: Code
    let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
