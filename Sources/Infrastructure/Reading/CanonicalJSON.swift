import HCL

/// Values as JSON text that is the same whenever the value is the same.
///
/// Names are sorted and nothing is padded. A part that cannot be known is written as an object
/// with the single name `unknown` and the reason.
enum CanonicalJSON {
    static func text(of value: Value) -> String {
        var output = ""
        write(value, to: &output)
        return output
    }

    private static func write(_ value: Value, to output: inout String) {
        switch value {
        case .null: output += "null"
        case .bool(let flag): output += flag ? "true" : "false"
        case .number(let number): output += number.description
        case .string(let text): write(text, to: &output)
        case .unknown(let unknown):
            output += "{\"unknown\":"
            write(unknown.reasons.map(\.text).joined(separator: "; "), to: &output)
            output += "}"
        case .list(_, let elements), .set(_, let elements), .tuple(let elements):
            output += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { output += "," }
                write(element, to: &output)
            }
            output += "]"
        case .map(_, let elements), .object(let elements):
            output += "{"
            for (index, element) in elements.enumerated() {
                if index > 0 { output += "," }
                write(element.key, to: &output)
                output += ":"
                write(element.value, to: &output)
            }
            output += "}"
        }
    }

    private static func write(_ text: String, to output: inout String) {
        output += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": output += "\\\""
            case "\\": output += "\\\\"
            case "\n": output += "\\n"
            case "\r": output += "\\r"
            case "\t": output += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: output.unicodeScalars.append(scalar)
            }
        }
        output += "\""
    }
}
