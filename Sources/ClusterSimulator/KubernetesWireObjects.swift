import ClusterModel
import Execution
import Foundation

/// Kubernetes' objects as JSON.
enum KubernetesWireObjects {
    static func reply(_ object: [String: Any], status: Int = 200) -> KubernetesWireReply {
        let body = try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
        guard let body else { preconditionFailure("An object of plain values is not JSON.") }
        return KubernetesWireReply(status: status, body: Array(body))
    }

    /// A refusal in the API server's own form.
    static func refusal(
        _ status: Int, _ reason: String, _ message: String, causes: [(String, String)] = []
    ) -> KubernetesWireReply {
        var object: [String: Any] = [
            "kind": "Status", "apiVersion": "v1", "metadata": [String: Any](),
            "status": "Failure", "message": message, "reason": reason, "code": status,
        ]
        if !causes.isEmpty {
            object["details"] = ["causes": causes.map { ["reason": $0, "message": $1] }]
        }
        return reply(object, status: status)
    }

    static func node(_ node: SimulatedKubernetesState.Node) -> [String: Any] {
        var metadata: [String: Any] = [
            "name": node.name.text, "resourceVersion": "\(node.resourceVersion)",
            "labels": ["kubernetes.io/hostname": node.name.text],
        ]
        if !node.annotations.isEmpty { metadata["annotations"] = node.annotations }
        var spec: [String: Any] = [:]
        if node.isCordoned {
            spec["unschedulable"] = true
            spec["taints"] = [["key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"]]
        }
        let ready = node.isReady ? "True" : node.isUp ? "False" : "Unknown"
        let status: [String: Any] = [
            "conditions": [
                ["type": "MemoryPressure", "status": "False"], ["type": "Ready", "status": ready],
            ],
            "nodeInfo": ["kubeletVersion": "\(node.kubeletVersion)"],
        ]
        return [
            "apiVersion": "v1", "kind": "Node", "metadata": metadata, "spec": spec,
            "status": status,
        ]
    }

    static func pod(_ pod: SimulatedKubernetesState.Pod, isReady: Bool) -> [String: Any] {
        var metadata: [String: Any] = [
            "name": pod.name.name, "namespace": pod.name.namespace,
            "resourceVersion": "\(pod.resourceVersion)",
        ]
        switch pod.owner {
        case .replicaSet(let name): metadata["ownerReferences"] = [owner("ReplicaSet", name)]
        case .daemonSet(let name): metadata["ownerReferences"] = [owner("DaemonSet", name)]
        case .mirror: metadata["annotations"] = ["kubernetes.io/config.mirror": "simulated"]
        case .none: break
        }
        if pod.isEnding { metadata["deletionTimestamp"] = "2026-01-01T00:00:00Z" }
        var spec: [String: Any] = [:]
        if let node = pod.node { spec["nodeName"] = node.text }
        let status: [String: Any] = [
            "phase": pod.phase.rawValue,
            "conditions": [["type": "Ready", "status": isReady ? "True" : "False"]],
        ]
        return [
            "apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec,
            "status": status,
        ]
    }

    private static func owner(_ kind: String, _ name: String) -> [String: Any] {
        ["apiVersion": "apps/v1", "kind": kind, "name": name, "controller": true]
    }
}
