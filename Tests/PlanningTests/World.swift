import ClusterModel
import Planning

/// A cluster as values: what it shows.
struct World: Hashable {
    struct Machine: Hashable {
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
    var controlPlaneVersions: [Version] = []

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

    var controlPlanes: [String: Machine] { machines.filter { $0.value.role == .controlPlane } }

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
        let members = controlPlanes.map { name, machine in
            EtcdMember(
                name: NodeName(name), isHealthy: machine.isReachable && !sickMembers.contains(name),
                isLearner: learners.contains(name), isLeader: name == leader)
        }
        return ObservedState(
            nodes: nodes, etcd: EtcdState(members: members, alarms: alarms),
            controlPlaneVersions: controlPlaneVersions)
    }
}
