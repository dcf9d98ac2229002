import ClusterModel
import ClusterSimulator
import Execution
import Synchronization
import Testing

@testable import Kubernetes

@Suite
struct DrainTests {
    private func pod(_ name: String, in namespace: String = "default") -> PodName {
        PodName(namespace: namespace, name: name)
    }

    @Test
    func onlyPodsThatHoldUpADrainAreListed() async throws {
        try await Wire.run { wire in
            let kubernetes = wire.kubernetes
            kubernetes.addDaemonSet("proxy")
            kubernetes.addPod(pod("static", in: "kube-system"), on: Wire.first, owner: .mirror)
            kubernetes.addPod(pod("done"), on: Wire.first, phase: .succeeded)
            kubernetes.addPod(pod("broken"), on: Wire.first, phase: .failed)
            kubernetes.addPod(pod("waiting"), on: Wire.first, phase: .pending)
            kubernetes.addPod(pod("bare", in: "apps"), on: Wire.first)
            kubernetes.addPod(pod("elsewhere"), on: Wire.second)
            kubernetes.addPod(pod("b", in: "apps"), on: Wire.first, owner: .replicaSet("b"))
            let pods = try await wire.client().podsToEvict(on: Wire.first)
            #expect(pods == [pod("b", in: "apps"), pod("bare", in: "apps"), pod("waiting")])
        }
    }

    @Test
    func endingPodCountsUntilItIsGone() async throws {
        try await Wire.run { wire in
            let client = try wire.client()
            wire.kubernetes.configure { $0.terminationGrace = .seconds(30) }
            wire.kubernetes.addPod(pod("bare"), on: Wire.first)
            #expect(try await client.evict(pod("bare")) == .accepted)
            wire.clock.advance(by: .seconds(29))
            #expect(try await client.podsToEvict(on: Wire.first) == [pod("bare")])
            #expect(try await client.evict(pod("bare")) == .accepted)
            wire.clock.advance(by: .seconds(1))
            #expect(try await client.podsToEvict(on: Wire.first).isEmpty)
            #expect(try await client.evict(pod("bare")) == .accepted)
        }
    }

    @Test
    func budgetBlocksAndThenFrees() async throws {
        try await Wire.run { wire in
            let client = try wire.client()
            wire.kubernetes.configure { $0.podStart = .seconds(5) }
            wire.kubernetes.setReplicaSet("web", replicas: 2)
            wire.clock.advance(by: .seconds(5))
            wire.kubernetes.setBudget("web-budget", replicaSet: "web", .minAvailable(2))
            try await client.cordon(Wire.first)
            let held = try #require(try await client.podsToEvict(on: Wire.first).first)
            #expect(
                try await client.evict(held)
                    == .blocked(
                        "the disruption budget web-budget, which needs 2 healthy pods and has 2 "
                            + "currently"))
            #expect(try await client.podsToEvict(on: Wire.first) == [held])

            wire.kubernetes.setReplicaSet("web", replicas: 3)
            guard case .blocked = try await client.evict(held) else {
                Issue.record("The third pod does not run yet.")
                return
            }
            wire.clock.advance(by: .seconds(5))
            #expect(try await client.evict(held) == .accepted)
            wire.clock.advance(by: .seconds(1))
            #expect(try await client.podsToEvict(on: Wire.first).isEmpty)
        }
    }

    @Test
    func oldServerIsAskedInItsOwnVersion() async throws {
        try await Wire.run { wire in
            wire.kubernetes.configure { $0.policyVersions = ["v1beta1"] }
            wire.kubernetes.addPod(pod("one"), on: Wire.first)
            wire.kubernetes.addPod(pod("two"), on: Wire.first)
            let client = try wire.client()
            #expect(try await client.evict(pod("one")) == .accepted)
            #expect(try await client.evict(pod("two")) == .accepted)
            #expect(wire.count("GET", "/apis/policy") == 1)
        }
    }

    @Test
    func newestVersionIsTakenAndLearntAnewAfterARefusal() async throws {
        try await Wire.run { wire in
            wire.kubernetes.configure { $0.policyVersions = ["v1beta1", "v1"] }
            wire.kubernetes.addPod(pod("one"), on: Wire.first)
            wire.kubernetes.addPod(pod("two"), on: Wire.first)
            let client = try wire.client()
            #expect(try await client.evict(pod("one")) == .accepted)
            wire.kubernetes.configure { $0.policyVersions = ["v1beta1"] }
            let error = await clusterError { _ = try await client.evict(pod("two")) }
            #expect(error?.kind == .refused)
            #expect(try await client.evict(pod("two")) == .accepted)
        }
    }

    @Test
    func serverWithoutEvictionsIsRefused() async throws {
        try await Wire.run { wire in
            wire.kubernetes.configure { $0.policyVersions = ["v2"] }
            let client = try wire.client()
            let error = await clusterError { _ = try await client.evict(pod("one")) }
            #expect(error?.kind == .refused)
        }
    }

    @Test
    func waitingPodIsEvictedWithoutAskingItsBudget() async throws {
        try await Wire.run { wire in
            let client = try wire.client()
            wire.kubernetes.configure { $0.podStart = .seconds(3600) }
            wire.kubernetes.setReplicaSet("slow", replicas: 1)
            wire.kubernetes.setBudget("slow", replicaSet: "slow", .minAvailable(1))
            let waiting = try #require(wire.kubernetes.pods().first)
            #expect(waiting.phase == .pending)
            #expect(try await client.evict(waiting.name) == .accepted)
        }
    }

    @Test
    func podWithTwoBudgetsIsBlocked() async throws {
        try await Wire.run { wire in
            wire.kubernetes.setReplicaSet("web", replicas: 2)
            wire.kubernetes.setBudget("one", replicaSet: "web", .minAvailable(1))
            wire.kubernetes.setBudget("two", replicaSet: "web", .maxUnavailable(1))
            let pod = try #require(wire.kubernetes.pods().first)
            let client = try wire.client()
            guard case .blocked(let reason) = try await client.evict(pod.name) else {
                Issue.record("The eviction was accepted.")
                return
            }
            #expect(reason.contains("more than one PodDisruptionBudget"))
        }
    }

    @Test(arguments: [
        (429, "admission webhook \\\"v\\\" denied the request: it migrates", "admission webhook"),
        (403, "admission webhook \\\"v\\\" denied the request: it migrates", "admission webhook"),
        (429, "Cannot evict pod as it would violate the pod's disruption budget.", "budget"),
    ])
    func denialThatTimeMayLiftIsBlocked(status: Int, message: String, part: String) async throws {
        try await Wire.run { wire in
            wire.server.setFault { request in
                request.method == "POST" ? .reply(.refusal(status, message)) : nil
            }
            let client = try wire.client()
            guard case .blocked(let reason) = try await client.evict(pod("one")) else {
                Issue.record("The eviction was accepted.")
                return
            }
            #expect(reason.contains(part))
        }
    }

    @Test
    func busyServerIsNoBudget() async throws {
        try await Wire.run { wire in
            wire.server.setFault { request in
                let body = Array("Too many requests, please try again later.".utf8)
                return request.method == "POST"
                    ? .reply(
                        KubernetesWireReply(
                            status: 429, contentType: "text/plain", body: body,
                            headers: ["Retry-After": "1"])) : nil
            }
            let client = try wire.client()
            let error = await clusterError { _ = try await client.evict(pod("one")) }
            #expect(error?.kind == .refused)
            #expect(error?.disposition == .waiting)
        }
    }

    @Test
    func notFoundFromSomethingElseIsNoEviction() async throws {
        try await Wire.run { wire in
            wire.server.setFault { request in
                let body = Array("<html>404</html>".utf8)
                return request.method == "POST"
                    ? .reply(
                        KubernetesWireReply(status: 404, contentType: "text/html", body: body))
                    : nil
            }
            let client = try wire.client()
            let error = await clusterError { _ = try await client.evict(pod("one")) }
            #expect(error?.kind == .notFound)
        }
    }

    @Test
    func everyPageIsRead() async throws {
        try await Wire.run { wire in
            let names = (1...7).map { pod("p-\($0)") }
            for name in names { wire.kubernetes.addPod(name, on: Wire.first) }
            var limits = KubernetesLimits.generous
            limits.pageSize = 2
            let client = try wire.client(limits: limits)
            #expect(try await client.podsToEvict(on: Wire.first) == names)
            #expect(wire.count("GET", "/api/v1/pods") == 4)
            #expect(try await client.nodes().count == 3)
        }
    }

    @Test
    func forgottenListIsBegunOnceMore() async throws {
        try await Wire.run { wire in
            let names = (1...3).map { pod("p-\($0)") }
            for name in names { wire.kubernetes.addPod(name, on: Wire.first) }
            let forgets = Mutex(1)
            wire.server.setFault { request in
                guard request.query["continue"] != nil else { return nil }
                let left = forgets.withLock { left in
                    left -= 1
                    return left
                }
                return left < 0 ? nil : .reply(.refusal(410, "the continue token is too old"))
            }
            var limits = KubernetesLimits.generous
            limits.pageSize = 2
            let client = try wire.client(limits: limits)
            #expect(try await client.podsToEvict(on: Wire.first) == names)
            forgets.withLock { $0 = 2 }
            let error = await clusterError { _ = try await client.podsToEvict(on: Wire.first) }
            #expect(error?.kind == .failed)
        }
    }

    @Test
    func podsOfOtherNodesAreNeverTakenFromACarelessServer() async throws {
        try await Wire.run { wire in
            let body = #"""
                {"items":[{"metadata":{"name":"a","namespace":"x"},"spec":{"nodeName":"w-2"}},
                {"metadata":{"name":"b","namespace":"x","annotations":null},
                 "spec":{"nodeName":"w-1"},"status":{}}]}
                """#
            wire.server.setFault { _ in .reply(KubernetesWireReply(body: Array(body.utf8))) }
            let pods = try await wire.client().podsToEvict(on: Wire.first)
            #expect(pods == [pod("b", in: "x")])
        }
    }

    @Test
    func namelessPodFailsTheListRatherThanBeingMissed() async throws {
        try await Wire.run { wire in
            let body = #"{"items":[{"metadata":{},"spec":{"nodeName":"w-1"}}]}"#
            wire.server.setFault { _ in .reply(KubernetesWireReply(body: Array(body.utf8))) }
            let client = try wire.client()
            let error = await clusterError { _ = try await client.podsToEvict(on: Wire.first) }
            #expect(error?.kind == .failed)
        }
    }
}
