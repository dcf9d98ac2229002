public import ClusterModel
import Execution

/// The annotations that uprev writes on Kubernetes nodes.
enum NodeAnnotation {
    /// Says that the cordon is uprev's own.
    static let cordoned = "uprev.dev/cordoned"

    /// The key of the image that the node was given last.
    static let installedKey = "uprev.dev/installed-key"
}

extension KubernetesClient {
    /// Every node by name.
    ///
    /// A marker of uprev's on a node that is not cordoned is removed: somebody else took the cordon
    /// back, and the next one on that node is not uprev's unless uprev sets it.
    public func nodes() async throws -> [NodeName: KubernetesNode] {
        let what = "list the nodes"
        let objects = try await list(["api", "v1", "nodes"], of: NodeObject.self, what)
        var nodes: [NodeName: KubernetesNode] = [:]
        for object in objects {
            guard let name = object.metadata.name else { throw nameless(what) }
            nodes[NodeName(name)] = object.report
            if object.hasLostCordon { await forgetCordon(of: NodeName(name)) }
        }
        return nodes
    }

    /// Cordons the node with uprev's own marker; a cordon that somebody else set stays theirs.
    public func cordon(_ node: NodeName) async throws {
        try await change(node, "cordon node \(node)") { object in
            object.isCordoned
                ? nil
                : NodePatch(
                    resourceVersion: object.metadata.resourceVersion,
                    annotations: [NodeAnnotation.cordoned: "true"], cordon: .set)
        } until: { object in
            object.isCordoned
        }
    }

    /// Takes back uprev's own cordon; does nothing to a cordon without the marker.
    public func uncordon(_ node: NodeName) async throws {
        try await change(node, "uncordon node \(node)") { object in
            object.hasMarker
                ? NodePatch(
                    resourceVersion: object.metadata.resourceVersion,
                    annotations: [NodeAnnotation.cordoned: nil], cordon: .removed)
                : nil
        } until: { object in
            !object.isCordoned && !object.hasMarker
        }
    }

    /// Removes the marker from a node that is not cordoned; one that cannot be reached now keeps it
    /// until it is read again.
    private func forgetCordon(of node: NodeName) async {
        try? await change(node, "forget the cordon of node \(node)") { object in
            object.hasLostCordon
                ? NodePatch(
                    resourceVersion: object.metadata.resourceVersion,
                    annotations: [NodeAnnotation.cordoned: nil], cordon: .untouched)
                : nil
        } until: { object in
            !object.hasMarker
        }
    }

    /// Remembers on the Kubernetes node which image key it was given.
    public func annotate(_ node: NodeName, installedKey: String) async throws {
        let key = NodeAnnotation.installedKey
        try await change(node, "annotate node \(node)") { object in
            object.metadata.annotations?[key] == installedKey
                ? nil
                : NodePatch(
                    resourceVersion: object.metadata.resourceVersion,
                    annotations: [key: installedKey], cordon: .untouched)
        } until: { object in
            object.metadata.annotations?[key] == installedKey
        }
    }

    /// Reads a node, decides on a patch, and sends it; decides anew when the node has changed in
    /// between.
    ///
    /// The server's answer must show what was asked for, since an admission webhook may undo it.
    private func change(
        _ node: NodeName, _ what: String, patch: (NodeObject) -> NodePatch?,
        until isDone: (NodeObject) -> Bool
    ) async throws {
        let path = ["api", "v1", "nodes", node.text]
        var conflict: ClusterError?
        for _ in 0..<max(1, limits.conflictAttempts) {
            let object = try await read(path, as: NodeObject.self, what)
            guard let patch = patch(object) else { return }
            let (response, server) = try await connection.send(.patch(path, patch))
            if response.status == 409 {
                conflict = response.failure(what, server: server)
                continue
            }
            guard response.isSuccess else { throw response.failure(what, server: server) }
            guard let changed = response.decode(NodeObject.self) else {
                throw unreadable(what, server: server)
            }
            guard isDone(changed) else {
                throw ClusterError(
                    .failed,
                    "The Kubernetes API at \(server) took the request to \(what), "
                        + "and the node does not show it.",
                    hint: "Look for an admission webhook that changes nodes.")
            }
            return
        }
        if let conflict { throw conflict }
    }

    func nameless(_ what: String) -> ClusterError {
        ClusterError(
            .failed, "The Kubernetes API sent an object without a name when asked to \(what).",
            hint: "See what answers at that address, and in which version.")
    }
}

extension NodeObject {
    fileprivate var isCordoned: Bool { spec?.unschedulable == true }

    fileprivate var hasMarker: Bool { metadata.annotations?[NodeAnnotation.cordoned] != nil }

    /// Whether uprev cordoned the node and somebody else took that back.
    fileprivate var hasLostCordon: Bool { hasMarker && !isCordoned }

    fileprivate var report: KubernetesNode {
        KubernetesNode(
            isReady: status?.conditions?.contains { $0.type == "Ready" && $0.status == "True" }
                ?? false,
            isCordoned: isCordoned, isCordonedByUs: isCordoned && hasMarker,
            kubeletVersion: status?.nodeInfo?.kubeletVersion.flatMap { Version($0) },
            installerDigest: metadata.annotations?[NodeAnnotation.installedKey])
    }
}
