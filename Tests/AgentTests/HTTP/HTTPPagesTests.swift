import ClusterModel
import Execution
import Foundation
import RunStore
import TestSupport
import Testing

@testable import Agent

@Suite("The pages of health and metrics")
struct HTTPPagesTests {
    @Test("The agent is ready when it has polled once and its journal can be read")
    func readiness() async throws {
        try await withHookRig { rig in
            let early = try await rig.send("GET", "/readyz")
            #expect(early.status == 503)
            #expect(early.body.contains("polled"))
            rig.vitals.pollFailed(in: .seconds(1))
            #expect(try await rig.send("GET", "/readyz").status == 503)
            rig.vitals.polled(in: .seconds(1), at: 1_764_000_000, isMirrorRebuilt: false)
            #expect(try await rig.send("GET", "/readyz").status == 200)
            rig.vitals.pollFailed(in: .seconds(1))
            #expect(try await rig.send("GET", "/readyz").status == 200)
            try await rig.store.save(ClusterRecord(name: ClusterName("sol")))
            #expect(try await rig.send("GET", "/readyz").status == 200)
            try spoil("\(rig.folder.path)/state/journal.sqlite")
            let late = try await rig.send("GET", "/readyz")
            #expect(late.status == 503)
            #expect(late.body == "The journal cannot be read.\n")
            #expect(try await rig.send("GET", "/metrics").status == 503)
            #expect(try await rig.send("GET", "/healthz").status == 200)
        }
    }

    @Test("A loop that does not turn is ill, one that ends is not")
    func health() async throws {
        try await withHookRig { rig in
            #expect(try await rig.send("GET", "/healthz?verbose").status == 200)
            rig.vitals.turned(now: rig.clock.now)
            rig.clock.advance(by: .seconds(600))
            #expect(try await rig.send("GET", "/healthz").status == 200)
            rig.clock.advance(by: .seconds(1))
            let ill = try await rig.send("GET", "/healthz")
            #expect(ill.status == 503)
            #expect(ill.body == "The loop has not turned for 601 s.\n")
            rig.vitals.turned(now: rig.clock.now)
            #expect(try await rig.send("GET", "/healthz").status == 200)
            rig.vitals.ends()
            rig.clock.advance(by: .seconds(3600))
            #expect(try await rig.send("GET", "/healthz").status == 200)
        }
    }

    @Test("Metrics say what the journal and the loop know, and change with them")
    func metrics() async throws {
        try await withHookRig { rig in
            let empty = try await rig.send("GET", "/metrics")
            #expect(empty.field("Content-Type") == "text/plain; version=0.0.4; charset=utf-8")
            #expect(!empty.body.contains("uprev_cluster"))
            #expect(empty.body.contains("\nuprev_git_polls_total 0\n"))
            #expect(!empty.body.contains("uprev_git_last_success"))
            var record = ClusterRecord(name: ClusterName("sol"))
            record.show(.stalled, "A secret reason.", rule: "too_old", hint: "")
            try await rig.store.save(record)
            rig.vitals.polled(in: .milliseconds(1500), at: 1_764_000_000, isMirrorRebuilt: true)
            rig.vitals.pollFailed(in: .milliseconds(500))
            #expect(try await rig.send("GET", "/metrics").body == empty.body)
            rig.clock.advance(by: .seconds(1))
            let page = try await rig.send("GET", "/metrics").body
            for line in [
                "uprev_cluster_condition{cluster=\"sol\",condition=\"Stalled\"} 1",
                "uprev_cluster_rule_info{cluster=\"sol\",rule=\"too_old\"} 1",
                "uprev_cluster_rewrite_held{cluster=\"sol\"} 0",
                "uprev_cluster_ready{cluster=\"sol\"} 0", "uprev_git_polls_total 2",
                "uprev_git_poll_failures_total 1", "uprev_git_mirror_rebuilds_total 1",
                "uprev_git_poll_duration_seconds_total 2",
                "uprev_git_last_poll_duration_seconds 0.5",
                "uprev_git_last_success_timestamp_seconds 1764000000",
                "uprev_hooks_refused_total{host=\"github\",reason=\"bad_signature\"} 0",
            ] {
                #expect(page.contains("\n\(line)\n"), "\(line)")
            }
            #expect(!page.contains("secret reason"))
            try check(page)
        }
    }

    /// Takes a table out of the journal.
    private func spoil(_ path: String) throws {
        let change = "DROP TABLE cluster"
        let result = try Program("/usr/bin/python3").run([
            "-c",
            "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); "
                + "c.commit()", path, change,
        ])
        try #require(result.status == 0, "\(result.errors)")
    }

    /// Lets Prometheus's own tool judge a page, where it is installed.
    private func check(_ page: String) throws {
        let tool = "/usr/bin/promtool"
        guard FileManager.default.isExecutableFile(atPath: tool) else {
            print("SKIPPED: \(tool) is not installed (Debian's package prometheus has it).")
            return
        }
        let result = try Program(tool).run(["check", "metrics"], input: page)
        #expect(result.status == 0)
        #expect(result.errors.isEmpty && result.output.isEmpty, "\(result.errors)\(result.output)")
    }
}
