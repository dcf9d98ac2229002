import ClusterModel
import Planning
import Testing

/// A cluster as values: what it shows, and what the steps of a plan do to it.
struct World {
    struct Machine {
        var role: NodeRole
        var version: Version
        var extensions: [String]
        var arguments: [String]
        var kubelet: Version
        var key: String?
        var isCordonedByUs = false
        var isReachable = true
        var isReady = true
        var showsSlot = true
        var isAway = false
    }

    var machines: [String: Machine] = [:]
    var leader: String?
    var sickMembers: Set<String> = []
    var alarms: [String] = []
    var learners: Set<String> = []

    /// A cluster of that size that runs `state`.
    init(_ state: DesiredState, controlPlanes: Int = 3, workers: Int = 2, knowsKeys: Bool = true) {
        for index in 0..<(controlPlanes + workers) {
            let isControlPlane = index < controlPlanes
            let name = isControlPlane ? "cp-\(index + 1)" : "wk-\(index - controlPlanes + 1)"
            machines[name] = Machine(
                role: isControlPlane ? .controlPlane : .worker, version: state.talosVersion,
                extensions: state.allExtensions.map(\.shortName),
                arguments: ["talos.platform=nocloud"] + state.kernelArguments,
                kubelet: state.kubernetesVersion, key: knowsKeys ? state.imageKey : nil)
        }
        leader = controlPlanes > 1 ? "cp-2" : "cp-1"
    }

    /// Lets a node run what another state says.
    mutating func set(_ name: String, to state: DesiredState, knowsKey: Bool = true) {
        machines[name]?.version = state.talosVersion
        machines[name]?.extensions = state.allExtensions.map(\.shortName)
        machines[name]?.arguments = ["talos.platform=nocloud"] + state.kernelArguments
        machines[name]?.key = knowsKey ? state.imageKey : nil
    }

    var keys: [NodeName: String] {
        machines.reduce(into: [:]) { $0[NodeName($1.key)] = $1.value.key }
    }

    var observed: ObservedState {
        let nodes = machines.map { name, machine in
            let system = NodeSystem(
                version: machine.version, bootID: "boot", stage: "running", isReady: true,
                extensions: machine.extensions.map { InstalledExtension(name: $0, version: "1") },
                kernelArguments: machine.arguments,
                bootedSlot: machine.showsSlot ? "Talos-A.efi" : nil)
            return ObservedNode(
                name: NodeName(name), role: machine.role,
                system: machine.isReachable ? system : nil,
                kubernetes: KubernetesNode(
                    isReady: machine.isReady, isCordoned: machine.isCordonedByUs,
                    isCordonedByUs: machine.isCordonedByUs, kubeletVersion: machine.kubelet))
        }
        let members = machines.filter { $0.value.role == .controlPlane }.map { name, machine in
            EtcdMember(
                name: NodeName(name), isHealthy: machine.isReachable && !sickMembers.contains(name),
                isLearner: learners.contains(name), isLeader: name == leader)
        }
        return ObservedState(nodes: nodes, etcd: EtcdState(members: members, alarms: alarms))
    }

    /// Does what a step does, and checks what must never happen.
    mutating func apply(_ step: Step, support: SupportTable = .published) throws {
        switch step.action {
        case .drain:
            let name = try #require(step.node?.text)
            let away = machines.filter { $0.value.isAway }.map(\.key)
            #expect(away.isEmpty, "\(name) is drained while \(away) are away")
            machines[name]?.isAway = true
            machines[name]?.isCordonedByUs = true
        case .install(_, let interface), .reboot(let interface, _):
            let name = try #require(step.node?.text)
            let machine = try #require(machines[name])
            #expect(interface == InstallInterface(running: machine.version))
            #expect(machine.isAway, "\(name) is not drained")
        case .verify(let expectation):
            try prove(expectation, of: step, support: support)
        case .uncordon:
            let name = try #require(step.node?.text)
            machines[name]?.isCordonedByUs = false
            machines[name]?.isAway = false
        case .kubernetes(_, let version, _):
            #expect(!machines.values.contains { $0.isAway })
            for name in machines.keys { machines[name]?.kubelet = version }
            for machine in machines.values {
                #expect(support.supports(talos: machine.version, kubernetes: version))
            }
        case .stage, .etcdSnapshot, .soak, .imagesCheck: break
        }
    }

    private mutating func prove(
        _ expectation: NodeExpectation, of step: Step, support: SupportTable
    ) throws {
        let name = try #require(step.node?.text)
        var machine = try #require(machines[name])
        guard !expectation.imageKey.isEmpty else { return }
        let line = machine.version.line
        #expect(abs(line.minor - expectation.version.minor) <= 1, "\(name) skips a minor")
        #expect(expectation.isSameVersion == (machine.version == expectation.version))
        #expect(support.supports(talos: expectation.version, kubernetes: machine.kubelet))
        machine.version = expectation.version
        machine.extensions = expectation.extensions.map(\.shortName)
        machine.arguments = ["talos.platform=nocloud"] + expectation.kernelArguments
        machine.key = expectation.imageKey
        machines[name] = machine
    }
}
