import ClusterModel

/// Everything about a simulated cluster at one moment.
///
/// It only moves when it is told the time: ``advance(to:)`` lets happen, in their order, the
/// changes that are due by then. So it is the same under a clock that jumps and in real time.
struct ClusterState: Sendable {
    /// Something that Kubernetes notices of a node.
    enum Notice: Sendable {
        case wentDown(NodeName)
        case cameUp(NodeName)
    }

    let timing: SimulatedTiming
    let bootLoader: SimulatedBootLoader
    let workersAtOnce: Int
    var now: Duration
    var generator: SeededGenerator
    var nodes: [SimulatedNode] = []
    var faults = FaultBook()
    var leader: NodeName?
    var raftTerm: UInt64 = 2
    var snapshots = 0
    var violations: [String] = []
    var notices: [Notice] = []

    init(
        seed: UInt64, controlPlanes: Int, workers: Int, running image: SimulatedImage,
        bootLoader: SimulatedBootLoader, timing: SimulatedTiming, workersAtOnce: Int,
        now: Duration
    ) {
        self.timing = timing
        self.bootLoader = bootLoader
        self.workersAtOnce = workersAtOnce
        self.now = now
        generator = SeededGenerator(seed: seed)
        let roles =
            Array(repeating: NodeRole.controlPlane, count: controlPlanes)
            + Array(repeating: NodeRole.worker, count: workers)
        for (index, role) in roles.enumerated() {
            let number = role == .controlPlane ? index + 1 : index + 1 - controlPlanes
            nodes.append(
                makeNode(
                    name: role == .controlPlane ? "cp-\(number)" : "wk-\(number)", role: role,
                    index: index, image: image))
        }
        let planes = nodes.filter { $0.role == .controlPlane }
        leader = planes.randomElement(using: &generator)?.name
    }

    private mutating func makeNode(
        name: String, role: NodeRole, index: Int, image: SimulatedImage
    ) -> SimulatedNode {
        let system = WrittenSystem(image: image, entry: "Talos-\(image.version).efi")
        let host = index + 2
        return SimulatedNode(
            name: NodeName(name), role: role, address: "10.5.\(host / 250).\(host % 250)",
            memberID: generator.next(), slots: [.a: system], booted: system,
            bootID: generator.identifier(), bootedAt: now, hasMember: role == .controlPlane,
            isMemberUp: role == .controlPlane)
    }

    /// The position of a node; `nil` when there is none of that name.
    func index(of name: NodeName) -> Int? { nodes.firstIndex { $0.name == name } }

    /// Lets happen what is due by `time`.
    mutating func advance(to time: Duration) {
        while let index = nextDue(by: time) { change(index) }
        now = max(now, time)
    }

    private func nextDue(by time: Duration) -> Int? {
        var due: (at: Duration, index: Int)?
        for (index, node) in nodes.enumerated() {
            guard let at = node.nextChange, at <= time, at < due?.at ?? .seconds(Int64.max) else {
                continue
            }
            due = (at, index)
        }
        return due?.index
    }

    private mutating func change(_ index: Int) {
        let node = nodes[index]
        guard let at = node.nextChange else { return }
        now = max(now, at)
        if node.installer?.end == at {
            finishInstaller(index)
        } else if node.memberUpAt == at {
            nodes[index].memberUpAt = nil
            startMember(index)
        } else if node.kubeletReadyAt == at {
            nodes[index].kubeletReadyAt = nil
            nodes[index].isKubeletReady = true
            notices.append(.cameUp(node.name))
            settle(index)
        } else {
            nodes[index].until = nil
            finishActivity(index)
        }
    }

    private mutating func finishActivity(_ index: Int) {
        switch nodes[index].activity {
        case .running, .dead: break
        case .draining: stopForUpgrade(index)
        case .upgrading: finishUpgrade(index)
        case .failing: shutDown(index)
        case .shuttingDown: turnOff(index)
        case .off: boot(index)
        case .booting: finishBoot(index)
        }
    }

    /// Forgets that a node is away by our hand once it does all that it is for again.
    mutating func settle(_ index: Int) {
        if nodes[index].isGood { nodes[index].awaySince = nil }
    }

    /// A duration as it turns out this time.
    mutating func vary(_ duration: Duration) -> Duration {
        guard timing.spread > 0 else { return duration }
        return duration * (1 + timing.spread * Double.random(in: -1...1, using: &generator))
    }

    /// Sets stage and activity, and tells of it.
    mutating func enter(_ activity: SimulatedNode.Activity, _ index: Int, for duration: Duration?) {
        let before = nodes[index].stage
        nodes[index].activity = activity
        nodes[index].until = duration.map { now + $0 }
        let node = nodes[index]
        if node.stage != before || activity == .running {
            nodes[index].events.append(.machineStatus(node.stage, isReady: node.isReady))
        }
    }
}
