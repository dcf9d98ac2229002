import ClusterModel
import ClusterSimulator
import Execution
import Foundation
import Testing

@testable import Kubernetes

/// What the same simulated cluster says over the wire and without one must be the same.
@Suite
struct ParityTests {
    private func drain(
        _ cluster: some KubernetesCluster, _ kubernetes: SimulatedKubernetes, _ clock: HandClock
    ) async throws -> [String] {
        var said: [String] = []
        kubernetes.addDaemonSet("proxy")
        kubernetes.setReplicaSet("web", replicas: 2)
        kubernetes.setBudget("web", replicaSet: "web", .maxUnavailable(0))
        kubernetes.setCordoned(true, of: Wire.controlPlane)
        for node in [Wire.first, Wire.controlPlane] { try await cluster.cordon(node) }
        for round in 0..<3 {
            let pods = try await cluster.podsToEvict(on: Wire.first)
            said.append("\(pods)")
            for pod in pods { said.append("\(try await cluster.evict(pod))") }
            if round == 0 { kubernetes.removeBudget("web") }
            clock.advance(by: .seconds(2))
        }
        try await cluster.annotate(Wire.first, installedKey: "key")
        said.append(describe(try await cluster.nodes()))
        for node in [Wire.first, Wire.controlPlane] { try await cluster.uncordon(node) }
        said.append(describe(try await cluster.nodes()))
        return said
    }

    private func describe(_ nodes: [NodeName: KubernetesNode]) -> String {
        nodes.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: "\n")
    }

    @Test
    func wireAndAdapterSayTheSame() async throws {
        var said: [[String]] = []
        try await Wire.run { wire in
            said.append(try await drain(try wire.client(), wire.kubernetes, wire.clock))
        }
        try await Wire.run { wire in
            let adapter = SimulatedKubernetesCluster(wire.kubernetes)
            said.append(try await drain(adapter, wire.kubernetes, wire.clock))
        }
        #expect(said[0] == said[1])
        #expect(said[0].contains { $0.contains("blocked") })
    }

    @Test(arguments: [
        ("/api/v1/secrets", "GET", nil, 404), ("/apis/apps/v1/deployments", "GET", nil, 404),
        ("/api/v1/nodes", "PATCH", "application/merge-patch+json", 405),
        ("/api/v1/nodes/w-1", "PATCH", "application/json", 415),
        ("/api/v1/nodes?watch=true", "GET", nil, 400),
        ("/api/v1/namespaces/default/pods/p/eviction", "POST", "text/plain", 415),
        ("/api/v1/namespaces/default/pods/p/eviction", "POST", "application/json", 400),
        ("/healthz", "GET", nil, 200), ("/version", "GET", nil, 200), ("/apis", "GET", nil, 200),
    ])
    func wireIsStrict(target: String, method: String, type: String?, status: Int) async throws {
        try await Wire.run { wire in
            let transport = APITransport(limits: .generous)
            let kubeconfig = try Kubeconfig(
                bytes: Array(try wire.server.kubeconfig().utf8), origin: "the test")
            let request = APIRequest(
                method: try #require(APIRequest.Method(rawValue: method)), target: target,
                contentType: type, body: type == nil ? nil : Array("{}".utf8))
            let response = try await transport.send(request, with: kubeconfig)
            #expect(response.status == status)
            if status >= 400 { #expect(response.problem != nil) }
        }
    }

    @Test(arguments: [
        #"{"spec":{"unschedulable":1}}"#, #"{"spec":{"unschedulable":"yes"}}"#,
        #"{"status":{}}"#, #"{"metadata":{"annotations":{"a":1}}}"#, "[]", "{",
    ])
    func wireTakesNoOtherPatches(body: String) async throws {
        try await Wire.run { wire in
            let transport = APITransport(limits: .generous)
            let kubeconfig = try Kubeconfig(
                bytes: Array(try wire.server.kubeconfig().utf8), origin: "the test")
            let request = APIRequest(
                method: .patch, target: "/api/v1/nodes/w-1",
                contentType: "application/merge-patch+json", body: Array(body.utf8))
            #expect(try await transport.send(request, with: kubeconfig).status == 400)
            #expect(!wire.kubernetes.isCordoned(Wire.first))
        }
    }
}
