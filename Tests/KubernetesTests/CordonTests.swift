import ClusterModel
import ClusterSimulator
import Execution
import Synchronization
import Testing

@testable import Kubernetes

@Suite
struct CordonTests {
    private let marker = "uprev.dev/cordoned"

    @Test
    func nodesAreReportedAsTheyAre() async throws {
        try await Wire.run { wire in
            wire.kubernetes.annotate(Wire.first, "uprev.dev/installed-key", "sha256:1")
            wire.kubernetes.setKubeletVersion(Version(1, 35, 0), of: Wire.second)
            wire.kubernetes.nodeWentDown(Wire.second)
            wire.clock.advance(by: .seconds(60))
            let nodes = try await wire.client().nodes()
            #expect(nodes.count == 3)
            #expect(
                nodes[Wire.first]
                    == KubernetesNode(
                        isReady: true, kubeletVersion: Version(1, 34, 1),
                        installerDigest: "sha256:1"))
            #expect(
                nodes[Wire.second]
                    == KubernetesNode(isReady: false, kubeletVersion: Version(1, 35, 0)))
        }
    }

    @Test
    func ownCordonCarriesTheMarkerAndIsTakenBack() async throws {
        try await Wire.run { wire in
            let client = try wire.client()
            wire.kubernetes.annotate(Wire.first, "example.com/other", "kept")
            try await client.cordon(Wire.first)
            #expect(wire.kubernetes.isCordoned(Wire.first))
            #expect(wire.kubernetes.annotations(of: Wire.first)[marker] == "true")
            #expect(try await client.nodes()[Wire.first]?.isCordonedByUs == true)
            #expect(!wire.kubernetes.isCordoned(Wire.second))

            try await client.uncordon(Wire.first)
            #expect(!wire.kubernetes.isCordoned(Wire.first))
            #expect(wire.kubernetes.annotations(of: Wire.first) == ["example.com/other": "kept"])
        }
    }

    @Test
    func cordoningTwiceChangesNothingMore() async throws {
        try await Wire.run { wire in
            let client = try wire.client()
            try await client.cordon(Wire.first)
            try await client.cordon(Wire.first)
            #expect(wire.count("PATCH", "/api/v1/nodes/w-1") == 1)
            #expect(try await client.nodes()[Wire.first]?.isCordonedByUs == true)
        }
    }

    @Test
    func cordonOfSomebodyElseStaysTheirs() async throws {
        try await Wire.run { wire in
            let client = try wire.client()
            wire.kubernetes.setCordoned(true, of: Wire.first)
            try await client.cordon(Wire.first)
            let node = try #require(try await client.nodes()[Wire.first])
            #expect(node.isCordoned)
            #expect(!node.isCordonedByUs)
            try await client.uncordon(Wire.first)
            #expect(wire.kubernetes.isCordoned(Wire.first))
            #expect(wire.count("PATCH", "/api/v1/nodes/w-1") == 0)
        }
    }

    @Test
    func markerLeftOnAnOpenNodeIsRemoved() async throws {
        try await Wire.run { wire in
            let client = try wire.client()
            try await client.cordon(Wire.first)
            wire.kubernetes.setCordoned(false, of: Wire.first)
            #expect(try await client.nodes()[Wire.first]?.isCordonedByUs == false)
            try await client.uncordon(Wire.first)
            #expect(wire.kubernetes.annotations(of: Wire.first).isEmpty)
        }
    }

    @Test
    func cordonOfSomebodyElseAfterOursWasTakenBackStaysTheirs() async throws {
        try await Wire.run { wire in
            let client = try wire.client()
            try await client.cordon(Wire.first)
            wire.kubernetes.setCordoned(false, of: Wire.first)
            #expect(try await client.nodes()[Wire.first]?.isCordoned == false)
            wire.kubernetes.setCordoned(true, of: Wire.first)
            let node = try #require(try await client.nodes()[Wire.first])
            #expect(node.isCordoned)
            #expect(!node.isCordonedByUs)
            try await client.uncordon(Wire.first)
            #expect(wire.kubernetes.isCordoned(Wire.first))
        }
    }

    @Test
    func uncordoningAnUntouchedNodeSendsNoPatch() async throws {
        try await Wire.run { wire in
            try await wire.client().uncordon(Wire.first)
            #expect(wire.count("PATCH", "/api/v1/nodes/w-1") == 0)
        }
    }

    @Test
    func installedKeyIsRememberedBesideOtherAnnotations() async throws {
        try await Wire.run { wire in
            let client = try wire.client()
            try await client.cordon(Wire.first)
            try await client.annotate(Wire.first, installedKey: "key \"1\"")
            try await client.annotate(Wire.first, installedKey: "key \"1\"")
            let node = try #require(try await client.nodes()[Wire.first])
            #expect(node.installerDigest == "key \"1\"")
            #expect(node.isCordonedByUs)
            #expect(wire.count("PATCH", "/api/v1/nodes/w-1") == 2)
        }
    }

    @Test
    func changeInBetweenIsReadAgainAndKept() async throws {
        try await Wire.run { wire in
            let isFirst = Mutex(true)
            wire.server.setFault { [kubernetes = wire.kubernetes] request in
                guard request.method == "PATCH", isFirst.withLock({ $0.exchange(with: false) })
                else { return nil }
                kubernetes.annotate(Wire.first, "example.com/by", "somebody")
                return nil
            }
            try await wire.client().cordon(Wire.first)
            #expect(
                wire.kubernetes.annotations(of: Wire.first)
                    == ["example.com/by": "somebody", marker: "true"])
            #expect(wire.count("PATCH", "/api/v1/nodes/w-1") == 2)
        }
    }

    @Test
    func cordonThatSomebodySetsInBetweenStaysTheirs() async throws {
        try await Wire.run { wire in
            wire.server.setFault { [kubernetes = wire.kubernetes] request in
                if request.method == "PATCH" { kubernetes.setCordoned(true, of: Wire.first) }
                return nil
            }
            try await wire.client().cordon(Wire.first)
            #expect(wire.kubernetes.isCordoned(Wire.first))
            #expect(wire.kubernetes.annotations(of: Wire.first).isEmpty)
        }
    }

    @Test
    func endlessConflictIsGivenUp() async throws {
        try await Wire.run { wire in
            let number = Mutex(0)
            wire.server.setFault { [kubernetes = wire.kubernetes] request in
                guard request.method == "PATCH" else { return nil }
                let next = number.withLock { number in
                    number += 1
                    return number
                }
                kubernetes.annotate(Wire.first, "example.com/beat", "\(next)")
                return nil
            }
            let client = try wire.client()
            let error = await clusterError { try await client.cordon(Wire.first) }
            #expect(error?.kind == .refused)
            #expect(error?.message.contains("cordon node w-1") == true)
            #expect(!wire.kubernetes.isCordoned(Wire.first))
            #expect(wire.count("PATCH", "/api/v1/nodes/w-1") == 5)
        }
    }

    @Test
    func unknownNodeIsNotFound() async throws {
        try await Wire.run { wire in
            let client = try wire.client()
            for name in ["gone", "..", "a/b", ""] {
                let error = await clusterError { try await client.cordon(NodeName(name)) }
                #expect(error?.kind == .notFound, "\(name)")
            }
        }
    }

    @Test
    func serverThatDropsTheCordonIsNotBelieved() async throws {
        try await Wire.run { wire in
            let unchanged = #"{"metadata":{"name":"w-1"},"spec":{}}"#
            wire.server.setFault { request in
                request.method == "PATCH"
                    ? .reply(KubernetesWireReply(body: Array(unchanged.utf8))) : nil
            }
            let client = try wire.client()
            let error = await clusterError { try await client.cordon(Wire.first) }
            #expect(error?.kind == .failed)
        }
    }
}

extension Bool {
    /// Puts in another value, and returns the one before.
    fileprivate mutating func exchange(with new: Bool) -> Bool {
        defer { self = new }
        return self
    }
}
