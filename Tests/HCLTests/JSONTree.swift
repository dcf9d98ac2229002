/// A JSON document with its numbers and texts as they are written.
///
/// Numbers keep every digit and text is compared byte by byte, which neither Foundation's reader
/// nor Swift's `String` does; and a test of HCL's own reader must not rely on it.
enum JSONTree: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(String)
    case text([UInt8])
    case array([JSONTree])
    case object([[UInt8]: JSONTree])

    /// Reads a whole document; nothing when it is no JSON.
    init?(_ document: String) {
        var reader = JSONTreeReader(bytes: Array(document.utf8))
        guard let tree = reader.value(), reader.isAtEnd else { return nil }
        self = tree
    }

    /// The member of an object.
    subscript(name: String) -> JSONTree? {
        guard case .object(let members) = self else { return nil }
        return members[Array(name.utf8)]
    }

    /// The text of a string.
    var string: String? {
        guard case .text(let bytes) = self else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The elements of an array.
    var elements: [JSONTree]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// A number that is a small integer.
    var integer: Int? {
        guard case .number(let digits) = self else { return nil }
        return Int(digits)
    }
}

/// Reads JSON strictly enough for files of cases.
private struct JSONTreeReader {
    let bytes: [UInt8]
    var position = 0

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    var isAtEnd: Bool {
        mutating get {
            skipSpaces()
            return position == bytes.count
        }
    }

    mutating func value() -> JSONTree? {
        skipSpaces()
        switch next {
        case UInt8(ascii: "n"): return takes("null") ? .null : nil
        case UInt8(ascii: "t"): return takes("true") ? .bool(true) : nil
        case UInt8(ascii: "f"): return takes("false") ? .bool(false) : nil
        case UInt8(ascii: "\""): return text().map { .text($0) }
        case UInt8(ascii: "["): return array()
        case UInt8(ascii: "{"): return object()
        default: return number()
        }
    }

    private mutating func skipSpaces() {
        while let byte = next, byte == 0x20 || (0x09...0x0D).contains(byte) { position += 1 }
    }

    private mutating func takes(_ word: String) -> Bool {
        guard bytes[position...].starts(with: word.utf8) else { return false }
        position += word.utf8.count
        return true
    }

    private mutating func number() -> JSONTree? {
        let start = position
        while let byte = next, "+-.eE0123456789".utf8.contains(byte) { position += 1 }
        guard position > start else { return nil }
        return .number(String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func array() -> JSONTree? {
        var elements: [JSONTree] = []
        return items(close: "]") { reader in
            guard let element = reader.value() else { return false }
            elements.append(element)
            return true
        } ? .array(elements) : nil
    }

    private mutating func object() -> JSONTree? {
        var members: [[UInt8]: JSONTree] = [:]
        return items(close: "}") { reader in
            reader.skipSpaces()
            guard let name = reader.text() else { return false }
            reader.skipSpaces()
            guard reader.takes(":"), let value = reader.value() else { return false }
            return members.updateValue(value, forKey: name) == nil
        } ? .object(members) : nil
    }

    private mutating func items(
        close: String, _ item: (inout JSONTreeReader) -> Bool
    ) -> Bool {
        position += 1
        skipSpaces()
        if takes(close) { return true }
        while item(&self) {
            skipSpaces()
            if takes(close) { return true }
            guard takes(",") else { return false }
        }
        return false
    }

    private mutating func text() -> [UInt8]? {
        guard takes("\"") else { return nil }
        var text: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return text
            case UInt8(ascii: "\\"):
                guard let scalar = escape() else { return nil }
                text += String(Character(scalar)).utf8
            default: text.append(byte)
            }
        }
        return nil
    }

    private mutating func escape() -> Unicode.Scalar? {
        guard let byte = next else { return nil }
        position += 1
        switch byte {
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "u"):
            guard let first = hexadecimal() else { return nil }
            guard (0xD800..<0xDC00).contains(first) else { return Unicode.Scalar(first) }
            guard takes("\\u"), let second = hexadecimal(), (0xDC00..<0xE000).contains(second)
            else { return nil }
            return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        default: return Unicode.Scalar(byte)
        }
    }

    private mutating func hexadecimal() -> UInt32? {
        guard position + 4 <= bytes.count else { return nil }
        defer { position += 4 }
        return UInt32(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
    }
}
