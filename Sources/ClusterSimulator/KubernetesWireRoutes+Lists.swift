import ClusterModel
import Execution
import Foundation

extension KubernetesWireRoutes {
    func listNodes(_ request: KubernetesWireRequest) -> KubernetesWireReply {
        guard Set(request.query.keys).isSubset(of: ["limit", "continue"]) else {
            return badRequest("the list of nodes is not served with these parameters")
        }
        let nodes = kubernetes.look { Array($0.nodes.values) }
        return page(
            "NodeList", nodes.map { ($0.name.text, KubernetesWireObjects.node($0)) }, request)
    }

    func listPods(_ request: KubernetesWireRequest) -> KubernetesWireReply {
        guard Set(request.query.keys).isSubset(of: ["limit", "continue", "fieldSelector"]) else {
            return badRequest("the list of pods is not served with these parameters")
        }
        var onNode: NodeName?
        if let selector = request.query["fieldSelector"] {
            let parts = selector.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0] == "spec.nodeName" else {
                return badRequest("unable to find field label: \(selector)")
            }
            onNode = NodeName(String(parts[1]))
        }
        let pods = kubernetes.look { [onNode] state in
            state.pods.values.filter { onNode == nil || $0.node == onNode }
                .map { ($0, state.isReady($0)) }
        }
        let objects = pods.map { pod, isReady in
            ("\(pod.name)", KubernetesWireObjects.pod(pod, isReady: isReady))
        }
        return page("PodList", objects, request)
    }

    func readPod(_ name: PodName) -> KubernetesWireReply {
        let found = kubernetes.look { state in
            state.pods[name].map { ($0, state.isReady($0)) }
        }
        guard let (pod, isReady) = found else { return notFound("pods \"\(name.name)\" not found") }
        return KubernetesWireObjects.reply(KubernetesWireObjects.pod(pod, isReady: isReady))
    }

    /// One page of a list that is ordered by key; its continuation is the last key, in base64.
    private func page(
        _ kind: String, _ objects: [(key: String, object: [String: Any])],
        _ request: KubernetesWireRequest
    ) -> KubernetesWireReply {
        var rest = objects.sorted { $0.key < $1.key }[...]
        if let text = request.query["continue"] {
            guard let data = Data(base64Encoded: text), !data.isEmpty else {
                return badRequest("continue key is not valid")
            }
            let last = String(decoding: data, as: UTF8.self)
            rest = rest.drop { $0.key <= last }
        }
        var metadata: [String: Any] = [
            "resourceVersion": "\(kubernetes.look { $0.resourceVersion })"
        ]
        if let text = request.query["limit"] {
            guard let limit = Int(text), limit > 0 else {
                return badRequest("limit is no positive number")
            }
            if rest.count > limit, let last = rest.prefix(limit).last {
                metadata["continue"] = Data(last.key.utf8).base64EncodedString()
                metadata["remainingItemCount"] = rest.count - limit
                rest = rest.prefix(limit)
            }
        }
        return KubernetesWireObjects.reply([
            "apiVersion": "v1", "kind": kind, "metadata": metadata,
            "items": rest.map(\.object),
        ])
    }
}
