import ClusterModel
import ClusterSimulator
import Execution
import Testing

@testable import Kubernetes

@Suite
struct SimulatedKubernetesTests {
    private let clock = HandClock()
    private let kubernetes: SimulatedKubernetes
    private let first = NodeName("w-1")
    private let second = NodeName("w-2")

    init() {
        kubernetes = SimulatedKubernetes(now: { [clock] in clock.now })
        for name in ["cp-1", "cp-2", "cp-3"] {
            kubernetes.addNode(
                NodeName(name), role: .controlPlane, kubeletVersion: Version(1, 34, 1))
        }
        for name in [first, second] {
            kubernetes.addNode(name, role: .worker, kubeletVersion: Version(1, 34, 1))
        }
    }

    private func isReady(_ node: NodeName) async throws -> Bool {
        try await SimulatedKubernetesCluster(kubernetes).nodes()[node]?.isReady == true
    }

    @Test
    func nodeThatWentDownIsReadyUntilItsHeartbeatIsMissed() async throws {
        kubernetes.configure { $0.readyAfter = .seconds(5) }
        kubernetes.nodeWentDown(first)
        clock.advance(by: .seconds(39))
        #expect(try await isReady(first))
        clock.advance(by: .seconds(1))
        #expect(try await !isReady(first))
        kubernetes.nodeCameUp(first)
        clock.advance(by: .seconds(4))
        #expect(try await !isReady(first))
        clock.advance(by: .seconds(1))
        #expect(try await isReady(first))
    }

    @Test
    func podsAreSpreadOverOpenWorkersAndWaitForOne() {
        kubernetes.setReplicaSet("web", replicas: 4)
        #expect(kubernetes.pods(on: first).count == 2)
        #expect(kubernetes.pods(on: second).count == 2)
        kubernetes.setCordoned(true, of: first)
        kubernetes.setCordoned(true, of: second)
        kubernetes.setReplicaSet("more", replicas: 1)
        let waiting = kubernetes.pods().filter { $0.node == nil }
        #expect(waiting.map(\.phase) == [.pending])
        kubernetes.setCordoned(false, of: second)
        #expect(kubernetes.pods(on: second).count == 3)
    }

    @Test
    func podsOnANodeThatIsDownDoNotEnd() async throws {
        let adapter = SimulatedKubernetesCluster(kubernetes)
        let pod = PodName(namespace: "default", name: "bare")
        kubernetes.addPod(pod, on: first)
        #expect(try await adapter.evict(pod) == .accepted)
        kubernetes.nodeWentDown(first)
        clock.advance(by: .seconds(100))
        #expect(kubernetes.pods(on: first).map(\.isEnding) == [true])
        kubernetes.nodeCameUp(first)
        #expect(kubernetes.pods(on: first).isEmpty)
    }

    @Test
    func eventsHappenInTheirOrderHoweverLateOneLooks() {
        kubernetes.configure { settings in
            settings.podStart = .seconds(10)
            settings.readyAfter = .seconds(20)
        }
        kubernetes.setCordoned(true, of: second)
        kubernetes.nodeWentDown(first)
        clock.advance(by: .seconds(60))
        kubernetes.setReplicaSet("web", replicas: 1)
        #expect(kubernetes.pods().map(\.phase) == [.pending])
        kubernetes.nodeCameUp(first)
        clock.advance(by: .seconds(29))
        #expect(kubernetes.pods().map(\.phase) == [.pending])
        clock.advance(by: .seconds(1))
        #expect(kubernetes.pods().map(\.phase) == [.running])
    }

    @Test
    func evictedPodOfADaemonSetComesBackOnItsNode() async throws {
        kubernetes.addDaemonSet("proxy")
        #expect(kubernetes.pods().count == 5)
        let pod = try #require(kubernetes.pods(on: first).first)
        _ = try await SimulatedKubernetesCluster(kubernetes).evict(pod.name)
        clock.advance(by: .seconds(1))
        let names = kubernetes.pods(on: first).map(\.name)
        #expect(names.count == 1)
        #expect(names != [pod.name])
    }

    @Test
    func apiNeedsAMajorityOfControlPlanes() async throws {
        kubernetes.nodeWentDown(NodeName("cp-1"))
        #expect(kubernetes.isServed)
        kubernetes.nodeWentDown(NodeName("cp-2"))
        #expect(!kubernetes.isServed)
        let adapter = SimulatedKubernetesCluster(kubernetes)
        let error = await clusterError { _ = try await adapter.nodes() }
        #expect(error?.kind == .unreachable)
    }

    @Test
    func unhealthyPodMayGoWhileEnoughOthersAreHealthy() async throws {
        let adapter = SimulatedKubernetesCluster(kubernetes)
        kubernetes.setReplicaSet("web", replicas: 2)
        kubernetes.setBudget("web", replicaSet: "web", .maxUnavailable(1))
        kubernetes.nodeWentDown(first)
        clock.advance(by: .seconds(60))
        let down = try #require(kubernetes.pods(on: first).first)
        let healthy = try #require(kubernetes.pods(on: second).first)
        guard case .blocked = try await adapter.evict(healthy.name) else {
            Issue.record("The only healthy pod was evicted.")
            return
        }
        #expect(try await adapter.evict(down.name) == .accepted)
    }
}
