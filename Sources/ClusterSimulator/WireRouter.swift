import ClusterModel
import Execution
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import SwiftASN1
import X509

/// What stands before every call: who calls, which node is meant, and what goes wrong on the way.
struct WireRouter: ServerInterceptor {
    /// The header by which a handler learns which node is meant.
    static let targetKey = "simulated-target"

    let endpoint: ClusterMember
    let world: WireWorld

    func intercept<Input: Sendable, Output: Sendable>(
        request: StreamingServerRequest<Input>, context: ServerContext,
        next:
            @Sendable (StreamingServerRequest<Input>, ServerContext) async throws
            -> StreamingServerResponse<Output>
    ) async throws -> StreamingServerResponse<Output> {
        let method = context.descriptor
        guard world.cluster.isUp(endpoint.name) else {
            throw RPCError(code: .unavailable, message: "transport is closing")
        }
        try authorize(method, context)
        let target = try target(of: request.metadata, method)
        let passage = SimulatedCall(method).map { world.cluster.passage(of: $0, to: target) }
        if passage?.isRequestLost == true {
            throw RPCError(code: .unavailable, message: "error reading from server: EOF")
        }
        var request = request
        request.metadata.replaceOrAddString(target.text, forKey: Self.targetKey)
        let response: StreamingServerResponse<Output>
        do {
            response = try await next(request, context)
        } catch let refusal as SimulatedRefusal {
            throw RPCError(refusal)
        }
        if passage?.isReplyLost == true {
            throw RPCError(code: .unavailable, message: "error reading from server: EOF")
        }
        try await world.wait(passage?.delay ?? .zero, context)
        return response
    }

    /// Which node is meant; a worker passes nothing on, since it has no client certificate.
    private func target(of metadata: Metadata, _ method: MethodDescriptor) throws -> NodeName {
        if metadata[stringValues: "nodes"].contains(where: { _ in true }) {
            throw RPCError(
                code: .invalidArgument,
                message: "one-2-many proxying is not supported for \(method.fullyQualifiedMethod)")
        }
        guard let wanted = metadata[stringValues: "node"].first(where: { _ in true }) else {
            return endpoint.name
        }
        let own = endpoint.addresses + [endpoint.name.text, "127.0.0.1"]
        if own.contains(wanted) { return endpoint.name }
        guard endpoint.role == .controlPlane else {
            throw RPCError(code: .permissionDenied, message: "no request forwarding")
        }
        let known = world.cluster.nodes.first {
            $0.name.text == wanted || $0.addresses.contains(wanted)
        }
        guard let known, world.cluster.isUp(known.name) else {
            throw RPCError(
                code: .unavailable,
                message: "connection error: dial tcp \(wanted):50000: connect: connection refused")
        }
        return known.name
    }

    /// Admits `os:admin` to everything and `os:reader` to what only reads.
    private func authorize(_ method: MethodDescriptor, _ context: ServerContext) throws {
        let transport = context.transportSpecific as? HTTP2ServerTransport.Posix.Context
        let attributes = transport?.peerCertificate?.subject.flatMap { $0 } ?? []
        let roles = attributes.filter { $0.type == .RDNAttributeType.organizationName }
            .map { "\($0.value)" }
        if roles.contains("os:admin") { return }
        if roles.contains("os:reader"), Self.readerMethods.contains(method.method) { return }
        throw RPCError(code: .permissionDenied, message: "not authorized")
    }

    private static let readerMethods: Set<String> = [
        "Version", "Hostname", "SystemStat", "ServiceList", "Events", "EtcdMemberList",
        "EtcdStatus", "EtcdAlarmList", "Get", "List", "Watch",
    ]
}

extension SimulatedCall {
    /// The call as faults know it; `nil` where they strike none.
    fileprivate init?(_ method: MethodDescriptor) {
        switch method.method {
        case "Version", "Hostname", "SystemStat", "ServiceList", "Read", "Get", "List":
            self = .system
        case "EtcdMemberList", "EtcdStatus", "EtcdAlarmList": self = .etcd
        case "EtcdSnapshot": self = .snapshot
        case "EtcdForfeitLeadership": self = .forfeit
        case "Upgrade": self = .install
        case "Reboot": self = .reboot
        default: return nil
        }
    }
}

extension RPCError {
    /// The status by which a node tells a refusal.
    init(_ refusal: SimulatedRefusal) {
        let code: RPCError.Code =
            switch refusal.code {
            case .unknown: .unknown
            case .unavailable: .unavailable
            case .unimplemented: .unimplemented
            case .failedPrecondition: .failedPrecondition
            case .notFound: .notFound
            case .invalidArgument: .invalidArgument
            case .permissionDenied: .permissionDenied
            case .internalError: .internalError
            }
        self.init(code: code, message: refusal.message)
    }
}

extension ServerRequest {
    /// The node that the call is meant for.
    var target: NodeName {
        let text = metadata[stringValues: WireRouter.targetKey].first { _ in true }
        return NodeName(text ?? "")
    }
}
