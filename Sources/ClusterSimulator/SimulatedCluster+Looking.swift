public import ClusterModel
public import Execution

extension SimulatedCluster {
    /// The rules that were broken so far, in order, each as one sentence with its time.
    public var violations: [String] { withState { $0.violations } }

    /// How many images were installed on each node.
    public var installs: [NodeName: Int] {
        withState { state in
            Dictionary(uniqueKeysWithValues: state.nodes.map { ($0.name, $0.installs) })
        }
    }

    /// How many etcd snapshots were taken.
    public var snapshots: Int { withState { $0.snapshots } }

    /// The node that leads etcd; `nil` without a quorum.
    public var leader: NodeName? { withState { $0.leader } }

    /// Every node, control planes first.
    public var nodes: [ClusterMember] {
        withState { state in
            state.nodes.map {
                ClusterMember(name: $0.name, role: $0.role, addresses: [$0.address])
            }
        }
    }

    /// What runs on a node, known from outside whether or not its API answers; `nil` when no such
    /// node exists.
    public func system(of node: NodeName) -> NodeSystem? {
        withState { state in
            state.index(of: node).map { state.nodes[$0].system(state.bootLoader) }
        }
    }

    /// Whether the node's machine API answers.
    public func isUp(_ node: NodeName) -> Bool {
        withState { state in state.index(of: node).map { state.nodes[$0].isUp } ?? false }
    }

    /// Whether the node runs, with its kubelet ready and its etcd member up.
    public func isGood(_ node: NodeName) -> Bool {
        withState { state in state.index(of: node).map { state.nodes[$0].isGood } ?? false }
    }

    /// What the default slot holds: the version that the next boot would run.
    public func versionOfNextBoot(of node: NodeName) -> Version? {
        withState { state in
            guard let index = state.index(of: node) else { return nil }
            let node = state.nodes[index]
            return node.slots[node.defaultSlot]?.image.version
        }
    }
}

extension SimulatedCluster {
    /// Lets a fault happen when its time comes; faults happen in the order in which they are given.
    public func inject(_ fault: SimulatedFault) {
        withState { $0.faults.scripted.append(fault) }
    }

    /// Sets how often things go wrong by themselves.
    public func setFaultRates(_ rates: SimulatedFaultRates) {
        withState { $0.faults.rates = rates }
    }

    /// Ends all faults: nothing goes wrong any more, and what was broken is repaired by booting.
    public func heal() {
        withState { state in
            state.faults = FaultBook()
            for index in state.nodes.indices {
                state.nodes[index].alarm = nil
                state.nodes[index].isLearner = false
                if state.nodes[index].role == .controlPlane { state.nodes[index].hasMember = true }
                state.revive(index)
            }
            state.elect()
        }
    }

    /// Switches a node off and on: it boots its default slot.
    public func cutPower(_ node: NodeName) {
        withState { state in
            guard let index = state.index(of: node) else { return }
            state.stopServices(index, byUs: false)
            state.turnOff(index)
        }
    }

    /// Boots a node that did not return.
    public func revive(_ node: NodeName) {
        withState { state in
            guard let index = state.index(of: node) else { return }
            state.revive(index)
        }
    }

    /// Lets the etcd member on a node raise an alarm such as `NOSPACE`; `nil` disarms it.
    public func setAlarm(_ alarm: String?, on node: NodeName) {
        withState { state in
            if let index = state.index(of: node) { state.nodes[index].alarm = alarm }
        }
    }

    /// Makes the etcd member on a node a learner, or a voter again.
    public func setLearner(_ isLearner: Bool, on node: NodeName) {
        withState { state in
            guard let index = state.index(of: node) else { return }
            state.nodes[index].isLearner = isLearner
            if isLearner, state.leader == node { state.leader = nil }
            state.elect()
        }
    }

    /// Takes the member on a node out of etcd, or puts it back.
    public func setMember(_ isMember: Bool, on node: NodeName) {
        withState { state in
            guard let index = state.index(of: node) else { return }
            if !isMember { state.stopMember(index, byUs: false) }
            state.nodes[index].hasMember = isMember
            if isMember, state.nodes[index].activity == .running {
                state.nodes[index].memberUpAt = state.now + state.timing.etcdRejoin
            }
            state.elect()
        }
    }

    /// Counts an etcd snapshot that was taken in another way than through this cluster's APIs.
    public func noteSnapshot() { withState { $0.snapshots += 1 } }
}

extension ClusterState {
    /// Boots a node that is not good and does not get better by itself.
    fileprivate mutating func revive(_ index: Int) {
        let node = nodes[index]
        guard !node.isGood, node.nextChange == nil else { return }
        stopServices(index, byUs: false)
        // What was wrong with the new system goes on being wrong: the old one boots.
        if node.activity == .dead, let slot = node.slots[node.defaultSlot], !slot.image.boots {
            nodes[index].defaultSlot = nodes[index].defaultSlot.other
        }
        enter(.off, index, for: timing.boot)
    }
}
