public import ClusterModel
public import Execution
import Synchronization

extension KubernetesClient {
    /// The pods that a drain has to wait for, ordered by name.
    ///
    /// Left out are finished pods, mirror pods of static ones, and pods of a DaemonSet, which would
    /// come back at once. A pod that is ending counts until it is gone.
    public func podsToEvict(on node: NodeName) async throws -> [PodName] {
        let what = "list the pods of node \(node)"
        let pods = try await list(
            ["api", "v1", "pods"], query: [("fieldSelector", "spec.nodeName=\(node)")],
            of: PodObject.self, what)
        var names: [PodName] = []
        for pod in pods where pod.spec?.nodeName == node.text && pod.holdsUpDrain {
            guard let name = pod.metadata.name, let namespace = pod.metadata.namespace else {
                throw nameless(what)
            }
            names.append(PodName(namespace: namespace, name: name))
        }
        return names.sorted()
    }

    /// Asks for the eviction of a pod; a pod that is gone counts as accepted.
    public func evict(_ pod: PodName) async throws -> Eviction {
        let what = "evict pod \(pod)"
        let body = EvictionObject(
            apiVersion: "policy/\(try await policyVersion())",
            metadata: .init(name: pod.name, namespace: pod.namespace))
        let path = ["api", "v1", "namespaces", pod.namespace, "pods", pod.name, "eviction"]
        let (response, server) = try await connection.send(.post(path, body))
        if response.isSuccess || (response.status == 404 && response.problem != nil) {
            return .accepted
        }
        if let reason = response.heldBy { return .blocked(reason) }
        evictionVersion.forget()
        throw response.failure(what, server: server)
    }

    /// The version of evictions that the server speaks: `v1` from Kubernetes 1.22 on.
    private func policyVersion() async throws -> String {
        if let known = evictionVersion.known { return known }
        let what = "name the versions of its policy group"
        let group = try await read(["apis", "policy"], as: APIGroup.self, what)
        let served = group.versions?.compactMap(\.version) ?? []
        guard let version = ["v1", "v1beta1"].first(where: served.contains) else {
            throw ClusterError(
                .refused,
                "The Kubernetes API serves neither policy/v1 nor policy/v1beta1, "
                    + "so that no pod can be evicted.",
                hint: "See what answers at that address, and in which version.")
        }
        evictionVersion.remember(version)
        return version
    }
}

/// The version of evictions, once it is known.
final class EvictionVersion: Sendable {
    private let version = Mutex<String?>(nil)

    var known: String? { version.withLock { $0 } }

    func remember(_ new: String) { version.withLock { $0 = new } }

    /// The server may have been exchanged for another release.
    func forget() { version.withLock { $0 = nil } }
}

extension PodObject {
    fileprivate var holdsUpDrain: Bool {
        let isFinished = status?.phase == "Succeeded" || status?.phase == "Failed"
        let isMirror = metadata.annotations?["kubernetes.io/config.mirror"] != nil
        return !isFinished && !isMirror && !isOfDaemonSet
    }

    private var isOfDaemonSet: Bool {
        metadata.ownerReferences?.contains { owner in
            owner.controller == true && owner.kind == "DaemonSet"
                && owner.apiVersion?.hasPrefix("apps/") == true
        } ?? false
    }
}

extension APIResponse {
    /// What holds the pod, when the answer says that something does and time may free it.
    ///
    /// A server that is merely busy answers 429 too, then without a budget as the cause. A pod with
    /// two budgets is a server error (500), and webhooks deny with whatever status they like.
    fileprivate var heldBy: String? {
        guard let problem else { return nil }
        let message = cleaned(problem.message ?? "")
        if let cause = problem.details?.causes?.first(where: { $0.reason == "DisruptionBudget" }) {
            return budget(in: cleaned(cause.message ?? message))
        }
        if message.contains("admission webhook") { return message }
        let isAboutBudgets = message.lowercased().contains("disruption budget")
        if status == 429, isAboutBudgets { return budget(in: message) }
        if status == 500, message.contains("PodDisruptionBudget") { return message }
        return nil
    }

    /// Such as `the disruption budget web needs 3 healthy pods and has 3 currently`.
    private func budget(in message: String) -> String {
        var text = message
        while text.hasSuffix(".") { text.removeLast() }
        let start = "The disruption budget "
        guard text.hasPrefix(start) else { return text.isEmpty ? "a disruption budget" : text }
        let words = text.dropFirst(start.count).split(separator: " ", maxSplits: 1)
        guard let name = words.first else { return "a disruption budget" }
        let rest = words.dropFirst().first.map { ", which \($0)" } ?? ""
        return "the disruption budget \(name)\(rest)"
    }
}
