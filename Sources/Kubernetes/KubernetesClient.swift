public import Execution

/// A client of one cluster's Kubernetes API, for what a run needs of it.
///
/// It connects when it is first used. Every failure is a ``Execution/ClusterError``: wrong
/// credentials and missing rights are `misconfigured`, everything else can be helped by time.
public final class KubernetesClient: KubernetesCluster {
    let limits: KubernetesLimits
    let connection: APIConnection
    let evictionVersion = EvictionVersion()

    /// Creates a client that asks for credentials when it needs them, and again after they were
    /// refused.
    ///
    /// An ``ClusterModel/ExplainedError`` that `credentials` throws reaches the caller as a
    /// ``Execution/ClusterError`` with the same words.
    public init(
        limits: KubernetesLimits = KubernetesLimits(),
        credentials: @escaping @Sendable () async throws -> Kubeconfig
    ) {
        self.limits = limits
        connection = APIConnection(limits: limits, source: credentials)
    }

    /// Creates a client with the bytes of a kubeconfig, such as the Talos API hands out.
    public convenience init(
        kubeconfig bytes: [UInt8], origin: String, limits: KubernetesLimits = KubernetesLimits()
    ) throws(KubeconfigError) {
        let kubeconfig = try Kubeconfig(bytes: bytes, origin: origin)
        self.init(limits: limits) { kubeconfig }
    }

    /// Ends every connection; calls that are under way fail, and so do later ones.
    public func close() async { await connection.close() }

    /// Reads one object.
    func read<Object: Decodable>(
        _ path: [String], as type: Object.Type, _ what: String
    ) async throws -> Object {
        let (response, server) = try await connection.send(.get(path))
        guard response.isSuccess else { throw response.failure(what, server: server) }
        guard let object = response.decode(type) else { throw unreadable(what, server: server) }
        return object
    }

    /// Reads every page of a list.
    ///
    /// When the server has forgotten the state that a list began with (HTTP 410), it is begun once
    /// more.
    func list<Item: Decodable & Sendable>(
        _ path: [String], query: [(String, String)] = [], of type: Item.Type, _ what: String
    ) async throws -> [Item] {
        for _ in 0..<2 {
            if let items = try await pages(path, query: query, of: type, what) { return items }
        }
        throw ClusterError(
            .failed,
            "The Kubernetes API forgot a list twice while uprev was reading it to \(what).",
            hint: "uprev tries again; the server may be short of memory.")
    }

    /// The pages of one list; `nil` when the server has forgotten it on the way.
    private func pages<Item: Decodable & Sendable>(
        _ path: [String], query: [(String, String)], of type: Item.Type, _ what: String
    ) async throws -> [Item]? {
        var items: [Item] = []
        var next: String?
        repeat {
            var query = query + [("limit", "\(limits.pageSize)")]
            if let next { query.append(("continue", next)) }
            let (response, server) = try await connection.send(.get(path, query: query))
            if response.status == 410, next != nil { return nil }
            guard response.isSuccess else { throw response.failure(what, server: server) }
            guard let page = response.decode(ObjectList<Item>.self), let found = page.items else {
                throw unreadable(what, server: server)
            }
            items += found
            let following = page.metadata?.continue.flatMap { $0.isEmpty ? nil : $0 }
            guard following == nil || following != next else {
                throw unreadable(what, server: server)
            }
            next = following
        } while next != nil
        return items
    }
}
