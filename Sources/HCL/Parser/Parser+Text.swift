extension Parser {
    /// The part of a template that a token of text is, with escapes decoded.
    mutating func part(for token: Token) -> TemplatePart {
        if token.isVerbatim { return .raw(token.range) }
        let raw = bytes(of: token)
        if raw.first == UInt8(ascii: "$") || raw.first == UInt8(ascii: "%") {
            // Only a doubled sign before a brace makes a token longer than one byte.
            if raw.count == 1 { return .raw(token.range) }
            return .text(String(decoding: raw.dropFirst(), as: UTF8.self), token.range)
        }
        guard token.kind == .quotedText, raw.contains(UInt8(ascii: "\\")) else {
            return .raw(token.range)
        }
        return .text(decodeEscapes(token.range), token.range)
    }

    /// The text that a token of text stands for, with escapes decoded.
    mutating func decode(_ token: Token) -> String {
        let part = part(for: token)
        return text(of: part)
    }

    /// The text of a part that is text.
    func text(of part: TemplatePart) -> String {
        switch part {
        case .raw(let range): String(decoding: bytes(in: range), as: UTF8.self)
        case .text(let text, _): text
        default: ""
        }
    }

    /// The bytes of a part that is text.
    func range(of part: TemplatePart) -> ByteRange {
        switch part {
        case .raw(let range), .text(_, let range): range
        default: ByteRange(0, 0)
        }
    }

    /// The text of a stretch of the source, in normalisation form C.
    func normalisedText(in range: ByteRange) -> String {
        let raw = bytes(in: range)
        let text = String(decoding: raw, as: UTF8.self)
        return raw.isASCII ? text : text.inNormalFormC()
    }

    /// Joins texts that follow one another, and normalises them.
    func meld(_ parts: [TemplatePart]) -> [TemplatePart] {
        var result: [TemplatePart] = []
        result.reserveCapacity(parts.count)
        var pending = PendingText()
        for part in parts {
            switch part {
            case .raw(let range): pending.append(bytes(in: range), range)
            case .text(var text, let range): text.withUTF8 { pending.append($0, range) }
            default:
                if let text = pending.take() { result.append(text) }
                result.append(part)
            }
        }
        return result
    }

    private mutating func decodeEscapes(_ range: ByteRange) -> String {
        let raw = source.bytes[range.start..<range.end]
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

/// Text that may go on in the next part.
private struct PendingText {
    private var bytes: [UInt8] = []
    private var range: ByteRange?

    mutating func append(_ more: UnsafeBufferPointer<UInt8>, _ place: ByteRange) {
        bytes.append(contentsOf: more)
        range = ByteRange(range?.start ?? place.start, place.end)
    }

    mutating func take() -> TemplatePart? {
        guard let range else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        bytes.removeAll(keepingCapacity: true)
        self.range = nil
        return .text(text.inNormalFormC(), range)
    }
}
