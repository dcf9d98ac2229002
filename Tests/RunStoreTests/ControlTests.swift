import ClusterModel
import Execution
import Planning
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

    @Test("An open run can be cancelled and an ended one tried again, and no other is meant")
    func orders() async throws {
        let store = try RunStore.open(in: directory.path)
        let run = try await store.begin(try Sample.plan(), of: Sample.definition(), at: 10).id
        #expect(try await !store.order(.retry, of: run, by: "alex", at: 19))
        #expect(try await store.order(.cancel, of: run, by: "root (uid 0)", at: 20))
        #expect(
            try await store.order(.cancel, of: run) == RunOrder(author: "root (uid 0)", time: 20))
        #expect(try await store.order(.retry, of: run) == nil)
        let next = RunID(cluster: Sample.cluster, number: run.number + 1)
        #expect(try await !store.order(.cancel, of: next, by: "alex", at: 21))
        #expect(try await store.order(.cancel, of: next) == nil)
        try await store.end(run, outcome: "cancelled", at: 30)
        #expect(try await !store.order(.cancel, of: run, by: "alex", at: 31))
        #expect(try await store.order(.retry, of: run, by: "alex", at: 32))
    }

    @Test("A run does not begin while its cluster is suspended, and nothing is remembered of it")
    func suspendedBegin() async throws {
        let store = try RunStore.open(in: directory.path)
        let plan = try Sample.plan()
        let suspension = suspension("sol", until: 50)
        try await store.suspend(suspension)
        let record = ClusterRecord(name: Sample.cluster)
        let refusal = await #expect(throws: BeginRefusal.self) {
            try await store.begin(plan, of: Sample.definition(), remembering: record, at: 49)
        }
        #expect(refusal == .suspended(suspension))
        #expect(try await store.runs(of: Sample.cluster).isEmpty)
        #expect(try await store.cluster(Sample.cluster) == nil)
        _ = try await store.begin(plan, of: Sample.definition(), remembering: record, at: 50)
        #expect(try await store.cluster(Sample.cluster) == record)
    }

    @Test("A plan that waits for approval does not begin when that was taken back meanwhile")
    func unapprovedBegin() async throws {
        let store = try RunStore.open(in: directory.path)
        let plan = try Sample.plan(waitingFor: .adoption)
        try await store.approve(plan.approvalDigest, of: ClusterName("luna"), by: "alex", at: 5)
        try await store.approve("sha256:other", of: Sample.cluster, by: "alex", at: 5)
        let refusal = await #expect(throws: BeginRefusal.self) {
            try await store.begin(plan, of: Sample.definition(), at: 10)
        }
        #expect(refusal == .notApproved)
        try await store.approve(plan.approvalDigest, of: Sample.cluster, by: "alex", at: 5)
        #expect(try await store.begin(plan, of: Sample.definition(), at: 10).id.number == 1)
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
        #expect(try await store.endApprovals(for: Sample.cluster, except: "sha256:2") == 1)
        #expect(try await store.approval(of: "sha256:1", for: Sample.cluster) == nil)
        #expect(try await store.approval(of: "sha256:2", for: Sample.cluster) != nil)
        #expect(try await store.endApprovals(for: Sample.cluster) == 1)
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
