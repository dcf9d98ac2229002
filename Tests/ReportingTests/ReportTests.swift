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

    @Test(
        "What a commit names cannot forge a line or drive a terminal",
        arguments: [
            "a\nFAKE ERROR", "a\u{1b}[31mb", "a\r\nb", "a\u{2028}b", "a\u{202e}b", "\u{9b}2J",
        ])
    func harmless(text: String) throws {
        let state = DesiredState(
            talosVersion: Version(1, 12, 0), kubernetesVersion: Version(1, 34, 1))
        let definition = ClusterDefinition(name: ClusterName("sol"), versions: "v", schematic: "s")
        let input = RevisionState(revision: try revision("a"), desired: state)
        var decision = ClusterDecision(
            decide(PlanningInput(definition: definition, base: input, target: input)))
        decision.changes = [Change(field: "image_inputs", kind: .added, name: text, to: text)]
        let problem = ReportedProblem(file: text, line: 3, column: 1, message: text, hint: text)
        let report = DecisionReport(
            base: nil, target: try revision("a"), clusters: [decision])
        let failed = DecisionReport(
            base: nil, target: try revision("a"), clusters: [], errors: [problem])
        #expect(report.text.split(separator: "\n").count == 3)
        #expect(failed.text.split(separator: "\n").count == 2)
        #expect([report.summary, failed.summary].allSatisfy { !$0.contains("\n") })
        var status = status(.stalled)
        status.clusters[0].reason = text
        status.clusters[0].hint = text
        for shown in [report.text, report.summary, failed.text, failed.summary, status.text] {
            let harmful = shown.unicodeScalars.filter {
                ($0.value < 0x20 && $0 != "\n") || [0x9b, 0x2028, 0x202e].contains($0.value)
            }
            #expect(harmful.isEmpty, "\(shown.debugDescription)")
            #expect(!shown.contains("\nFAKE"), "\(shown)")
        }
    }

    @Test("A problem of a whole file has no line, and one of no file no place")
    func places() throws {
        let target = try revision("a")
        let summary = { (file: String, line: Int) in
            DecisionReport(
                base: nil, target: target, clusters: [],
                errors: [.init(file: file, line: line, column: 0, message: "Bad.", hint: "")]
            ).summary
        }
        #expect(summary("", 0) == "aaaaaaa  unreadable: Bad.")
        #expect(summary("a.hcl", 0) == "aaaaaaa  unreadable: a.hcl: Bad.")
        #expect(summary("a.hcl", 7) == "aaaaaaa  unreadable: a.hcl:7: Bad.")
    }

    @Test("The text names condition, commits and what is stale")
    func text() {
        let text = status(.stalled).text
        #expect(text.contains("sol: Stalled. Because."))
        #expect(text.contains("desired abcdef0, attempted none"))
        #expect(text.contains("runs v1.12.0 instead of v1.12.1"))
    }

    @Test("The branch is shown when it is well and when it is not, and so are removed clusters")
    func source() throws {
        var report = StatusReport(clusters: [])
        report.source = .init(
            repository: "file:///infra", branch: "main", tip: "abcdef0123", condition: .ready,
            rule: nil, reason: "The branch was found.", hint: nil, since: 1_700_000_000)
        #expect(report.text.contains("source file:///infra, branch main: at abcdef0"))
        report.source?.condition = .stalled
        report.source?.reason = "It has no commit yet."
        report.source?.hint = "Push a first commit."
        report.removed = [.init(cluster: "luna", revision: "abcdef0123")]
        let since = "branch main: Stalled since 2023-11-14T22:13:20Z. It has no commit yet."
        #expect(report.text.contains(since))
        #expect(report.text.contains("hint: Push a first commit."))
        #expect(report.text.contains("luna: not in uprev.hcl any more since abcdef0"))
        #expect(!report.isReady)
        #expect(try JSONText.value(StatusReport.self, from: JSONText.line(report)) == report)
    }

    @Test("Rewritten history is shown with both commits, how they stand, and what to do")
    func rewrite() throws {
        var report = status(.stalled)
        let relations: [(Rewrite.Relation, String)] = [
            (.rewound, "was moved back by 2 commits: its tip bbbbbbb comes before"),
            (.diverged, "after ccccccc it lacks 2 commits up to the reconciled aaaaaaa"),
            (.unrelated, "has no commit in common with the reconciled commit aaaaaaa"),
            (.lost, "the repository does not have it any more"),
        ]
        for (relation, sentence) in relations {
            let rewrite = Rewrite(
                from: try revision("a"), to: try revision("b"), relation: relation,
                mergeBase: try revision("c"), missing: 2, added: 1, since: 1_700_000_000)
            #expect(rewrite.sentence(branch: "main").contains("branch main"))
            #expect(rewrite.sentence(branch: "main").contains(sentence))
            #expect(rewrite.hint.contains("--accept-rewrite"))
            #expect(rewrite.rule == "history_\(relation.rawValue)")
            report.clusters[0].rewrite = .init(rewrite)
            report.clusters[0].hint = rewrite.hint
            #expect(report.text.contains("hint: Push a history"))
            #expect(
                report.text.contains(
                    "rewrite held since 2023-11-14T22:13:20Z: aaaaaaa -> bbbbbbb, "
                        + "\(relation.rawValue), 2 commits missing, 1 commit new"))
        }
        let json = try JSONText.pretty(report)
        let again = try JSONText.value(StatusReport.self, from: json)
        #expect(again == report)
        #expect(json.contains("\"since\" : 1700000000"))
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
