import ClusterModel
import Execution

/// Looks at a whole cluster, every node at the same time, a bounded number at once.
struct ClusterObserving: Sendable {
    static let nodesAtOnce = 16

    let connection: ClusterConnection

    /// What the cluster shows now.
    ///
    /// A node that does not answer is in the result without its system. Throws ``ClusterError``
    /// when no control plane lists the members, or when credentials are wrong.
    func observe() async throws -> ObservedState {
        let members = try await connection.talos.members()
        let kubernetes = try await tolerating { try await connection.kubernetes.nodes() } ?? [:]
        let nodes = try await withThrowingTaskGroup(of: ObservedNode.self) { group in
            var waiting = members[...]
            var nodes: [ObservedNode] = []
            for member in waiting.prefix(Self.nodesAtOnce) {
                group.addTask { try await observe(member, kubernetes[member.name]) }
            }
            waiting = waiting.dropFirst(Self.nodesAtOnce)
            while let node = try await group.next() {
                nodes.append(node)
                guard let member = waiting.popFirst() else { continue }
                group.addTask { try await observe(member, kubernetes[member.name]) }
            }
            return nodes
        }
        let etcd = try await tolerating { try await connection.talos.etcd() }
        return ObservedState(nodes: nodes, etcd: etcd)
    }

    private func observe(
        _ member: ClusterMember, _ kubernetes: KubernetesNode?
    ) async throws -> ObservedNode {
        let system = try await tolerating { try await connection.talos.system(of: member.name) }
        return ObservedNode(
            name: member.name, role: member.role, system: system, kubernetes: kubernetes)
    }

    /// The result of a call; `nil` when its API does not answer.
    private func tolerating<Value: Sendable>(
        _ call: () async throws -> Value
    ) async throws -> Value? {
        do {
            return try await call()
        } catch let error as ClusterError where error.kind != .misconfigured {
            return nil
        }
    }
}
