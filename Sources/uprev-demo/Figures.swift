import Foundation

/// What the demo measures of the agent, from its own log.
struct Figures {
    private struct Line: Decodable {
        let time: String
        let event: String
        let run: String?
    }

    private let lines: [(time: Date, event: String, run: String?)]

    /// Reads the log as `uprev logs --log-format json` prints it.
    init(log: Data) {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        lines = log.split(separator: UInt8(ascii: "\n")).compactMap { bytes in
            guard let line = try? JSONDecoder().decode(Line.self, from: bytes),
                let time = try? style.parse(line.time)
            else { return nil }
            return (time, line.event, line.run)
        }
    }

    /// The time from a push to the plan that answers it, in seconds.
    func secondsToPlan(after push: Date) -> Double? {
        lines.first { $0.event == "plan_made" && $0.time >= push }
            .map { $0.time.timeIntervalSince(push) }
    }

    /// The mean time that a node of a roll took, in seconds, from its drain to the next one's.
    func secondsPerNode() -> Double? {
        let runs = Dictionary(grouping: lines.filter { $0.run != nil }) { $0.run ?? "" }
        let means = runs.values.compactMap { lines -> Double? in
            let proven = lines.filter { $0.event == "node_proven" }
            guard proven.count > 1, let first = proven.first, let last = proven.last else {
                return nil
            }
            return last.time.timeIntervalSince(first.time) / Double(proven.count - 1)
        }
        return means.isEmpty ? nil : means.reduce(0, +) / Double(means.count)
    }
}
