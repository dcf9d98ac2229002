import ClusterModel
import ClusterSimulator
import Execution
import Talos
import TestSupport
import Testing

/// The real Talos client while nodes of a simulated cluster on the wire are down.
@Suite("The Talos client against a cluster on the wire: nodes that are down")
struct TalosAwayOnTheWireTests {
    private static let image = SimulatedImage(version: Version(1, 13, 0))

    /// Switches a node off for good, until it is revived.
    private func switchOff(_ node: NodeName, _ wired: WiredCluster) {
        wired.cluster.inject(SimulatedFault(.neverReturns, on: node))
        wired.cluster.cutPower(node)
    }

    @Test(
        "finds a node unreachable while it is down, and again once it is up",
        arguments: [
            NodeName.cp1, NodeName.wk1,
        ])
    func downAndUp(_ node: NodeName) async throws {
        try await withWiredCluster(running: Self.image) { wired in
            let before = try await wired.talos.system(of: node)
            switchOff(node, wired)
            let kind = await failureKind { _ = try await wired.talos.system(of: node) }
            #expect(kind == .unreachable)
            let acting = await failureKind { try await wired.talos.reboot(node, mode: .standard) }
            #expect(acting == .unreachable)
            wired.cluster.revive(node)
            try await wired.waitUntilGood(node)
            let after = try await wired.talos.system(of: node)
            #expect(after.bootID != before.bootID)
            #expect(after.isRunning)
        }
    }

    @Test("goes through another endpoint when one is down, for every call")
    func endpointDown() async throws {
        try await withWiredCluster(running: Self.image) { wired in
            #expect(try await wired.talos.members().count == 4)
            let down = NodeName.cp1
            switchOff(down, wired)
            #expect(try await wired.talos.members().count == 4)
            #expect(try await wired.talos.system(of: .wk1).isRunning)
            let etcd = try await wired.talos.etcd()
            #expect(etcd.members.filter { !$0.isHealthy }.map(\.name) == [down])
            let path = "\(wired.folder.path)/etcd.db"
            #expect(try await wired.talos.snapshotEtcd(to: path).bytes > 0)
            #expect(try await wired.talos.kubeconfig().contains("current-context"))
        }
    }

    @Test("reads the other nodes while one is down, all at the same time")
    func oneDownAmongMany() async throws {
        try await withWiredCluster(running: Self.image) { wired in
            switchOff(.wk1, wired)
            for _ in 0..<5 {
                await withTaskGroup(of: (NodeName, ClusterError.Kind?).self) { group in
                    for node in [.cp1, .cp2, .cp3, .wk1] as [NodeName] {
                        group.addTask {
                            (node, await failureKind { _ = try await wired.talos.system(of: node) })
                        }
                    }
                    for await (node, kind) in group {
                        #expect(kind == (node == .wk1 ? .unreachable : nil), "\(node)")
                    }
                }
            }
        }
    }

    @Test("reaches nobody while no control plane is up")
    func allDown() async throws {
        try await withWiredCluster(running: Self.image) { wired in
            _ = try await wired.talos.members()
            for node in [.cp1, .cp2, .cp3] as [NodeName] { switchOff(node, wired) }
            let members = await failureKind { _ = try await wired.talos.members() }
            #expect(members == .unreachable)
            // A worker that is up cannot be reached either: nobody passes the call on.
            let worker = await failureKind { _ = try await wired.talos.system(of: .wk1) }
            #expect(worker == .unreachable)
        }
    }

    @Test("is told that etcd has no quorum")
    func noQuorum() async throws {
        try await withWiredCluster(running: Self.image) { wired in
            for node in [.cp1, .cp2] as [NodeName] { switchOff(node, wired) }
            let kind = await failureKind { _ = try await wired.talos.etcd() }
            #expect(kind == .refused)
        }
    }

    @Test("sees a node through its reboot, as an endpoint and as a target")
    func reboot() async throws {
        try await withWiredCluster(running: Self.image) { wired in
            let node = NodeName.cp1
            let before = try await wired.talos.system(of: node)
            wired.server.kubernetes.setCordoned(true, of: node)
            try await wired.talos.reboot(node, mode: .powerCycle)
            try await wired.wait {
                guard let system = try? await wired.talos.system(of: node) else { return false }
                return system.isRunning && system.bootID != before.bootID
            }
            try await wired.waitUntilGood(node)
            #expect(wired.cluster.violations == [])
        }
    }
}
