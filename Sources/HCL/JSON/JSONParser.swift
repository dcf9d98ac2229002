/// Why a text is not JSON.
public struct JSONFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong and where, as a phrase without a full stop.
    public let description: String
}

extension Value {
    /// Reads JSON: objects become objects, arrays tuples, and numbers keep all their digits.
    ///
    /// Without normalisation text stays as written. That is only for reading what is not a value
    /// of the language, such as the source text of a test case.
    public init(json text: String, normalizes: Bool = true) throws(JSONFailure) {
        var parser = JSONParser(Array(text.utf8), normalizes: normalizes)
        self = try parser.parse()
    }
}

/// Reads one JSON document.
private struct JSONParser {
    private static let deepestNesting = EvaluationBudget.deepestValue
    private let bytes: [UInt8]
    private let normalizes: Bool
    private var index = 0

    init(_ bytes: [UInt8], normalizes: Bool) {
        self.bytes = bytes
        self.normalizes = normalizes
    }

    mutating func parse() throws(JSONFailure) -> Value {
        let value = try parseValue(depth: 0)
        skipSpace()
        guard index == bytes.count else { throw failure("nothing more is expected") }
        return value
    }

    private func failure(_ problem: String) -> JSONFailure {
        guard index < bytes.count else {
            return JSONFailure(description: "the JSON text ends too early")
        }
        let character = String(decoding: bytes[index...].prefix(4), as: UTF8.self).prefix(1)
        return JSONFailure(description: "\(problem) at byte \(index), not \"\(character)\"")
    }

    private mutating func skipSpace() {
        while index < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) { index += 1 }
    }

    private mutating func accept(_ byte: UInt8) -> Bool {
        guard index < bytes.count, bytes[index] == byte else { return false }
        index += 1
        return true
    }

    private mutating func expect(_ byte: UInt8) throws(JSONFailure) {
        skipSpace()
        guard accept(byte) else {
            throw failure("\"\(Character(Unicode.Scalar(byte)))\" is expected")
        }
    }

    private mutating func parseValue(depth: Int) throws(JSONFailure) -> Value {
        guard depth < Self.deepestNesting else {
            throw JSONFailure(description: "the JSON text is nested too deeply")
        }
        skipSpace()
        guard index < bytes.count else { throw failure("a value is expected") }
        switch bytes[index] {
        case UInt8(ascii: "{"): return try parseObject(depth: depth)
        case UInt8(ascii: "["): return try parseArray(depth: depth)
        case UInt8(ascii: "\""): return .string(try parseText())
        case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
        case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
        case UInt8(ascii: "n"): return try parseWord("null", .null(.dynamic))
        default: return try parseNumber()
        }
    }

    private mutating func parseWord(_ word: String, _ value: Value) throws(JSONFailure) -> Value {
        guard bytes[index...].starts(with: word.utf8) else { throw failure("a value is expected") }
        index += word.utf8.count
        return value
    }

    private mutating func parseNumber() throws(JSONFailure) -> Value {
        let start = index
        _ = accept(UInt8(ascii: "-"))
        if !accept(UInt8(ascii: "0")) { try expectDigits("a value is expected") }
        if accept(UInt8(ascii: ".")) { try expectDigits("a digit is expected") }
        if accept(UInt8(ascii: "e")) || accept(UInt8(ascii: "E")) {
            _ = accept(UInt8(ascii: "+")) || accept(UInt8(ascii: "-"))
            try expectDigits("a digit is expected")
        }
        guard let number = Number(ascii: bytes[start..<index]) else {
            throw JSONFailure(description: "a number is larger or longer than is allowed")
        }
        return .number(number)
    }

    private mutating func expectDigits(_ problem: String) throws(JSONFailure) {
        let start = index
        while index < bytes.count, (48...57).contains(bytes[index]) { index += 1 }
        if index == start { throw failure(problem) }
    }

    private mutating func parseArray(depth: Int) throws(JSONFailure) -> Value {
        index += 1
        var elements: [Value] = []
        skipSpace()
        if accept(UInt8(ascii: "]")) { return .tuple([]) }
        while true {
            elements.append(try parseValue(depth: depth + 1))
            skipSpace()
            if accept(UInt8(ascii: "]")) { return .tuple(ValueList(elements)) }
            try expect(UInt8(ascii: ","))
        }
    }

    private mutating func parseObject(depth: Int) throws(JSONFailure) -> Value {
        index += 1
        var pairs: [(key: String, value: Value)] = []
        skipSpace()
        if accept(UInt8(ascii: "}")) { return .object([:]) }
        while true {
            skipSpace()
            guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
                throw failure("a name in quotes is expected")
            }
            let name = try parseText()
            try expect(UInt8(ascii: ":"))
            pairs.append((name, try parseValue(depth: depth + 1)))
            skipSpace()
            if accept(UInt8(ascii: "}")) { return .object(try map(of: pairs)) }
            try expect(UInt8(ascii: ","))
        }
    }

    /// Of several values with one name the last counts, and the others must fit its type.
    private func map(of pairs: [(key: String, value: Value)]) throws(JSONFailure) -> ValueMap {
        let map = ValueMap(pairs)
        guard map.count < pairs.count else { return map }
        for (name, value) in pairs where !value.isNull {
            guard let last = map[name],
                last.isNull || (try? value.converted(to: last.type)) != nil
            else {
                throw JSONFailure(
                    description: "the name \"\(name)\" stands twice with values that do not fit")
            }
        }
        return map
    }

    private mutating func parseText() throws(JSONFailure) -> String {
        let text = try parseString()
        return normalizes ? text.inNormalFormC() : text
    }

    private mutating func parseString() throws(JSONFailure) -> String {
        index += 1
        var text: [UInt8] = []
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                index += 1
                return String(decoding: text, as: UTF8.self)
            }
            if byte < 0x20 { throw failure("text without control characters is expected") }
            if byte == UInt8(ascii: "\\") {
                index += 1
                try parseEscape(into: &text)
            } else {
                text.append(byte)
                index += 1
            }
        }
        throw failure("the end of the text is expected")
    }

    private mutating func parseEscape(into text: inout [UInt8]) throws(JSONFailure) {
        guard index < bytes.count else { throw failure("an escape is expected") }
        let selector = bytes[index]
        index += 1
        switch selector {
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(selector)
        case UInt8(ascii: "u"): try parseScalar(into: &text)
        default:
            index -= 1
            throw failure("an escape is expected")
        }
    }

    /// Four hexadecimal digits, or two groups of them for a surrogate pair.
    private mutating func parseScalar(into text: inout [UInt8]) throws(JSONFailure) {
        let first = try parseHex()
        var scalar = Unicode.Scalar(first)
        if (0xD800..<0xDC00).contains(first), bytes[index...].starts(with: "\\u".utf8) {
            let place = index
            index += 2
            let second = try parseHex()
            if (0xDC00..<0xE000).contains(second) {
                scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
            } else {
                index = place
            }
        }
        text += String(Character(scalar ?? "\u{FFFD}")).utf8
    }

    private mutating func parseHex() throws(JSONFailure) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard index < bytes.count,
                let digit = Character(Unicode.Scalar(bytes[index])).hexDigitValue
            else { throw failure("a hexadecimal digit is expected") }
            value = value << 4 | UInt32(digit)
            index += 1
        }
        return value
    }
}
