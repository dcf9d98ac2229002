/// The name of a cluster, as the label of its `cluster` block gives it.
public struct ClusterName: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    /// The text of the name.
    public let text: String

    /// Creates a name.
    public init(_ text: String) { self.text = text }

    /// The text of the name.
    public var description: String { text }

    /// Orders by text.
    public static func < (left: ClusterName, right: ClusterName) -> Bool { left.text < right.text }
}

/// The name of a node: its host name, which is also the name of its Kubernetes node.
public struct NodeName: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    /// The text of the name.
    public let text: String

    /// Creates a name.
    public init(_ text: String) { self.text = text }

    /// The text of the name.
    public var description: String { text }

    /// Orders by text.
    public static func < (left: NodeName, right: NodeName) -> Bool { left.text < right.text }
}

/// A commit of the watched repository, by its full hash.
public struct Revision: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The 40 hexadecimal digits.
    public let hash: String

    /// Creates a revision; `nil` unless the text is 40 lower-case hexadecimal digits.
    public init?(_ hash: String) {
        guard hash.count == 40,
            hash.allSatisfy({ ("0"..."9").contains($0) || ("a"..."f").contains($0) })
        else { return nil }
        self.hash = hash
    }

    /// The first seven digits, as logs show a commit.
    public var short: String { String(hash.prefix(7)) }

    /// The 40 hexadecimal digits.
    public var description: String { hash }
}

/// What a node does in its cluster.
public enum NodeRole: String, Hashable, Sendable, Codable, CaseIterable {
    /// Runs etcd and the Kubernetes control plane.
    case controlPlane = "controlplane"

    /// Runs workloads only.
    case worker
}
