import ClusterModel
import ClusterSimulator
import Execution
import Foundation
import Synchronization
import Testing

@testable import Kubernetes

@Suite
struct FaultTests {
    private func fails(
        with fault: KubernetesWireFault, limits: KubernetesLimits = .generous
    ) async throws -> ClusterError {
        let found = Mutex<ClusterError?>(nil)
        try await Wire.run { wire in
            wire.server.setFault { _ in fault }
            let client = try wire.client(limits: limits)
            let error = await clusterError { _ = try await client.nodes() }
            found.withLock { $0 = error }
        }
        return try #require(found.withLock { $0 })
    }

    @Test
    func silentServerIsUnreachable() async throws {
        let error = try await fails(with: .silence, limits: .short)
        #expect(error.kind == .unreachable)
        #expect(error.message.contains("did not answer"))
    }

    @Test
    func answerThatNeverEndsIsUnreachable() async throws {
        let reply = KubernetesWireReply(body: Array(#"{"items":["#.utf8))
        #expect(try await fails(with: .unfinished(reply), limits: .short).kind == .unreachable)
    }

    @Test
    func lostConnectionIsUnreachable() async throws {
        #expect(try await fails(with: .hangUp).kind == .unreachable)
    }

    @Test
    func closedPortIsUnreachable() async throws {
        try await Wire.run { wire in
            let client = try wire.client()
            await wire.server.close()
            let error = await clusterError { _ = try await client.nodes() }
            #expect(error?.kind == .unreachable)
            #expect(error?.message.contains("refused") == true)
        }
    }

    @Test(arguments: [
        "", "not JSON", "[]", "null", #"{"items":{}}"#, #"{"kind":"NodeList"}"#,
        #"{"items":[{"spec":{}}]}"#, #"{"items":[{"metadata":{}}]}"#, "{\"items\":[\u{FFFD}",
    ])
    func garbageIsAFailureAndNoEmptyList(text: String) async throws {
        let reply = KubernetesWireReply(body: Array(text.utf8))
        let error = try await fails(with: .reply(reply))
        #expect(error.kind == .failed)
        #expect(error.disposition == .waiting)
    }

    @Test
    func listThatNeverEndsIsAFailure() async throws {
        let body = #"{"metadata":{"continue":"again"},"items":[]}"#
        let error = try await fails(with: .reply(KubernetesWireReply(body: Array(body.utf8))))
        #expect(error.kind == .failed)
    }

    @Test
    func hugeAnswerIsNotTakenIn() async throws {
        var limits = KubernetesLimits.generous
        limits.responseBytes = 100_000
        let reply = KubernetesWireReply(body: Array(repeating: UInt8(ascii: " "), count: 100_001))
        let error = try await fails(with: .reply(reply), limits: limits)
        #expect(error.kind == .failed)
        #expect(error.message.contains("100000"))
    }

    @Test(arguments: [
        (301, ClusterError.Kind.refused), (400, .refused), (404, .notFound), (409, .refused),
        (415, .refused), (429, .refused), (500, .failed), (502, .unreachable), (503, .unreachable),
        (504, .unreachable),
    ])
    func statusSaysWhatKindOfFailureItIs(status: Int, kind: ClusterError.Kind) async throws {
        let error = try await fails(with: .reply(.refusal(status, "because")))
        #expect(error.kind == kind)
        #expect(error.message.hasSuffix("(HTTP \(status)): because."))
        #expect(error.disposition == .waiting)
    }

    @Test
    func redirectIsNotFollowed() async throws {
        try await Wire.run { wire in
            wire.server.setFault { request in
                request.path == "/api/v1/nodes"
                    ? .reply(
                        KubernetesWireReply(
                            status: 307, body: [], headers: ["Location": "/elsewhere"])) : nil
            }
            let client = try wire.client()
            let error = await clusterError { _ = try await client.nodes() }
            #expect(error?.kind == .refused)
            #expect(wire.server.requests.map(\.path) == ["/api/v1/nodes"])
        }
    }

    @Test
    func messageOfTheServerCannotBreakALog() async throws {
        let message = "line\\nnext\\u001b[31m" + String(repeating: "x", count: 1000)
        let error = try await fails(with: .reply(.refusal(400, message)))
        #expect(!error.message.contains("\n"))
        #expect(!error.message.contains("\u{1B}"))
        #expect(error.message.count < 600)
    }

    @Test
    func lostReplyOfACordonIsSettledByRepeating() async throws {
        try await Wire.run { wire in
            let client = try wire.client()
            wire.server.setFault { $0.method == "PATCH" ? .lostReply : nil }
            let error = await clusterError { try await client.cordon(Wire.first) }
            #expect(error?.kind == .unreachable)
            #expect(wire.kubernetes.isCordoned(Wire.first))
            try await client.cordon(Wire.first)
            #expect(try await client.nodes()[Wire.first]?.isCordonedByUs == true)
            #expect(wire.count("PATCH", "/api/v1/nodes/w-1") == 1)
        }
    }

    @Test
    func connectionThatWasClosedMeanwhileIsMadeAnew() async throws {
        try await Wire.run { wire in
            let client = try wire.client()
            _ = try await client.nodes()
            wire.kubernetes.nodeWentDown(Wire.controlPlane)
            let error = await clusterError { _ = try await client.nodes() }
            #expect(error?.kind == .unreachable)
            wire.kubernetes.nodeCameUp(Wire.controlPlane)
            #expect(try await client.nodes()[Wire.controlPlane]?.isReady == true)
        }
    }

    /// A timeout cancels its request in the same way.
    @Test
    func cancelledCallLeavesNothingBehind() async throws {
        try await Wire.run { wire in
            let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
            wire.server.setFault { _ in
                arrived.yield()
                return .silence
            }
            let client = try wire.client()
            let call = Task { try await client.nodes() }
            for await _ in arrivals { break }
            call.cancel()
            await #expect(throws: CancellationError.self) { try await call.value }
            wire.server.setFault(nil)
            #expect(try await client.nodes().count == 3)
        }
    }
}
