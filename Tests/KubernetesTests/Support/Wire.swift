import ClusterModel
import ClusterSimulator
import Execution
import Synchronization

@testable import Kubernetes

/// A clock that stands still until it is moved.
final class HandClock: Sendable {
    private let time = Mutex(Duration.zero)

    var now: Duration { time.withLock { $0 } }

    func advance(by step: Duration) { time.withLock { $0 += step } }
}

/// A simulated Kubernetes on the wire, with one control plane and two workers.
struct Wire: Sendable {
    static let controlPlane = NodeName("cp-1")
    static let first = NodeName("w-1")
    static let second = NodeName("w-2")

    let clock: HandClock
    let kubernetes: SimulatedKubernetes
    let server: KubernetesWireServer

    /// Runs a test with a server, and ends the server after it.
    static func run(
        addresses: [String] = ["127.0.0.1"], _ body: (Wire) async throws -> Void
    ) async throws {
        let clock = HandClock()
        let kubernetes = SimulatedKubernetes(now: { clock.now })
        let version = Version(1, 34, 1)
        kubernetes.addNode(controlPlane, role: .controlPlane, kubeletVersion: version)
        kubernetes.addNode(first, role: .worker, kubeletVersion: version)
        kubernetes.addNode(second, role: .worker, kubeletVersion: version)
        let server = try await KubernetesWireServer.start(kubernetes, addresses: addresses)
        let wire = Wire(clock: clock, kubernetes: kubernetes, server: server)
        do {
            try await body(wire)
        } catch {
            await server.close()
            throw error
        }
        await server.close()
    }

    /// A client with an administrator's certificate.
    func client(limits: KubernetesLimits = .generous) throws -> KubernetesClient {
        try client(with: server.kubeconfig(), limits: limits)
    }

    /// A client with that kubeconfig.
    func client(
        with kubeconfig: String, limits: KubernetesLimits = .generous
    ) throws -> KubernetesClient {
        try KubernetesClient(
            kubeconfig: Array(kubeconfig.utf8), origin: "the test", limits: limits)
    }

    /// How many requests of a method and path came in.
    func count(_ method: String, _ path: String) -> Int {
        server.requests.count { $0.method == method && $0.path == path }
    }
}

extension KubernetesLimits {
    /// Limits that a loaded machine does not run into.
    static let generous: KubernetesLimits = {
        var limits = KubernetesLimits()
        limits.connect = .seconds(30)
        limits.request = .seconds(60)
        return limits
    }()

    /// Limits for servers that do not answer.
    static let short: KubernetesLimits = {
        var limits = KubernetesLimits()
        limits.connect = .seconds(30)
        limits.request = .milliseconds(300)
        return limits
    }()
}

/// The error that `body` throws, when it is one of the cluster's.
func clusterError(_ body: () async throws -> Void) async -> ClusterError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? ClusterError
    }
}

extension KubernetesWireReply {
    /// A refusal in the API's own form.
    static func refusal(_ status: Int, _ message: String) -> KubernetesWireReply {
        let body = #"{"kind":"Status","status":"Failure","message":"\#(message)"}"#
        return KubernetesWireReply(status: status, body: Array(body.utf8))
    }
}
