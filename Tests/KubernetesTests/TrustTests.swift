import ClusterModel
import ClusterSimulator
import Execution
import Foundation
import Synchronization
import Testing

@testable import Kubernetes

@Suite
struct TrustTests {
    private struct SourceFailure: ExplainedError {
        let disposition: Disposition
        var description: String { "There is no kubeconfig." }
        var hint: String { "Make one." }
    }

    /// Kubeconfigs that are handed out one after the other, the last one for ever.
    private final class Handout: Sendable {
        private let state: Mutex<(texts: [String], asked: Int)>

        init(_ texts: [String]) { state = Mutex((texts, 0)) }

        var asked: Int { state.withLock { $0.asked } }

        func next() throws -> Kubeconfig {
            let text = state.withLock { state in
                defer { state.asked += 1 }
                return state.texts[min(state.asked, state.texts.count - 1)]
            }
            return try Kubeconfig(bytes: Array(text.utf8), origin: "the test")
        }

        func client() -> KubernetesClient {
            KubernetesClient(limits: .generous) { [self] in try next() }
        }
    }

    @Test
    func serverOfAnotherAuthorityIsNotTrusted() async throws {
        try await Wire.run { wire in
            let own = Data(wire.server.authority.certificate.utf8).base64EncodedString()
            let other = Data(try KubernetesAuthority().certificate.utf8).base64EncodedString()
            let text = try wire.server.kubeconfig().replacingOccurrences(of: own, with: other)
            let client = try wire.client(with: text)
            let error = await clusterError { _ = try await client.nodes() }
            #expect(error?.kind == .misconfigured)
            #expect(error?.message.contains("cannot be trusted") == true)
            #expect(wire.server.requests.isEmpty)
        }
    }

    @Test
    func addressMustBeInTheServersCertificate() async throws {
        try await Wire.run(addresses: ["10.5.0.2"]) { wire in
            let client = try wire.client()
            let error = await clusterError { _ = try await client.nodes() }
            #expect(error?.kind == .misconfigured)
            #expect(wire.server.requests.isEmpty)

            let byName = try wire.server.kubeconfig()
                .replacingOccurrences(of: "https://127.0.0.1", with: "https://localhost")
            #expect(try await wire.client(with: byName).nodes().count == 3)
        }
    }

    @Test
    func expiredAndForeignCertificatesAreNotLetIn() async throws {
        try await Wire.run { wire in
            let expired = try wire.server.authority.client(from: .now - 7200, until: .now - 60)
            let early = try wire.server.authority.client(from: .now + 86_400, until: .now + 172_800)
            let foreign = try KubernetesAuthority().client()
            for identity in [expired, early, foreign] {
                let client = try wire.client(with: wire.server.kubeconfig(identity: identity))
                let error = await clusterError { _ = try await client.nodes() }
                #expect(error?.kind == .misconfigured)
                #expect(error?.message.contains("401") == true)
            }
        }
    }

    @Test
    func userWithoutRightsIsMisconfigured() async throws {
        try await Wire.run { wire in
            let reader = try wire.server.authority.client(name: "eve", organization: "readers")
            let client = try wire.client(with: wire.server.kubeconfig(identity: reader))
            let error = await clusterError { try await client.cordon(Wire.first) }
            #expect(error?.kind == .misconfigured)
            #expect(error?.message.contains("User \"eve\"") == true)
            #expect(!wire.kubernetes.isCordoned(Wire.first))
        }
    }

    @Test
    func tokenLetsIn() async throws {
        try await Wire.run { wire in
            wire.server.setTokens(["good-token"])
            let client = try wire.client(with: wire.server.kubeconfig(token: "good-token"))
            try await client.cordon(Wire.first)
            #expect(wire.kubernetes.isCordoned(Wire.first))
            let other = try wire.client(with: wire.server.kubeconfig(token: "bad-token"))
            let error = await clusterError { _ = try await other.nodes() }
            #expect(error?.kind == .misconfigured)
            #expect(error?.message.contains("bad-token") == false)
        }
    }

    @Test
    func refusedCredentialsAreAskedForAnew() async throws {
        try await Wire.run { wire in
            wire.server.setTokens(["first"])
            let handout = Handout(["first", "second"].map(wire.server.kubeconfig(token:)))
            let client = handout.client()
            try await client.cordon(Wire.first)
            #expect(handout.asked == 1)
            wire.server.setTokens(["second"])
            try await client.uncordon(Wire.first)
            #expect(!wire.kubernetes.isCordoned(Wire.first))
            #expect(handout.asked == 2)
            _ = try await client.nodes()
            #expect(handout.asked == 2)
        }
    }

    @Test
    func expiredCertificateIsReplaced() async throws {
        try await Wire.run { wire in
            let expired = try wire.server.authority.client(from: .now - 7200, until: .now - 60)
            let handout = Handout([
                wire.server.kubeconfig(identity: expired), try wire.server.kubeconfig(),
            ])
            #expect(try await handout.client().nodes().count == 3)
            #expect(handout.asked == 2)
        }
    }

    @Test
    func rebuiltClusterIsTrustedWithItsNewKubeconfig() async throws {
        try await Wire.run { old in
            try await Wire.run { new in
                let own = Data(new.server.authority.certificate.utf8).base64EncodedString()
                let stale = Data(old.server.authority.certificate.utf8).base64EncodedString()
                let text = try new.server.kubeconfig()
                let handout = Handout([text.replacingOccurrences(of: own, with: stale), text])
                #expect(try await handout.client().nodes().count == 3)
            }
        }
    }

    @Test
    func credentialsAreAskedForOnlyOnceMoreACall() async throws {
        try await Wire.run { wire in
            let handout = Handout([wire.server.kubeconfig(token: "never")])
            let client = handout.client()
            let error = await clusterError { _ = try await client.nodes() }
            #expect(error?.kind == .misconfigured)
            #expect(handout.asked == 2)
            #expect(wire.server.requests.count == 2)
        }
    }

    @Test(arguments: [
        (Disposition.stalled, ClusterError.Kind.misconfigured),
        (Disposition.waiting, ClusterError.Kind.unreachable),
    ])
    func failureOfTheSourceKeepsItsWords(
        disposition: Disposition, kind: ClusterError.Kind
    ) async throws {
        let client = KubernetesClient { throw SourceFailure(disposition: disposition) }
        let error = await clusterError { _ = try await client.nodes() }
        #expect(error == ClusterError(kind, "There is no kubeconfig.", hint: "Make one."))
    }

    @Test
    func closedClientFailsInsteadOfWaiting() async throws {
        try await Wire.run { wire in
            let client = try wire.client()
            _ = try await client.nodes()
            await client.close()
            await client.close()
            let error = await clusterError { _ = try await client.nodes() }
            #expect(error?.kind == .unreachable)
        }
    }
}
