import ClusterModel
import Foundation
import Planning
import Reporting
import Testing

@Suite("Reports")
struct ReportTests {
    private func status(_ condition: Condition) -> StatusReport {
        StatusReport(clusters: [
            ClusterStatus(
                cluster: "sol", condition: condition, reason: "Because.", desired: "abcdef0123",
                attempted: nil, reconciled: nil, run: nil,
                nodes: [
                    ClusterStatus.NodeStatus(
                        node: "cp-1", role: .controlPlane,
                        installed: .init(talos: "v1.12.0", kubernetes: nil),
                        committed: .init(talos: "v1.12.1", kubernetes: "v1.34.1"),
                        reasons: ["runs v1.12.0 instead of v1.12.1"])
                ])
        ])
    }

    @Test("Only a ready cluster is ready, and none at all is not")
    func ready() {
        #expect(status(.ready).isReady)
        for condition in Condition.allCases where condition != .ready {
            #expect(!status(condition).isReady)
        }
        #expect(!StatusReport(clusters: []).isReady)
    }

    @Test("The text names condition, commits and what is stale")
    func text() {
        let text = status(.stalled).text
        #expect(text.contains("sol: Stalled. Because."))
        #expect(text.contains("desired abcdef0, attempted none"))
        #expect(text.contains("runs v1.12.0 instead of v1.12.1"))
    }

    private func revision(_ digit: Character) throws -> Revision {
        try #require(Revision(String(repeating: digit, count: 40) as String))
    }

    @Test("A decision survives the way through JSON, and prints a revert and a refusal")
    func decision() throws {
        let base = DesiredState(
            talosVersion: Version(1, 12, 0), kubernetesVersion: Version(1, 34, 1))
        var skipped = base
        skipped.kubernetesVersion = Version(1, 36, 0)
        var definition = ClusterDefinition(name: ClusterName("sol"), versions: "v", schematic: "s")
        definition.installer = .image(template: "registry.example/i:${talos_version}")
        let decision = decide(
            PlanningInput(
                definition: definition,
                base: RevisionState(revision: try revision("a"), desired: base),
                target: RevisionState(revision: try revision("b"), desired: skipped)))
        let report = DecisionReport(
            base: try revision("a"), target: try revision("b"),
            clusters: [ClusterDecision(decision)])
        let again = try JSONText.value(
            DecisionReport.self, from: try JSONText.line(report))
        #expect(again == report)
        #expect(report.text.contains("[kubernetes_minor_skip]"))
        #expect(report.text.contains("hint:"))
        #expect(report.summary.contains("refused [kubernetes_minor_skip]"))
    }
}
