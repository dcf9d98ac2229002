public import ClusterModel

/// One step of a plan: the smallest thing that is journaled, performed and proven.
public struct Step: Hashable, Sendable, Codable {
    /// The position in the plan, from 1.
    public var index: Int

    /// What is done.
    public var action: StepAction

    /// To what it is done.
    public var target: StepTarget

    /// What must hold right before it, read afresh.
    public var gates: [Gate]

    /// Why the step is in the plan, in one sentence.
    public var reason: String

    /// What holds once the step is done, in one sentence.
    public var effect: String

    /// How the step's effect is taken back, in one sentence.
    public var undo: String

    /// Creates a step.
    public init(
        index: Int, action: StepAction, target: StepTarget, gates: [Gate] = [], reason: String,
        effect: String, undo: String
    ) {
        self.index = index
        self.action = action
        self.target = target
        self.gates = gates
        self.reason = reason
        self.effect = effect
        self.undo = undo
    }

    /// The node the step is about, when it is about one.
    public var node: NodeName? {
        if case .node(let name, _) = target { name } else { nil }
    }
}

/// What a step is done to.
public enum StepTarget: Hashable, Sendable, Codable {
    /// The whole cluster.
    case cluster(ClusterName)

    /// One node.
    case node(NodeName, NodeRole)

    /// Every node of a role, one after the other; only in plans made without a cluster to look at.
    case each(NodeRole)
}

/// What is done in a step, with all that is needed to do it.
public enum StepAction: Hashable, Sendable, Codable {
    /// Runs a stage of the operator's own procedure in a checkout of the target commit.
    case stage(StageKind, StageMode)

    /// Looks in the registry for the images that the steps after it need.
    case imagesCheck

    /// Takes and verifies an etcd snapshot; the label tells the snapshots of one run apart.
    case etcdSnapshot(label: String)

    /// Cordons with uprev's own marker, and evicts within the disruption budgets.
    case drain

    /// Installs an image into the slot that is not booted.
    case install(InstallerReference, InstallInterface)

    /// Boots the installed system.
    case reboot(InstallInterface, RebootMode)

    /// Waits until the node is proven to run what is expected.
    case verify(NodeExpectation)

    /// Takes back uprev's own cordon.
    case uncordon

    /// Watches that the node stays good.
    case soak(Duration)

    /// Brings the Kubernetes components to a version.
    case kubernetes(from: Version, to: Version, KubernetesMethod)

    /// The kind of step, as the machine-readable contract names it.
    public var kind: String {
        switch self {
        case .stage: "stage"
        case .imagesCheck: "images_check"
        case .etcdSnapshot: "etcd_snapshot"
        case .drain: "drain"
        case .install: "install"
        case .reboot: "reboot"
        case .verify: "verify"
        case .uncordon: "uncordon"
        case .soak: "soak"
        case .kubernetes: "kubernetes"
        }
    }
}

/// The image that a node is given.
public enum InstallerReference: Hashable, Sendable, Codable {
    /// A reference that is known when the plan is made.
    case image(String)

    /// The output of a unit, read after the images stage of the same run.
    case output(UnitOutput)
}

/// What a node must show to be proven.
public struct NodeExpectation: Hashable, Sendable, Codable {
    /// The Talos version that must run.
    public var version: Version

    /// The extensions that must be active.
    public var extensions: [ImageReference]

    /// Kernel arguments that must be on the command line.
    public var kernelArguments: [String]

    /// Kernel arguments that the change removed and that must be gone.
    public var removedKernelArguments: [String]

    /// Extensions that the change removed and that must no longer be active.
    public var removedExtensions: [ImageReference]

    /// Whether the version stays, so that only another booted slot proves the update.
    public var isSameVersion: Bool

    /// The ``DesiredState/imageKey`` of the image that the node is given; remembered for the node.
    ///
    /// Empty when the node is given nothing and is only looked at.
    public var imageKey: String

    /// Creates an expectation.
    public init(
        version: Version, extensions: [ImageReference] = [], kernelArguments: [String] = [],
        removedKernelArguments: [String] = [], removedExtensions: [ImageReference] = [],
        isSameVersion: Bool = false, imageKey: String = ""
    ) {
        self.version = version
        self.extensions = extensions
        self.kernelArguments = kernelArguments
        self.removedKernelArguments = removedKernelArguments
        self.removedExtensions = removedExtensions
        self.isSameVersion = isSameVersion
        self.imageKey = imageKey
    }
}

/// What must hold right before a step; behaviour page, section 5.1.
public enum Gate: String, Hashable, Sendable, Codable, CaseIterable {
    /// The control planes and the etcd members are the same nodes, every member is healthy and
    /// votes, and no alarm is raised; a node that is itself to be repaired is left out.
    case etcdHealthy = "etcd_healthy"

    /// With this node down a majority of etcd still runs, or its member is down already, or it is
    /// the single control plane.
    case quorum

    /// The etcd snapshot that the plan takes last before the step was taken and verified.
    case snapshotTaken = "snapshot_taken"

    /// No other node is down by our hand.
    case noOtherNodeDown = "no_other_node_down"
}
