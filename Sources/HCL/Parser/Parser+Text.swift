extension Parser {
    /// The text that a token of text stands for, with escapes decoded.
    mutating func decode(_ token: Token) -> String {
        let raw = bytes(of: token)
        guard let first = raw.first else { return "" }
        if first == UInt8(ascii: "$") || first == UInt8(ascii: "%") {
            // Only a doubled sign before a brace makes a token longer than one byte.
            return String(decoding: raw.dropFirst(raw.count > 1 ? 1 : 0), as: UTF8.self)
        }
        if token.kind == .plainText || !raw.contains(UInt8(ascii: "\\")) {
            return String(decoding: raw, as: UTF8.self)
        }
        return decodeEscapes(raw)
    }

    private mutating func decodeEscapes(_ raw: ArraySlice<UInt8>) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(raw.count)
        var place = raw.startIndex
        while place < raw.endIndex {
            guard raw[place] == UInt8(ascii: "\\"), place + 1 < raw.endIndex else {
                result.append(raw[place])
                place += 1
                continue
            }
            switch raw[place + 1] {
            case UInt8(ascii: "n"): result.append(UInt8(ascii: "\n"))
            case UInt8(ascii: "r"): result.append(UInt8(ascii: "\r"))
            case UInt8(ascii: "t"): result.append(UInt8(ascii: "\t"))
            case UInt8(ascii: "\""): result.append(UInt8(ascii: "\""))
            case UInt8(ascii: "\\"): result.append(UInt8(ascii: "\\"))
            case UInt8(ascii: "u"):
                place += decodeScalar(raw, at: place, digits: 4, into: &result)
                continue
            case UInt8(ascii: "U"):
                place += decodeScalar(raw, at: place, digits: 8, into: &result)
                continue
            default:
                place += failEscape(raw, at: place)
                continue
            }
            place += 2
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Decodes `\u` or `\U` at a place and returns its length.
    private mutating func decodeScalar(
        _ raw: ArraySlice<UInt8>, at place: Int, digits: Int, into result: inout [UInt8]
    ) -> Int {
        var value: UInt32 = 0
        var count = 0
        while count < digits, place + 2 + count < raw.endIndex,
            let digit = Character(Unicode.Scalar(raw[place + 2 + count])).hexDigitValue
        {
            value = value << 4 | UInt32(digit)
            count += 1
        }
        let length = 2 + count
        let range = ByteRange(place, place + length)
        if count < digits {
            fail(
                "Invalid escape sequence",
                "\(digits) hexadecimal digits must follow \\\(digits == 4 ? "u" : "U").", at: range,
                hint: "Write \\\\ for a backslash, or give all \(digits) digits.")
        } else if let scalar = Unicode.Scalar(value) {
            result += UTF8.encode(scalar) ?? UTF8.EncodedScalar()
        } else {
            fail(
                "Invalid escape sequence", "There is no Unicode character with this number.",
                at: range, hint: "Write the character itself, or \\U and its eight digits.")
        }
        return length
    }

    private mutating func failEscape(_ raw: ArraySlice<UInt8>, at place: Int) -> Int {
        var length = 2
        while place + length < raw.endIndex, raw[place + length] & 0xC0 == 0x80 { length += 1 }
        let range = ByteRange(place, place + length)
        fail(
            "Invalid escape sequence", "\(source.text(in: range)) has no meaning.", at: range,
            hint: "Write \\\\ for a backslash; known are \\n \\r \\t \\\" \\\\ \\u and \\U.")
        return length
    }
}
