public import ClusterModel

/// What a run needs of the Talos API, in the run's own words.
///
/// Every call throws ``ClusterError``. For a call that acts, ``ClusterError/Kind/unreachable``
/// means that the outcome is unknown: the request may have landed.
public protocol TalosCluster: Sendable {
    /// The nodes that discovery knows, asked of any control plane that answers.
    func members() async throws -> [ClusterMember]

    /// What runs on a node, read from that node now.
    func system(of node: NodeName) async throws -> NodeSystem

    /// The members of etcd with their health and alarms, read from every control plane now.
    func etcd() async throws -> EtcdState

    /// Streams an etcd snapshot from a healthy member into a new file, and verifies its trailer.
    ///
    /// The file appears under `path` only when it is complete and verified.
    func snapshotEtcd(to path: String) async throws -> SnapshotReceipt

    /// Asks the member on `node` to hand over leadership; nothing happens when it does not lead.
    func forfeitLeadership(of node: NodeName) async throws

    /// Installs `image`, and returns when the node has said how it went.
    ///
    /// Through ``InstallInterface/machine`` the node goes on to reboot by itself. The last lines
    /// that the installer printed are handed to `progress` as they arrive.
    func install(
        _ image: String, on node: NodeName, through interface: InstallInterface, mode: RebootMode,
        progress: @escaping @Sendable (String) -> Void
    ) async throws

    /// Asks the node to reboot; returns once the node has accepted.
    func reboot(_ node: NodeName, mode: RebootMode) async throws
}

/// A node as discovery lists it.
public struct ClusterMember: Hashable, Sendable, Codable {
    /// The node's name.
    public var name: NodeName

    /// The node's role.
    public var role: NodeRole

    /// The node's addresses, the preferred one first.
    public var addresses: [String]

    /// Creates a member.
    public init(name: NodeName, role: NodeRole, addresses: [String]) {
        self.name = name
        self.role = role
        self.addresses = addresses
    }
}

/// A verified etcd snapshot.
public struct SnapshotReceipt: Hashable, Sendable, Codable {
    /// Where the file is.
    public var path: String

    /// The file's size in bytes, its trailer included.
    public var bytes: Int

    /// The SHA-256 of the database, as its trailer says and as it was computed.
    public var sha256: String

    /// Creates a receipt.
    public init(path: String, bytes: Int, sha256: String) {
        self.path = path
        self.bytes = bytes
        self.sha256 = sha256
    }
}

/// What a run needs of the Kubernetes API, in the run's own words.
///
/// Every call throws ``ClusterError``.
public protocol KubernetesCluster: Sendable {
    /// Every node by name.
    func nodes() async throws -> [NodeName: KubernetesNode]

    /// Cordons the node with uprev's own marker; a cordon that somebody else set stays theirs.
    func cordon(_ node: NodeName) async throws

    /// The pods that a drain has to wait for: not finished, not mirror pods, not of a DaemonSet.
    func podsToEvict(on node: NodeName) async throws -> [PodName]

    /// Asks for the eviction of a pod.
    func evict(_ pod: PodName) async throws -> Eviction

    /// Takes back uprev's own cordon; does nothing to a cordon without the marker.
    func uncordon(_ node: NodeName) async throws

    /// Remembers on the Kubernetes node which image key it was given.
    func annotate(_ node: NodeName, installedKey: String) async throws
}

/// A pod by namespace and name.
public struct PodName: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    /// The namespace.
    public var namespace: String

    /// The name.
    public var name: String

    /// Creates a name.
    public init(namespace: String, name: String) {
        self.namespace = namespace
        self.name = name
    }

    /// Such as `default/web-0`.
    public var description: String { "\(namespace)/\(name)" }

    /// Orders by namespace, then name.
    public static func < (left: PodName, right: PodName) -> Bool {
        (left.namespace, left.name) < (right.namespace, right.name)
    }
}

/// What the API server says to an eviction.
public enum Eviction: Hashable, Sendable {
    /// The pod is being deleted, or is gone already.
    case accepted

    /// A disruption budget does not allow it now; the text names the budget when it is known.
    case blocked(String)
}

/// Moves the Kubernetes components of a cluster to another version.
public protocol KubernetesUpgrader: Sendable {
    /// Brings every component to `version`; safe to repeat, since components that are there stay.
    func upgrade(
        to version: Version, method: KubernetesMethod,
        progress: @escaping @Sendable (String) -> Void
    ) async throws
}

/// A failure at one of the cluster's APIs.
public struct ClusterError: ExplainedError, Hashable {
    /// What kind of failure it is, which is what a run decides by.
    public enum Kind: String, Hashable, Sendable, Codable {
        /// No answer, or the connection was lost: a request that acts may have landed.
        case unreachable

        /// The API answered no, and nothing was done.
        case refused

        /// The API acted and said that it failed.
        case failed

        /// Credentials or addresses are wrong; only a person can help.
        case misconfigured

        /// What was asked for does not exist.
        case notFound
    }

    /// What kind of failure it is.
    public var kind: Kind

    /// What happened, in one sentence with the node or address in it.
    public var message: String

    /// What to do next.
    public var hint: String

    /// Creates an error.
    public init(_ kind: Kind, _ message: String, hint: String) {
        self.kind = kind
        self.message = message
        self.hint = hint
    }

    /// The message.
    public var description: String { message }

    /// Whether time can help: it can with everything but wrong credentials.
    public var disposition: Disposition { kind == .misconfigured ? .stalled : .waiting }
}
