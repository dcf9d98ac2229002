import ClusterModel
import Planning

/// What the steps of a plan do to a cluster, as a pure model that knows what must never happen.
struct Effects {
    var world: World
    let support = SupportTable.published

    /// The line of etcd whose data the members share; rises once every control plane runs it.
    private(set) var etcd: ReleaseLine?

    /// The pairs of Talos and Kubernetes that ran from the start, which no plan is to blame for.
    private let inherited: Set<Pair>

    /// How often each node booted.
    private(set) var boots: [String: Int] = [:]

    private var installing: [String: NodeExpectation] = [:]

    private struct Pair: Hashable {
        let talos: Version
        let kubernetes: Version
    }

    /// Begins with a cluster whose etcd was at `reconciled`, when it was reconciled.
    init(_ world: World, reconciled: Version?) {
        self.world = world
        inherited = Set(Effects.pairs(of: world))
        let table = SupportTable.published
        etcd = reconciled.flatMap { table.row(of: $0)?.etcd } ?? Effects.lowest(world, table)
    }

    /// Does the steps of a plan until `count` are done and no node is away.
    ///
    /// Returns how many were done.
    @discardableResult
    mutating func run(_ plan: Plan, atLeast count: Int = .max) throws -> Int {
        for (index, step) in plan.steps.enumerated() {
            if index >= count, !world.machines.values.contains(where: \.isAway) { return index }
            try apply(step, of: plan)
        }
        return plan.steps.count
    }

    /// Does one step.
    mutating func apply(_ step: Step, of plan: Plan) throws {
        switch step.action {
        case .drain: try drain(step)
        case .install(_, let interface): try install(step, interface, plan)
        case .reboot(let interface, _): try reboot(step, interface)
        case .verify(let expectation): try verify(step, expectation)
        case .uncordon:
            let name = try name(of: step)
            world.machines[name]?.isCordonedByUs = false
            world.machines[name]?.isAway = false
        case .kubernetes(let from, let version, _): try kubernetes(from: from, to: version)
        case .stage, .etcdSnapshot, .soak, .imagesCheck: break
        }
    }

    /// Lets a part of the nodes have the new Kubernetes, as a step that was cut off does.
    mutating func cutOffKubernetes(to version: Version) {
        world.controlPlaneVersions = [version]
        for name in world.machines.keys.sorted().prefix(1) {
            world.machines[name]?.kubelet = version
        }
    }

    private func name(of step: Step) throws -> String {
        guard let name = step.node?.text, world.machines[name] != nil else {
            throw Violation("step \(step.index) acts on no node of the cluster")
        }
        return name
    }

    private mutating func drain(_ step: Step) throws {
        let name = try name(of: step)
        let away = world.machines.filter { $0.value.isAway }.keys.sorted()
        try require(away.isEmpty, "\(name) is drained while \(away) are away")
        try require(world.machines[name]?.isReachable == true, "\(name) is acted on unseen")
        world.machines[name]?.isAway = true
        world.machines[name]?.isCordonedByUs = true
    }

    private mutating func install(
        _ step: Step, _ interface: InstallInterface, _ plan: Plan
    ) throws {
        let name = try name(of: step)
        guard let machine = world.machines[name], machine.isAway else {
            throw Violation("\(name) is installed and not drained")
        }
        try require(installing[name] == nil, "\(name) is installed twice without a boot between")
        try require(
            interface == InstallInterface(running: machine.version),
            "\(name) on \(machine.version) is installed through \(interface)")
        let next = plan.steps.dropFirst(step.index).lazy.compactMap { later -> NodeExpectation? in
            guard later.node == step.node, case .verify(let expectation) = later.action else {
                return nil
            }
            return expectation
        }
        guard let expectation = next.first else { throw Violation("\(name) is not proven") }
        installing[name] = expectation
        world.machines[name]?.key = PlanningInput.pendingKey(for: expectation.imageKey)
    }

    private mutating func reboot(_ step: Step, _ interface: InstallInterface) throws {
        let name = try name(of: step)
        guard var machine = world.machines[name], machine.isAway,
            let expectation = installing.removeValue(forKey: name)
        else { throw Violation("\(name) is rebooted without an install") }
        try require(
            interface == InstallInterface(running: machine.version),
            "\(name) on \(machine.version) is rebooted through \(interface)")
        try check(machine, to: expectation.version, of: name)
        machine.version = expectation.version
        machine.extensions = expectation.extensions.map(\.shortName)
        machine.arguments = ["talos.platform=nocloud"] + expectation.kernelArguments
        machine.isReady = true
        world.machines[name] = machine
        world.sickMembers.remove(name)
        boots[name, default: 0] += 1
        try checkPairs(after: "\(name) boots \(expectation.version)")
        if let lowest = Effects.lowest(world, support) { etcd = max(etcd ?? lowest, lowest) }
    }

    private mutating func verify(_ step: Step, _ expectation: NodeExpectation) throws {
        let name = try name(of: step)
        try require(
            world.machines[name]?.version == expectation.version,
            "\(name) is expected on \(expectation.version)")
        guard !expectation.imageKey.isEmpty else { return }
        world.machines[name]?.key = expectation.imageKey
    }

    private mutating func kubernetes(from: Version, to version: Version) throws {
        try require(
            !world.machines.values.contains { $0.isAway }, "Kubernetes moves while a node is away")
        let newest = (world.machines.values.map(\.kubelet) + world.controlPlaneVersions).max()
        try require(
            version.line >= (newest ?? version).line, "Kubernetes is lowered to \(version)")
        try require(
            version.minor - (newest ?? from).minor <= 1,
            "Kubernetes goes from \(newest ?? from) to \(version)")
        for name in world.machines.keys where world.machines[name]?.isReachable == true {
            world.machines[name]?.kubelet = version
        }
        if !world.controlPlaneVersions.isEmpty { world.controlPlaneVersions = [version] }
        try checkPairs(after: "Kubernetes moves to \(version)")
    }
}

// MARK: - What must hold in between

extension Effects {
    /// One node's move from one release to another.
    private func check(_ machine: World.Machine, to version: Version, of name: String) throws {
        let from = machine.version
        try require(
            from.major == version.major && abs(from.minor - version.minor) <= 1,
            "\(name) skips a minor from \(from) to \(version)")
        guard let row = support.row(of: version) else {
            throw Violation("\(name) is given \(version), which the table does not know")
        }
        try require(
            row.hosts.contains(from.line), "\(version) may not be installed over \(from)")
        guard machine.role == .controlPlane, let etcd, let new = row.etcd else { return }
        try require(
            new >= etcd,
            "\(name) boots etcd \(new) on data of etcd \(etcd)")
    }

    private func checkPairs(after what: String) throws {
        for pair in Effects.pairs(of: world) where !inherited.contains(pair) {
            try require(
                support.supports(talos: pair.talos, kubernetes: pair.kubernetes),
                "\(what), and \(pair.talos) runs with Kubernetes \(pair.kubernetes)")
        }
    }

    /// Every pair that runs: each node with its kubelet, each control plane with every kubelet,
    /// since the components that serve them run there.
    private static func pairs(of world: World) -> [Pair] {
        let kubelets = Set(world.machines.values.filter(\.isReachable).map(\.kubelet))
        return world.machines.values.filter(\.isReachable).flatMap { machine in
            (machine.role == .controlPlane
                ? kubelets.union(world.controlPlaneVersions) : [machine.kubelet])
                .map { Pair(talos: machine.version, kubernetes: $0) }
        }
    }

    private static func lowest(_ world: World, _ support: SupportTable) -> ReleaseLine? {
        let lines = world.controlPlanes.values.map { support.row(of: $0.version)?.etcd }
        return lines.contains(nil) ? nil : lines.compactMap { $0 }.min()
    }
}
