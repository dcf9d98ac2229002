import ClusterModel
import Execution
import Foundation
import Reporting
import Testing

@Suite("Log lines")
struct LogRecordTests {
    private func record(_ message: String = "cp-1 is proven.") -> LogRecord {
        let cluster = ClusterName("sol")
        return LogRecord(
            time: 1_700_000_000.25, level: .notice, event: .nodeProven, cluster: cluster,
            revision: Revision(String(repeating: "a", count: 40)),
            run: RunID(cluster: cluster, number: 3), step: 4, steps: 9, node: NodeName("cp-1"),
            message: message, fields: ["kind": "verify"])
    }

    @Test("JSON has every field of the contract, and the time with fractions")
    func json() throws {
        let value = try JSONSerialization.jsonObject(with: Data(record().line(.json).utf8))
        let object = try #require(value as? [String: Any])
        #expect(object["time"] as? String == "2023-11-14T22:13:20.250Z")
        #expect(object["level"] as? String == "notice")
        #expect(object["event"] as? String == "node_proven")
        #expect(object["cluster"] as? String == "sol")
        #expect(object["revision"] as? String == String(repeating: "a", count: 40))
        #expect(object["run"] as? String == "sol-3")
        #expect(object["step"] as? Int == 4)
        #expect(object["steps"] as? Int == 9)
        #expect(object["node"] as? String == "cp-1")
        #expect(object["kind"] as? String == "verify")
    }

    @Test("The console line reads from left to right, in colour only when asked")
    func console() throws {
        let line = record().line(.console)
        #expect(line == "2023-11-14T22:13:20Z NOTICE  sol aaaaaaa #3 4/9 cp-1 cp-1 is proven.")
        #expect(record().line(.console, inColour: true).contains("\u{1b}[32m"))
    }

    @Test("Output of a stage cannot drive the terminal or fake a line")
    func controlCharacters() throws {
        let line = record("a\nb\u{1b}[2Jc\u{7}").line(.console)
        #expect(line.split(separator: "\n").dropFirst().allSatisfy { $0.hasPrefix("    ") })
        #expect(!line.contains("\u{1b}"))
        #expect(!line.contains("\u{7}"))
    }
}
