import ClusterModel
import Execution
import Foundation

extension KubernetesWireRoutes {
    private enum Patched: Sendable {
        case unknown
        case conflict
        case done(SimulatedKubernetesState.Node)
    }

    func node(_ name: NodeName, _ request: KubernetesWireRequest) -> KubernetesWireReply {
        if request.method == "PATCH" { return patch(name, request) }
        return only("GET", request) {
            guard let node = kubernetes.look({ $0.nodes[name] }) else { return noNode(name) }
            return KubernetesWireObjects.reply(KubernetesWireObjects.node(node))
        }
    }

    private func noNode(_ name: NodeName) -> KubernetesWireReply {
        notFound("nodes \"\(name)\" not found")
    }

    private func patch(_ name: NodeName, _ request: KubernetesWireRequest) -> KubernetesWireReply {
        guard request.contentType == "application/merge-patch+json" else {
            return unsupported("application/merge-patch+json")
        }
        guard let patch = KubernetesNodePatch(request.body) else {
            return badRequest("the body is no merge patch of what may be changed of a node")
        }
        let result = kubernetes.look { state -> Patched in
            guard let node = state.nodes[name] else { return .unknown }
            if let version = patch.resourceVersion, version != "\(node.resourceVersion)" {
                return .conflict
            }
            state.change(name) { patch.apply(to: &$0) }
            return state.nodes[name].map(Patched.done) ?? .unknown
        }
        return switch result {
        case .unknown: noNode(name)
        case .conflict:
            KubernetesWireObjects.refusal(
                409, "Conflict",
                "Operation cannot be fulfilled on nodes \"\(name)\": the object has been modified; "
                    + "please apply your changes to the latest version and try again")
        case .done(let node): KubernetesWireObjects.reply(KubernetesWireObjects.node(node))
        }
    }

    func evict(_ name: PodName, _ request: KubernetesWireRequest) -> KubernetesWireReply {
        guard request.contentType == "application/json" else {
            return unsupported("application/json")
        }
        let object = try? JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any]
        let served = kubernetes.look { $0.settings.policyVersions }.map { "policy/\($0)" }
        guard let object, object["kind"] as? String == "Eviction",
            let version = object["apiVersion"] as? String, served.contains(version)
        else { return badRequest("no kind \"Eviction\" is registered for that version") }
        let metadata = object["metadata"] as? [String: Any]
        guard metadata?["name"] as? String == name.name,
            metadata?["namespace"] as? String == name.namespace
        else { return badRequest("name in URL does not match name in Eviction object") }
        return reply(to: kubernetes.look { $0.evict(name) }, of: name)
    }

    private func reply(
        to result: SimulatedEviction, of name: PodName
    ) -> KubernetesWireReply {
        switch result {
        case .accepted:
            KubernetesWireObjects.reply(
                ["kind": "Status", "apiVersion": "v1", "status": "Success", "code": 201],
                status: 201)
        case .noSuchPod: notFound("pods \"\(name.name)\" not found")
        case .blocked(let budget, let needed, let healthy):
            KubernetesWireObjects.refusal(
                429, "TooManyRequests",
                "Cannot evict pod as it would violate the pod's disruption budget.",
                causes: [
                    (
                        "DisruptionBudget",
                        "The disruption budget \(budget) needs \(needed) healthy pods and has "
                            + "\(healthy) currently"
                    )
                ])
        case .manyBudgets:
            KubernetesWireObjects.refusal(
                500, "InternalError",
                "This pod has more than one PodDisruptionBudget, which the eviction subresource "
                    + "does not support.")
        }
    }

    private func unsupported(_ wanted: String) -> KubernetesWireReply {
        KubernetesWireObjects.refusal(
            415, "UnsupportedMediaType",
            "the body of the request was in an unknown format - accepted media types include: "
                + wanted)
    }
}
