import ClusterModel
import Testing

@Suite("Policies and observations")
struct PolicyTests {
    @Test(
        "count workers",
        arguments: [
            (WorkerLimit.count(2), 9, 2), (.count(0), 9, 1), (.percent(10), 25, 2),
            (.percent(10), 3, 1), (.percent(100), 4, 4),
        ])
    func limit(limit: WorkerLimit, workers: Int, expected: Int) {
        #expect(limit.limit(of: workers) == expected)
    }

    @Test("take a revision by its full hash only")
    func revision() throws {
        let hash = String(repeating: "0a", count: 20)
        #expect(try #require(Revision(hash)).short == "0a0a0a0")
        #expect(Revision(hash.uppercased()) == nil)
        #expect(Revision(String(hash.dropLast())) == nil)
        #expect(Revision(hash + "0") == nil)
    }

    @Test("order nodes and members by name")
    func order() {
        let nodes = ["b", "a"].map { ObservedNode(name: NodeName($0), role: .worker) }
        let members = ["z", "y"].map {
            EtcdMember(name: NodeName($0), isHealthy: true, isLeader: $0 == "z")
        }
        let observed = ObservedState(nodes: nodes, etcd: EtcdState(members: members))
        #expect(observed.nodes.map(\.name.text) == ["a", "b"])
        #expect(observed.etcd?.members.map(\.name.text) == ["y", "z"])
        #expect(observed.etcd?.leader == NodeName("z"))
        #expect(observed.node(NodeName("b"))?.role == .worker)
        #expect(observed.nodes(.controlPlane).isEmpty)
    }

    @Test("count a machine as running only in stage running and ready")
    func running() {
        var system = NodeSystem(
            version: Version(1, 11, 5), bootID: "b", stage: "rebooting", isReady: true)
        #expect(!system.isRunning)
        system.stage = "running"
        #expect(system.isRunning)
        system.isReady = false
        #expect(!system.isRunning)
    }
}
