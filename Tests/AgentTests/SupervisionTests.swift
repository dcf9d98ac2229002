import ClusterModel
import Execution
import Reporting
import RunStore
import TestSupport
import Testing

@testable import Agent

@Suite("What is asked of runs")
struct SupervisionTests {
    private let directory: TemporaryDirectory
    private let run = RunID(cluster: ClusterName("sol"), number: 1)

    init() throws { directory = try TemporaryDirectory() }

    @Test("A journal that cannot be read is an error, and no request to pause")
    func unreadable() async throws {
        let store = try RunStore.open(in: directory.path)
        let supervision = RunSupervision()
        let asked = JournaledSupervision(supervision: supervision, store: store)
        #expect(try await asked.request(for: run) == .proceed)
        try store.close()
        await #expect(throws: StoreError.self) { try await asked.request(for: run) }
        supervision.stop()
        #expect(try await asked.request(for: run) == .pause)
    }

    @Test("A suspension comes before a newer commit, which is forgotten when the run is left")
    func order() async throws {
        let store = try RunStore.open(in: directory.path)
        let supervision = RunSupervision()
        let asked = JournaledSupervision(supervision: supervision, store: store)
        let newer = try #require(Revision(String(repeating: "c", count: 40)))
        supervision.supersede(by: newer)
        #expect(try await asked.request(for: run) == .supersede(by: newer))
        try await store.suspend(
            Suspension(of: run.cluster, because: "x", by: "alex", since: 0, until: nil))
        #expect(try await asked.request(for: run) == .stop(.suspended))
        _ = try await store.resume(run.cluster)
        supervision.clear()
        #expect(try await asked.request(for: run) == .proceed)
        try store.close()
    }

    @Test(
        "A commit that was decided to be run, at once or later, and was not, is unresolved",
        arguments: [("run", true), ("waits", true), ("nothing", false), ("refused", false)])
    func unresolved(_ verdict: String, _ isUnresolved: Bool) async throws {
        let store = try RunStore.open(in: directory.path)
        let revision = try #require(Revision(String(repeating: "a", count: 40)))
        var report = DecisionReport(base: nil, target: revision, clusters: [])
        report.clusters = [try Self.decision(verdict)]
        try await store.remember(
            decision: try JSONText.line(report), of: run.cluster, at: revision, time: 1)
        let open = try #require(try await store.decision(of: run.cluster, at: revision))
        #expect(try open.isUnresolved == isUnresolved)
        try await store.remember(
            skipped: [(revision, "")], before: revision, of: run.cluster, time: 2, telling: [])
        let told = try #require(try await store.decision(of: run.cluster, at: revision))
        #expect(try !told.isUnresolved)
        try store.close()
    }

    private static func decision(_ verdict: String) throws -> ClusterDecision {
        try JSONText.value(
            ClusterDecision.self,
            from: """
                {"cluster": "sol", "verdict": "\(verdict)", "path": "none", "paths": [],
                "direction": "same", "changes": [], "images": false, "destroys": false,
                "refusals": [], "warnings": [], "steps": [], "digest": "",
                "approvals": [], "approval_digest": ""}
                """)
    }
}
