import ClusterModel
import Execution
import Foundation

/// Answers the requests that uprev makes, and refuses everything else as the API server would.
struct KubernetesWireRoutes: Sendable {
    let kubernetes: SimulatedKubernetes

    func answer(_ request: KubernetesWireRequest) -> KubernetesWireReply {
        let path = request.path.split(separator: "/", omittingEmptySubsequences: false)
            .dropFirst().map { $0.removingPercentEncoding ?? "" }
        switch path {
        case ["healthz"]: return only("GET", request) { plain("ok") }
        case ["version"]: return only("GET", request) { KubernetesWireObjects.reply(version) }
        case ["apis"]: return only("GET", request) { KubernetesWireObjects.reply(groups) }
        case ["apis", "policy"]:
            return only("GET", request) { KubernetesWireObjects.reply(policyGroup) }
        case ["api", "v1", "nodes"]: return only("GET", request) { listNodes(request) }
        case ["api", "v1", "pods"]: return only("GET", request) { listPods(request) }
        default: break
        }
        if path.count == 4, path.prefix(3) == ["api", "v1", "nodes"] {
            return node(NodeName(path[3]), request)
        }
        guard path.count >= 6, path.prefix(3) == ["api", "v1", "namespaces"], path[4] == "pods"
        else { return notFound("the server could not find the requested resource") }
        let pod = PodName(namespace: path[3], name: path[5])
        switch path.dropFirst(6) {
        case []: return only("GET", request) { readPod(pod) }
        case ["eviction"]: return only("POST", request) { evict(pod, request) }
        default: return notFound("the server could not find the requested resource")
        }
    }

    func only(
        _ method: String, _ request: KubernetesWireRequest, _ body: () -> KubernetesWireReply
    ) -> KubernetesWireReply {
        guard request.method == method else {
            return KubernetesWireObjects.refusal(
                405, "MethodNotAllowed",
                "the server does not allow this method on the requested resource")
        }
        return body()
    }

    func notFound(_ message: String) -> KubernetesWireReply {
        KubernetesWireObjects.refusal(404, "NotFound", message)
    }

    func badRequest(_ message: String) -> KubernetesWireReply {
        KubernetesWireObjects.refusal(400, "BadRequest", message)
    }

    private func plain(_ text: String) -> KubernetesWireReply {
        KubernetesWireReply(contentType: "text/plain", body: Array(text.utf8))
    }

    private var version: [String: Any] {
        let controlPlanes = kubernetes.look { $0.nodes.values.filter { $0.role == .controlPlane } }
        let version = controlPlanes.map(\.kubeletVersion).max() ?? Version(1, 34, 1)
        return [
            "major": "\(version.major)", "minor": "\(version.minor)", "gitVersion": "\(version)",
        ]
    }

    private var groups: [String: Any] {
        var group = policyGroup
        group["kind"] = nil
        group["apiVersion"] = nil
        return ["kind": "APIGroupList", "apiVersion": "v1", "groups": [group]]
    }

    private var policyGroup: [String: Any] {
        let versions = kubernetes.look { $0.settings.policyVersions }.map {
            ["groupVersion": "policy/\($0)", "version": $0]
        }
        var group: [String: Any] = [
            "kind": "APIGroup", "apiVersion": "v1", "name": "policy", "versions": versions,
        ]
        if let first = versions.first { group["preferredVersion"] = first }
        return group
    }
}
