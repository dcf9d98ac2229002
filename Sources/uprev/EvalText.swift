import HCL
import Infrastructure

/// How `uprev eval` shows values: a line for people, an object for programs.
enum EvalText {
    /// A text as a JSON string.
    static func quoted(_ text: String) -> String { Value.text(text).json ?? "\"\"" }

    /// A value with its type, as in `"v1.12.1"  # string`, and below it what is not known and why.
    static func lines(_ value: EvaluatedLocal) -> String {
        let start = value.name.isEmpty ? "" : "\(value.name) = "
        let reasons = value.unknownReasons.map { "\n  unknown: it depends on \($0)" }
        let uses = value.environmentUses.map { "\n  environment: it takes the default of \($0)" }
        return "\(start)\(value.json)  # \(value.value.type.friendlyName)"
            + reasons.joined() + uses.joined()
    }

    /// A value as a JSON object: name, type, value, and what is not known with its place.
    static func object(_ value: EvaluatedLocal) -> String {
        let name = value.name.isEmpty ? "" : "\"name\":\(quoted(value.name)),"
        let unknown = value.value.unknownReasons.map { reason in
            let start = reason.range?.start
            return "{\"reason\":\(quoted(reason.text)),"
                + "\"file\":\(reason.range.map { quoted($0.source.path) } ?? "null"),"
                + "\"line\":\(start.map { "\($0.line)" } ?? "null"),"
                + "\"column\":\(start.map { "\($0.column)" } ?? "null")}"
        }
        return "{\(name)\"type\":\(quoted(value.value.type.friendlyName)),"
            + "\"value\":\(number(value)),\"unknown\":[\(unknown.joined(separator: ","))]}"
    }

    /// JSON has no infinity.
    private static func number(_ value: EvaluatedLocal) -> String {
        value.value.numberValue?.isInfinite == true ? "null" : value.json
    }
}
