public import ClusterModel
public import Execution

/// The Talos API of a simulated cluster, without a wire: it answers as the real client's port does.
///
/// Each acting call passes a crash point before and after its effect: `snapshot.before`,
/// `snapshot.after`, `forfeit.before`, `forfeit.after`, `install.before`, `install.begun`,
/// `install.after`, `reboot.before` and `reboot.after`. Snapshots are counted, not written to disk.
public final class SimulatedTalos: TalosCluster {
    let cluster: SimulatedCluster
    let clock: any RunClock
    let crashes: CrashSwitch

    /// Creates the API of a cluster whose time is the clock's.
    public init(cluster: SimulatedCluster, clock: any RunClock, crashes: CrashSwitch) {
        self.cluster = cluster
        self.clock = clock
        self.crashes = crashes
    }

    /// The nodes that discovery knows, asked of any control plane that answers.
    public func members() async throws -> [ClusterMember] {
        let plane = try await anyControlPlane("Members")
        return try await read(.members, of: plane) { cluster.nodes.sorted { $0.name < $1.name } }
    }

    /// What runs on a node, read from that node now.
    public func system(of node: NodeName) async throws -> NodeSystem {
        try await read(.system, of: node) { () throws(SimulatedRefusal) in
            try cluster.withNode(node) { (state, index) throws(SimulatedRefusal) in
                state.nodes[index].system(state.bootLoader)
            }
        }
    }

    /// The members of etcd with their health and alarms.
    public func etcd() async throws -> EtcdState {
        let plane = try await anyControlPlane("EtcdMemberList")
        return try await read(.etcd, of: plane) { () throws(SimulatedRefusal) in
            try cluster.withState { (state) throws(SimulatedRefusal) in try state.etcdState() }
        }
    }

    /// Takes a snapshot from the first member that runs.
    public func snapshotEtcd(to path: String) async throws -> SnapshotReceipt {
        let healthy = cluster.withState { state in
            state.members.first { $0.isMemberUp && $0.isUp }?.name
        }
        guard let healthy else {
            throw ClusterError(
                .refused, "No member of etcd is healthy, so none can give a snapshot.",
                hint: "Repair etcd first.")
        }
        return try await act(.snapshot, on: healthy) { () throws(SimulatedRefusal) in
            let count = cluster.withState { state in
                state.snapshots += 1
                return state.snapshots
            }
            let database = SimulatedDatabase(seed: 0, snapshots: count, pageCount: 8)
            return SnapshotReceipt(
                path: path, bytes: database.snapshot.count, sha256: database.digestText)
        }
    }

    /// Hands over leadership, when the node has it.
    public func forfeitLeadership(of node: NodeName) async throws {
        _ = try await act(.forfeit, on: node) { () throws(SimulatedRefusal) in
            try cluster.withNode(node) { (state, index) throws(SimulatedRefusal) in
                try state.forfeit(index)
            }
        }
    }

    /// Asks the node to reboot; returns once the node has accepted.
    public func reboot(_ node: NodeName, mode: RebootMode) async throws {
        try await act(.reboot, on: node) { () throws(SimulatedRefusal) in
            try cluster.reboot(node)
        }
    }

    private func anyControlPlane(_ call: String) async throws -> NodeName {
        try crashes.check()
        let plane = cluster.withState { state in
            state.nodes.first { $0.role == .controlPlane && $0.isUp }?.name
        }
        if let plane { return plane }
        try await clock.sleep(for: cluster.timing.silence)
        throw ClusterError(
            .unreachable, "\(call) got no answer: no control plane is up.",
            hint: "Bring a control plane back.")
    }

    private func read<Value: Sendable>(
        _ call: SimulatedCall, of node: NodeName, _ body: () throws(SimulatedRefusal) -> Value
    ) async throws -> Value {
        try crashes.check()
        let passage = cluster.passage(of: call, to: node)
        if passage.isRequestLost || passage.isReplyLost { throw try await silence(call, node) }
        try await clock.sleep(for: cluster.timing.call + passage.delay)
        do throws(SimulatedRefusal) {
            return try body()
        } catch {
            if error.code == .unavailable { throw try await silence(call, node) }
            throw error.clusterError(call, node)
        }
    }

    private func act<Value: Sendable>(
        _ call: SimulatedCall, on node: NodeName, _ body: () throws(SimulatedRefusal) -> Value
    ) async throws -> Value {
        try crashes.point("\(call.rawValue).before")
        let passage = cluster.passage(of: call, to: node)
        if passage.isRequestLost { throw try await silence(call, node) }
        try await clock.sleep(for: cluster.timing.call)
        let value: Value
        do throws(SimulatedRefusal) {
            value = try body()
        } catch {
            throw error.clusterError(call, node)
        }
        try crashes.point("\(call.rawValue).after")
        if passage.isReplyLost { throw try await silence(call, node) }
        try await clock.sleep(for: passage.delay)
        try crashes.check()
        return value
    }

    /// Waits as long as a caller does for nothing.
    func silence(_ call: SimulatedCall, _ node: NodeName) async throws -> ClusterError {
        try await clock.sleep(for: cluster.timing.silence)
        try crashes.check()
        return ClusterError(
            .unreachable, "The call \(call.rawValue) to \(node) got no answer.",
            hint: "Look whether \(node) is up.")
    }
}

extension SimulatedRefusal {
    /// The error by which the port tells it; a call that acts was not made when the node is down.
    func clusterError(_ call: SimulatedCall, _ node: NodeName) -> ClusterError {
        let kind: ClusterError.Kind =
            switch code {
            case .notFound: .notFound
            case .permissionDenied: .misconfigured
            case .unavailable, .unknown, .unimplemented, .failedPrecondition, .invalidArgument,
                .internalError:
                .refused
            }
        return ClusterError(
            kind, "The call \(call.rawValue) to \(node) was refused: \(message).",
            hint: "Look at what \(node) says.")
    }
}
