/// Writes JSON as Go's encoder does: compact, and with `<`, `>` and `&` escaped.
enum JSONText {
    static func append(_ text: String, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                output.append(UInt8(ascii: "\\"))
                output.append(byte)
            case UInt8(ascii: "\n"): output += "\\n".utf8
            case UInt8(ascii: "\r"): output += "\\r".utf8
            case UInt8(ascii: "\t"): output += "\\t".utf8
            case 0x08: output += "\\b".utf8
            case 0x0C: output += "\\f".utf8
            case 0..<0x20, UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"):
                appendEscape(UInt32(byte), to: &output)
            default:
                output.append(byte)
                escapeLineSeparator(&output)
            }
        }
        output.append(UInt8(ascii: "\""))
    }

    /// The two Unicode line separators are escaped because JavaScript takes them for newlines.
    private static func escapeLineSeparator(_ output: inout [UInt8]) {
        guard let last = output.last, last == 0xA8 || last == 0xA9,
            output.suffix(3).dropLast().elementsEqual([0xE2, 0x80])
        else { return }
        output.removeLast(3)
        appendEscape(last == 0xA8 ? 0x2028 : 0x2029, to: &output)
    }

    private static func appendEscape(_ scalar: UInt32, to output: inout [UInt8]) {
        let digits = String(scalar, radix: 16)
        output += ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8
    }
}

extension Value {
    /// The value as compact JSON, with the names of maps and objects in order.
    ///
    /// Sets and tuples become arrays. Returns nothing when any part is unknown. Infinite numbers
    /// become `null`, as JSON has none.
    public var json: String? {
        json(infinities: ("null", "null"))
    }

    /// The value as JSON like `json`, but with infinite numbers as `{"$inf":1}` or `{"$inf":-1}`.
    public var jsonWithInfinities: String? {
        json(infinities: ("{\"$inf\":1}", "{\"$inf\":-1}"))
    }

    private typealias Infinities = (positive: String, negative: String)

    private func json(infinities: Infinities) -> String? {
        var output: [UInt8] = []
        guard appendJSON(to: &output, infinities) else { return nil }
        return String(decoding: output, as: UTF8.self)
    }

    private func appendJSON(to output: inout [UInt8], _ infinities: Infinities) -> Bool {
        switch self {
        case .unknown: return false
        case .null: output += "null".utf8
        case .bool(let flag): output += (flag ? "true" : "false").utf8
        case .number(let number):
            let infinity = number.isNegative ? infinities.negative : infinities.positive
            output += (number.isInfinite ? infinity : number.description).utf8
        case .string(let text): JSONText.append(text, to: &output)
        case .list(_, let elements), .set(_, let elements), .tuple(let elements):
            return Self.appendJSON(elements, to: &output, infinities)
        case .map(_, let elements), .object(let elements):
            return Self.appendJSON(elements, to: &output, infinities)
        }
        return true
    }

    private static func appendJSON(
        _ elements: ValueList, to output: inout [UInt8], _ infinities: Infinities
    ) -> Bool {
        output.append(UInt8(ascii: "["))
        for (index, element) in elements.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            guard element.appendJSON(to: &output, infinities) else { return false }
        }
        output.append(UInt8(ascii: "]"))
        return true
    }

    private static func appendJSON(
        _ elements: ValueMap, to output: inout [UInt8], _ infinities: Infinities
    ) -> Bool {
        output.append(UInt8(ascii: "{"))
        for (index, element) in elements.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            JSONText.append(element.key, to: &output)
            output.append(UInt8(ascii: ":"))
            guard element.value.appendJSON(to: &output, infinities) else { return false }
        }
        output.append(UInt8(ascii: "}"))
        return true
    }
}
