import Foundation
import Reporting
import TestSupport
import Testing

@testable import Agent

@Suite("The alert rules")
struct HTTPAlertsTests {
    static let rules = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("manifests/prometheus/alerts.yaml")

    @Test("Every metric that a rule asks for is one that the agent serves")
    func names() async throws {
        let door = HookDoor(
            HookDoor.World(
                secretFile: nil, clock: HandClock(), now: { 0 }, tell: { _ in }, wake: {}))
        let served =
            StatusReport(clusters: []).metrics + AgentVitals().metrics + (await door.metrics)
        let names = Set(served.map(\.name))
        #expect(names.count == served.count)
        let text = try String(contentsOf: Self.rules, encoding: .utf8)
        let asked = Set(text.matches(of: /uprev_[a-z_]+/).map { String($0.output) })
        #expect(asked.count > 5)
        #expect(asked.subtracting(names).isEmpty)
    }

    @Test("Counters end as counters do, gauges do not, and every metric says what it is")
    func conventions() async {
        let door = HookDoor(
            HookDoor.World(
                secretFile: nil, clock: HandClock(), now: { 0 }, tell: { _ in }, wake: {}))
        let served =
            StatusReport(clusters: []).metrics + AgentVitals().metrics + (await door.metrics)
        for family in served {
            #expect(family.name.hasSuffix("_total") == (family.kind == .counter), "\(family.name)")
            #expect(family.help.hasSuffix("."), "\(family.name)")
        }
    }

    @Test("Prometheus's own tool reads the rules")
    func promtool() throws {
        let tool = "/usr/bin/promtool"
        guard FileManager.default.isExecutableFile(atPath: tool) else {
            print("SKIPPED: \(tool) is not installed (Debian's package prometheus has it).")
            return
        }
        let result = try Program(tool).run(["check", "rules", Self.rules.path])
        #expect(result.status == 0, "\(result.output)\(result.errors)")
    }
}
