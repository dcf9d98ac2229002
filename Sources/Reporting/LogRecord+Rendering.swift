import ClusterModel
public import Execution
import Foundation

/// How log lines are written.
public enum LogFormat: String, Sendable, CaseIterable {
    /// For people.
    case console

    /// For machines: one JSON object a line.
    case json
}

extension LogRecord {
    /// The line in a format; colour is for terminals only.
    public func line(_ format: LogFormat, inColour: Bool = false) -> String {
        switch format {
        case .console: consoleLine(inColour: inColour)
        case .json: jsonLine
        }
    }

    private func consoleLine(inColour: Bool) -> String {
        var parts = [clockTime, levelText(inColour: inColour)]
        if let cluster { parts.append(cluster.text) }
        if let revision { parts.append(revision.short) }
        if let run { parts.append("#\(run.number)") }
        if let step, let steps { parts.append("\(step)/\(steps)") }
        if let node { parts.append(node.text) }
        parts.append(message.setIn)
        if let hint = fields["hint"], !hint.isEmpty { parts.append("Hint: \(hint.setIn)") }
        return parts.joined(separator: " ")
    }

    private func levelText(inColour: Bool) -> String {
        let text = level.rawValue.uppercased().padding(to: 7)
        guard inColour else { return text }
        let code =
            switch level {
            case .error: "31"
            case .warning: "33"
            case .notice: "32"
            case .info: "36"
            case .debug: "90"
            }
        return "\u{1b}[\(code)m\(text)\u{1b}[0m"
    }

    private var clockTime: String {
        Date(timeIntervalSince1970: time).formatted(.iso8601)
    }

    private var jsonLine: String {
        var object = fields
        object["time"] = Date(timeIntervalSince1970: time)
            .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        object["level"] = level.rawValue
        object["event"] = event.rawValue
        object["cluster"] = cluster?.text
        object["revision"] = revision?.hash
        object["run"] = run?.description
        object["node"] = node?.text
        object["message"] = message
        let line = JSONLine(texts: object, step: step, steps: steps)
        return (try? JSONText.line(line)) ?? "{}"
    }
}

/// A flat object of texts and the two numbers that a log line carries.
private struct JSONLine: Encodable {
    let texts: [String: String]
    let step: Int?
    let steps: Int?

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        for (name, text) in texts { try container.encode(text, forKey: Key(name)) }
        try container.encodeIfPresent(step, forKey: Key("step"))
        try container.encodeIfPresent(steps, forKey: Key("steps"))
    }

    struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { return nil }
    }
}
