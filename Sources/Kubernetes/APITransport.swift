import AsyncHTTPClient
import Execution
import NIOCore
import NIOHTTP1
import NIOSSL

/// Sends requests to an API server, and turns what can go wrong on the way into ``ClusterError``.
final class APITransport: Sendable {
    private let http: HTTPClient
    private let limits: KubernetesLimits

    init(limits: KubernetesLimits) {
        var configuration = HTTPClient.Configuration()
        // With HTTP/2 all requests share one connection, and a request that timed out would leave
        // the next one stuck in the same dead connection while a control plane reboots.
        configuration.httpVersion = .http1Only
        configuration.redirectConfiguration = .disallow
        configuration.decompression = .disabled
        configuration.timeout.connect = .nanoseconds(limits.connect.inNanoseconds)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.idleTimeout = .seconds(30)
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        self.limits = limits
    }

    deinit {
        // The client insists on being shut down; when it was already, there is nothing left to do.
        http.shutdown { _ in }
    }

    /// Ends every connection; requests that are under way fail, and so do later ones.
    func close() async {
        try? await http.shutdown()
    }

    /// Sends a request once, and returns whatever the server answered, of whatever status.
    func send(_ request: APIRequest, with kubeconfig: Kubeconfig) async throws -> APIResponse {
        do {
            let answer = try await withTimeout(limits.request) { [self] in
                try await exchange(request, with: kubeconfig)
            }
            guard let answer else { throw TransportFailure.timeout(limits.request) }
            return answer
        } catch {
            try Task.checkCancellation()
            throw TransportFailure(error, limits: limits).explained(server: kubeconfig.server)
        }
    }

    private func exchange(
        _ request: APIRequest, with kubeconfig: Kubeconfig
    ) async throws -> APIResponse {
        var message = HTTPClientRequest(url: kubeconfig.server + request.target)
        message.method = HTTPMethod(rawValue: request.method.rawValue)
        message.tlsConfiguration = kubeconfig.tls
        message.headers.add(name: "Accept", value: "application/json")
        message.headers.add(name: "User-Agent", value: "uprev")
        if let token = kubeconfig.token {
            message.headers.add(name: "Authorization", value: "Bearer \(token)")
        }
        if let contentType = request.contentType {
            message.headers.add(name: "Content-Type", value: contentType)
        }
        if let body = request.body { message.body = .bytes(body) }
        let response = try await http.execute(message, deadline: .distantFuture)
        let content = try await response.body.collect(upTo: limits.responseBytes)
        return APIResponse(
            status: Int(response.status.code), body: Array(content.readableBytesView))
    }
}

/// Runs `body`, and cancels it and returns `nil` when the time is up first.
private func withTimeout<Value: Sendable>(
    _ limit: Duration, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value? {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        return try await group.next() ?? nil
    }
}

extension Duration {
    fileprivate var inNanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
