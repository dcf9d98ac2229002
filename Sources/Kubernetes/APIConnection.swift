import ClusterModel
import Execution

/// Sends requests with credentials that it gets when it needs them, and anew when they are refused.
actor APIConnection {
    private struct Held {
        let kubeconfig: Kubeconfig
        let generation: Int
    }

    private let transport: APITransport
    private let source: @Sendable () async throws -> Kubeconfig
    private var held: Held?
    private var generation = 0

    init(limits: KubernetesLimits, source: @escaping @Sendable () async throws -> Kubeconfig) {
        transport = APITransport(limits: limits)
        self.source = source
    }

    func close() async { await transport.close() }

    /// Sends a request; asks for new credentials once when the server does not know these, or when
    /// it is not the server that they were made for, as after a rebuild of the cluster.
    ///
    /// Either way the request has not been acted on, so that it is safe to send again.
    func send(_ request: APIRequest) async throws -> (response: APIResponse, server: String) {
        let first = try await current()
        do {
            let response = try await transport.send(request, with: first.kubeconfig)
            if response.status != 401 { return (response, first.kubeconfig.server) }
        } catch let error as ClusterError where error.kind == .misconfigured {
            // The credentials that come next say whether the error stays.
        }
        if held?.generation == first.generation { held = nil }
        let second = try await current()
        let response = try await transport.send(request, with: second.kubeconfig)
        return (response, second.kubeconfig.server)
    }

    private func current() async throws -> Held {
        if let held { return held }
        let kubeconfig: Kubeconfig
        do {
            kubeconfig = try await source()
        } catch let error as ClusterError {
            throw error
        } catch let error as any ExplainedError {
            throw ClusterError(
                error.disposition == .stalled ? .misconfigured : .unreachable,
                error.description, hint: error.hint)
        }
        generation += 1
        let new = Held(kubeconfig: kubeconfig, generation: generation)
        held = new
        return new
    }
}
