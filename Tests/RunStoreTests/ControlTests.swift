import ClusterModel
import Execution
import TestSupport
import Testing

@testable import RunStore

@Suite("What people asked of the agent")
struct ControlTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func suspension(_ cluster: String, until: Double? = nil) -> Suspension {
        Suspension(
            of: ClusterName(cluster), because: "storage", by: "alex (uid 1000)", since: 10,
            until: until)
    }

    @Test("A suspension outlives a restart, gives way to a newer one, and ends once")
    func suspend() async throws {
        let store = try RunStore.open(in: directory.path)
        try await store.suspend(suspension("sol"))
        try await store.suspend(suspension("sol", until: 50))
        try await store.suspend(suspension("luna"))
        try store.close()
        let again = try RunStore.open(in: directory.path)
        #expect(
            try await again.suspension(of: Sample.cluster, at: 49) == suspension("sol", until: 50))
        #expect(try await again.suspension(of: Sample.cluster, at: 50) == nil)
        #expect(try await again.suspensions(at: 49).map(\.cluster.text) == ["luna", "sol"])
        #expect(try await again.endSuspensions(at: 49).isEmpty)
        #expect(try await again.endSuspensions(at: 50) == [suspension("sol", until: 50)])
        #expect(try await again.endSuspensions(at: 99).isEmpty)
        #expect(try await again.resume(ClusterName("luna")) == suspension("luna"))
        #expect(try await again.resume(ClusterName("luna")) == nil)
    }

    @Test("What is asked of one run is not asked of another")
    func orders() async throws {
        let store = try RunStore.open(in: directory.path)
        let run = RunID(cluster: Sample.cluster, number: 3)
        try await store.order(.cancel, of: run, by: "root (uid 0)", at: 20)
        #expect(
            try await store.order(.cancel, of: run) == RunOrder(author: "root (uid 0)", time: 20))
        #expect(try await store.order(.retry, of: run) == nil)
        let next = RunID(cluster: Sample.cluster, number: 4)
        #expect(try await store.order(.cancel, of: next) == nil)
    }

    @Test("An approval is one of a digest and a cluster, and is taken back with all others")
    func approvals() async throws {
        let store = try RunStore.open(in: directory.path)
        try await store.approve("sha256:1", of: Sample.cluster, by: "alex", at: 5)
        try await store.approve("sha256:2", of: Sample.cluster, by: "alex", at: 6)
        #expect(
            try await store.approval(of: "sha256:1", for: Sample.cluster)
                == Approval(author: "alex", time: 5))
        #expect(try await store.approval(of: "sha256:3", for: Sample.cluster) == nil)
        #expect(try await store.approval(of: "sha256:1", for: ClusterName("luna")) == nil)
        #expect(try await store.endApprovals(for: ClusterName("luna")) == 0)
        #expect(try await store.endApprovals(for: Sample.cluster) == 2)
        #expect(try await store.approval(of: "sha256:1", for: Sample.cluster) == nil)
    }

    @Test("A condition is changed only where it is still the given one")
    func condition() async throws {
        let store = try RunStore.open(in: directory.path)
        var record = ClusterRecord(name: Sample.cluster)
        record.show(.suspended, "old")
        try await store.save(record)
        try await store.change(.stalled, of: Sample.cluster, to: .ready, because: "new")
        #expect(try await store.cluster(Sample.cluster)?.reason == "old")
        try await store.change(.suspended, of: Sample.cluster, to: .waiting, because: "new")
        #expect(try await store.cluster(Sample.cluster)?.condition == .waiting)
    }

    @Test("A journal of the version before gets the tables, and can be read without them")
    func older() async throws {
        let store = try RunStore.open(in: directory.path)
        try await store.save(ClusterRecord(name: Sample.cluster))
        try await store.goBack(toVersion: Schema.version - 1)
        let reader = try RunStore.reader(in: directory.path)
        #expect(try await reader.suspensions(at: 0).isEmpty)
        try reader.close()
        try store.close()
        let again = try RunStore.open(in: directory.path)
        #expect(try await again.clusters().map(\.name) == [Sample.cluster])
        try await again.suspend(suspension("sol"))
        #expect(try await again.suspensions(at: 0).count == 1)
    }
}
