/// What a cluster says it is, read through the Talos and Kubernetes APIs at one moment.
public struct ObservedState: Hashable, Sendable, Codable {
    /// Every node that discovery knows, reachable or not, ordered by name.
    public var nodes: [ObservedNode]

    /// The state of etcd; `nil` when no control plane answered.
    public var etcd: EtcdState?

    /// The versions of the Kubernetes control plane components that were seen, without duplicates.
    ///
    /// Empty when nobody looked; a plan then goes by the kubelets.
    public var controlPlaneVersions: [Version]

    /// Creates a state, ordering the nodes by name.
    public init(nodes: [ObservedNode], etcd: EtcdState?, controlPlaneVersions: [Version] = []) {
        self.nodes = nodes.sorted { $0.name < $1.name }
        self.etcd = etcd
        self.controlPlaneVersions = controlPlaneVersions
    }

    /// The node of that name.
    public func node(_ name: NodeName) -> ObservedNode? { nodes.first { $0.name == name } }

    /// The nodes of a role, ordered by name.
    public func nodes(_ role: NodeRole) -> [ObservedNode] { nodes.filter { $0.role == role } }
}

/// One node as it was seen.
public struct ObservedNode: Hashable, Sendable, Codable {
    /// The node's name.
    public var name: NodeName

    /// The node's role, from discovery.
    public var role: NodeRole

    /// What the node's Talos API says; `nil` while it does not answer.
    public var system: NodeSystem?

    /// What Kubernetes says of the node; `nil` when unknown.
    public var kubernetes: KubernetesNode?

    /// Creates an observation.
    public init(
        name: NodeName, role: NodeRole, system: NodeSystem? = nil,
        kubernetes: KubernetesNode? = nil
    ) {
        self.name = name
        self.role = role
        self.system = system
        self.kubernetes = kubernetes
    }
}

/// What runs on a node, as its Talos API reports it.
public struct NodeSystem: Hashable, Sendable, Codable {
    /// The running Talos version.
    public var version: Version

    /// The kernel's boot ID; changes with every boot.
    public var bootID: String

    /// The machine stage, such as `running`, `upgrading` or `rebooting`.
    public var stage: String

    /// Whether the machine reports itself ready; also true in some other stages than `running`.
    public var isReady: Bool

    /// Names and versions of the installed extensions.
    public var extensions: [InstalledExtension]

    /// The Image Factory schematic, when the installed image carries one.
    public var schematic: String?

    /// The kernel command line, split at spaces.
    public var kernelArguments: [String]

    /// The booted slot: the boot entry's name, or GRUB's `A` or `B`; `nil` when it cannot be read.
    public var bootedSlot: String?

    /// Creates a report.
    public init(
        version: Version, bootID: String, stage: String, isReady: Bool,
        extensions: [InstalledExtension] = [], schematic: String? = nil,
        kernelArguments: [String] = [], bootedSlot: String? = nil
    ) {
        self.version = version
        self.bootID = bootID
        self.stage = stage
        self.isReady = isReady
        self.extensions = extensions
        self.schematic = schematic
        self.kernelArguments = kernelArguments
        self.bootedSlot = bootedSlot
    }

    /// Whether the machine has finished booting: stage `running` **and** ready.
    ///
    /// `ready` alone is true in other stages as well (talos-api facts 4.7).
    public var isRunning: Bool { stage == "running" && isReady }
}

/// An extension that a node reports as installed.
public struct InstalledExtension: Hashable, Sendable, Codable {
    /// The name in the extension's own manifest.
    public var name: String

    /// The version in the extension's own manifest.
    public var version: String

    /// Creates an entry.
    public init(name: String, version: String) {
        self.name = name
        self.version = version
    }
}

/// What Kubernetes reports of a node.
public struct KubernetesNode: Hashable, Sendable, Codable {
    /// Whether the `Ready` condition is true.
    public var isReady: Bool

    /// Whether the node is cordoned.
    public var isCordoned: Bool

    /// Whether the cordon carries uprev's own marker.
    public var isCordonedByUs: Bool

    /// The kubelet's version.
    public var kubeletVersion: Version?

    /// The installer digest that uprev last gave the node, from its annotation.
    public var installerDigest: String?

    /// Creates a report.
    public init(
        isReady: Bool, isCordoned: Bool = false, isCordonedByUs: Bool = false,
        kubeletVersion: Version? = nil, installerDigest: String? = nil
    ) {
        self.isReady = isReady
        self.isCordoned = isCordoned
        self.isCordonedByUs = isCordonedByUs
        self.kubeletVersion = kubeletVersion
        self.installerDigest = installerDigest
    }
}

/// The members of etcd and what they say of themselves.
public struct EtcdState: Hashable, Sendable, Codable {
    /// The members, ordered by name.
    public var members: [EtcdMember]

    /// Raised alarms, one text each, such as `NOSPACE on cp-1`.
    public var alarms: [String]

    /// Creates a state, ordering the members by name.
    public init(members: [EtcdMember], alarms: [String] = []) {
        self.members = members.sorted { $0.name < $1.name }
        self.alarms = alarms
    }

    /// The name of the member that leads, when one says so.
    public var leader: NodeName? { members.first(where: \.isLeader)?.name }
}

/// One member of etcd.
public struct EtcdMember: Hashable, Sendable, Codable {
    /// The member's name: the name of its node.
    public var name: NodeName

    /// Whether the member answered and reported no errors.
    public var isHealthy: Bool

    /// Whether the member is a learner, which does not vote.
    public var isLearner: Bool

    /// Whether the member leads.
    public var isLeader: Bool

    /// Creates a member.
    public init(name: NodeName, isHealthy: Bool, isLearner: Bool = false, isLeader: Bool = false) {
        self.name = name
        self.isHealthy = isHealthy
        self.isLearner = isLearner
        self.isLeader = isLeader
    }
}
