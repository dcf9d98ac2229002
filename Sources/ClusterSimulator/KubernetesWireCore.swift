import NIOCore
import Synchronization

/// What the connections of a wire server share: who is let in, what is answered, what was asked.
final class KubernetesWireCore: Sendable {
    typealias Fault = @Sendable (KubernetesWireRequest) -> KubernetesWireFault?

    private struct State: Sendable {
        var tokens: Set<String> = []
        var fault: Fault?
        var requests: [KubernetesWireRequest] = []
        var channels: [ObjectIdentifier: any Channel] = [:]
    }

    let authority: KubernetesAuthority
    private let kubernetes: SimulatedKubernetes
    private let routes: KubernetesWireRoutes
    private let state = Mutex(State())

    init(kubernetes: SimulatedKubernetes, authority: KubernetesAuthority) {
        self.kubernetes = kubernetes
        self.authority = authority
        routes = KubernetesWireRoutes(kubernetes: kubernetes)
    }

    var requests: [KubernetesWireRequest] { state.withLock { $0.requests } }

    func setTokens(_ tokens: Set<String>) { state.withLock { $0.tokens = tokens } }

    func setFault(_ fault: Fault?) { state.withLock { $0.fault = fault } }

    func add(_ channel: any Channel) {
        state.withLock { $0.channels[ObjectIdentifier(channel)] = channel }
    }

    func remove(_ channel: any Channel) {
        state.withLock { $0.channels[ObjectIdentifier(channel)] = nil }
    }

    /// Closes every connection that is open.
    func hangUp() {
        let open = state.withLock { Array($0.channels.values) }
        for channel in open { channel.close(promise: nil) }
    }

    /// The user of a bearer token, which stands above a certificate, or of a certificate.
    func user(token: String?, certificate: [UInt8]?) -> KubernetesUser? {
        if let token {
            let isKnown = state.withLock { $0.tokens.contains(token) }
            return isKnown ? KubernetesUser(name: "agent", groups: ["system:masters"]) : nil
        }
        return certificate.flatMap { authority.user(ofCertificate: $0) }
    }

    /// What to do with a request: a fault that was asked for, or the API server's answer.
    func answer(_ request: KubernetesWireRequest, as user: KubernetesUser?) -> KubernetesWireFault {
        let fault = state.withLock { state in
            state.requests.append(request)
            return state.fault
        }
        let wanted = fault?(request)
        if let wanted, wanted != .lostReply { return wanted }
        guard kubernetes.isServed else { return .hangUp }
        let reply = properAnswer(request, as: user)
        return wanted == .lostReply ? .hangUp : .reply(reply)
    }

    private func properAnswer(
        _ request: KubernetesWireRequest, as user: KubernetesUser?
    ) -> KubernetesWireReply {
        guard let user else {
            return KubernetesWireObjects.refusal(401, "Unauthorized", "Unauthorized")
        }
        guard user.isAdministrator else {
            return KubernetesWireObjects.refusal(
                403, "Forbidden",
                "forbidden: User \"\(user.name)\" cannot \(request.method) path \"\(request.path)\""
            )
        }
        if let accept = request.accept,
            !["application/json", "application/*", "*/*"].contains(where: accept.contains)
        {
            return KubernetesWireObjects.refusal(
                406, "NotAcceptable", "only application/json is served")
        }
        return routes.answer(request)
    }
}
