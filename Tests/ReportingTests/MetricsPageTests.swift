import ClusterModel
import Foundation
import Testing

@testable import Reporting

@Suite("The page of metrics")
struct MetricsPageTests {
    @Test("A family is written with its help, its type and a line for each value")
    func family() {
        let page = MetricsPage([
            .init(
                "uprev_hooks_total", .counter, help: "Hooks.",
                [.init(3, ["host": "github"]), .init(0.25, ["host": "gitea", "result": "poll"])]),
            .init("uprev_up", .gauge, help: "Up.", [.init(1)]),
            .init("uprev_nothing", .gauge, help: "Nothing.", []),
        ])
        #expect(
            page.text == """
                # HELP uprev_hooks_total Hooks.
                # TYPE uprev_hooks_total counter
                uprev_hooks_total{host="github"} 3
                uprev_hooks_total{host="gitea",result="poll"} 0.25
                # HELP uprev_up Up.
                # TYPE uprev_up gauge
                uprev_up 1

                """)
    }

    @Test("Quotes, backslashes and line ends cannot leave their place")
    func escaping() {
        let page = MetricsPage([
            .init(
                "x", .gauge, help: "a \"b\" \\ c\nd",
                [.init(1, ["name": "a\"} 9\ny \\ z"])])
        ])
        #expect(
            page.text == #"""
                # HELP x a "b" \\ c\nd
                # TYPE x gauge
                x{name="a\"} 9\ny \\ z"} 1

                """#)
    }

    @Test(
        "Values are written as a reader of the format knows them",
        arguments: [
            (1_764_000_000, "1764000000"), (-2, "-2"), (0.001, "0.001"), (.infinity, "+Inf"),
            (-.infinity, "-Inf"), (.nan, "NaN"), (1e300, "1e+300"),
        ] as [(Double, String)])
    func values(value: Double, text: String) {
        let page = MetricsPage([.init("x", .gauge, help: "X.", [.init(value)])])
        #expect(page.text.hasSuffix("\nx \(text)\n"))
    }

    @Test("A cluster shows one condition, its stale nodes, and the step of its run")
    func clusters() {
        let text = MetricsPage(Self.report.metrics).text
        for line in [
            "uprev_cluster_condition{cluster=\"sol\",condition=\"Reconciling\"} 1",
            "uprev_cluster_condition{cluster=\"sol\",condition=\"Ready\"} 0",
            "uprev_cluster_condition{cluster=\"luna\",condition=\"Ready\"} 1",
            "uprev_cluster_ready{cluster=\"sol\"} 0",
            "uprev_cluster_ready{cluster=\"luna\"} 1",
            "uprev_cluster_nodes{cluster=\"sol\"} 2",
            "uprev_cluster_stale_nodes{cluster=\"sol\"} 1",
            "uprev_run_in_progress{cluster=\"sol\"} 1",
            "uprev_run_in_progress{cluster=\"luna\"} 0",
            "uprev_run_step{cluster=\"sol\"} 4",
            "uprev_run_steps{cluster=\"sol\"} 19",
            "uprev_node_stale{cluster=\"sol\",node=\"cp-1\"} 0",
            "uprev_node_stale{cluster=\"sol\",node=\"w-1\"} 1",
        ] {
            #expect(text.contains("\n\(line)\n"), "\(line)")
        }
        #expect(!text.contains("uprev_run_step{cluster=\"luna\"}"))
        #expect(
            text.contains(
                "uprev_node_info{cluster=\"sol\",node=\"w-1\",role=\"worker\","
                    + "talos_installed=\"\",talos_committed=\"1.12.1\","
                    + "kubernetes_installed=\"\",kubernetes_committed=\"1.34.1\"} 1"))
        let ones = text.split(separator: "\n").filter {
            $0.hasPrefix("uprev_cluster_condition") && $0.hasSuffix(" 1")
        }
        #expect(ones.count == 2)
    }

    @Test("A held rewrite, and the rule that holds a cluster, are shown")
    func held() throws {
        var report = Self.report
        report.clusters[1].rule = "rewrite_diverged"
        report.clusters[1].rewrite = .init(
            Rewrite(
                from: try revision("a"), to: try revision("b"), relation: .diverged, since: 1))
        #expect(!MetricsPage(report.metrics).text.contains("uprev_source_condition"))
        report.source = .init(
            repository: "file:///x", branch: "main", tip: nil, condition: .waiting, rule: nil,
            reason: "The server is away.", hint: nil, since: 1)
        let text = MetricsPage(report.metrics).text
        for line in [
            "uprev_source_condition{condition=\"Waiting\"} 1",
            "uprev_source_condition{condition=\"Ready\"} 0",
            "uprev_cluster_rewrite_held{cluster=\"luna\"} 0",
            "uprev_cluster_rewrite_held{cluster=\"sol\"} 1",
            "uprev_cluster_rule_info{cluster=\"sol\",rule=\"rewrite_diverged\"} 1",
        ] {
            #expect(text.contains("\n\(line)\n"), "\(line)")
        }
        #expect(!text.contains("uprev_cluster_rule_info{cluster=\"luna\""))
    }

    private func revision(_ letter: Character) throws -> Revision {
        try #require(Revision(String(repeating: letter, count: 40)))
    }

    @Test("Prometheus's own tool finds nothing wrong with the page")
    func promtool() throws {
        let tool = "/usr/bin/promtool"
        guard FileManager.default.isExecutableFile(atPath: tool) else {
            print("SKIPPED: \(tool) is not installed (Debian's package prometheus has it).")
            return
        }
        let input = Pipe()
        let output = Pipe()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: tool)
        process.arguments = ["check", "metrics"]
        process.standardInput = input
        process.standardError = output
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(
            contentsOf: Data(MetricsPage(Self.report.metrics).text.utf8))
        try input.fileHandleForWriting.close()
        let said = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(said.isEmpty, "\(said)")
    }

    static let report = StatusReport(clusters: [
        ClusterStatus(
            cluster: "luna", condition: .ready, reason: "At the committed state.", desired: nil,
            attempted: nil, reconciled: nil, run: nil, nodes: []),
        ClusterStatus(
            cluster: "sol", condition: .reconciling, reason: "A run is under way.",
            desired: String(repeating: "a", count: 40), attempted: nil, reconciled: nil,
            run: .init(run: "sol-12", revision: "a", step: 4, steps: 19, doing: "install cp-2"),
            nodes: [
                .init(
                    node: "cp-1", role: .controlPlane,
                    installed: .init(talos: "1.12.1", kubernetes: "1.34.1"),
                    committed: .init(talos: "1.12.1", kubernetes: "1.34.1"), reasons: []),
                .init(
                    node: "w-1", role: .worker, installed: .init(talos: nil, kubernetes: nil),
                    committed: .init(talos: "1.12.1", kubernetes: "1.34.1"),
                    reasons: ["does not answer"]),
            ]),
    ])
}
