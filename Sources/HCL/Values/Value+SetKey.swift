extension Value {
    /// Appends the text by which the reference implementation orders compound elements of sets.
    func appendSetKey(to key: inout [UInt8]) {
        switch self {
        case .unknown: key += "?".utf8
        case .null: key += "~".utf8
        case .bool(let flag): key += (flag ? "T" : "F").utf8
        case .number(let number): key += number.setKey.utf8
        case .string(let text): Self.appendQuoted(text, to: &key)
        case .list(_, let elements), .set(_, let elements):
            Self.append(elements.elements, "[", "]", to: &key)
        case .tuple(let elements): Self.append(elements.elements, "<", ">", to: &key)
        case .object(let attributes): Self.append(attributes.values, "<", ">", to: &key)
        case .map(_, let elements):
            key += "{".utf8
            for (name, value) in elements {
                Self.appendQuoted(name, to: &key)
                key += ":".utf8
                value.appendSetKey(to: &key)
                key += ";".utf8
            }
            key += "}".utf8
        }
    }

    private static func append(
        _ elements: [Value], _ start: String, _ end: String, to key: inout [UInt8]
    ) {
        key += start.utf8
        for element in elements {
            element.appendSetKey(to: &key)
            key += ";".utf8
        }
        key += end.utf8
    }

    /// Text as Go quotes it; scalars that Go would escape beyond ASCII are left as they are.
    private static func appendQuoted(_ text: String, to key: inout [UInt8]) {
        let escapes: [UInt8: String] = [
            7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 0x22: "\\\"",
            0x5C: "\\\\",
        ]
        key += "\"".utf8
        for byte in text.utf8 {
            if let escape = escapes[byte] {
                key += escape.utf8
            } else if byte < 0x20 || byte == 0x7F {
                key += ("\\x" + Hashes.hexadecimal([byte])).utf8
            } else {
                key.append(byte)
            }
        }
        key += "\"".utf8
    }
}

extension Number {
    /// Ten digits, which is what Go writes of such a number unless told otherwise.
    fileprivate var setKey: String {
        if isInfinite { return isNegative ? "-Inf" : "+Inf" }
        var verb = FormatVerb()
        verb.mode = "g"
        verb.precision = 10
        return formatted(verb) ?? description
    }
}
