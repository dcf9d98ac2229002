extension Lexer {
    /// One token inside quotes.
    mutating func lexQuoted() {
        if openSequence() { return }
        switch bytes[index] {
        case UInt8(ascii: "\""): closeQuote()
        case UInt8(ascii: "$"), UInt8(ascii: "%"):
            emitDollar(.quotedText, atEnd: .invalidCharacter)
        case UInt8(ascii: "\r"), UInt8(ascii: "\n"): lexQuotedNewlines()
        default:
            let (length, isVerbatim) = quotedText()
            if length > 0 {
                return emit(.quotedText, length: length, isVerbatim: isVerbatim)
            }
            let width = characterWidth(at: index)
            emit(width == 0 ? .invalidEncoding : .invalidCharacter, length: max(1, width))
        }
    }

    /// A dollar or percent sign that begins no sequence: alone, or doubled before a brace.
    private mutating func emitDollar(_ kind: TokenKind, atEnd: TokenKind) {
        let byte = bytes[index]
        if index + 1 == bytes.count { return emit(atEnd, length: 1) }
        guard peek(1) == byte, peek(2) == UInt8(ascii: "{") else { return emit(kind, length: 1) }
        emit(kind, length: peek(3) == UInt8(ascii: "~") ? 4 : 3)
    }

    private mutating func lexQuotedNewlines() {
        var end = index
        while end < bytes.count,
            bytes[end] == UInt8(ascii: "\r") || bytes[end] == UInt8(ascii: "\n")
        {
            end += 1
        }
        if startsItem(end), closeText(newlineLength: end - index) { return }
        emit(.quotedNewline, length: end - index)
    }

    /// Whether a line looks like the beginning or the end of an argument, a block or an item.
    private func startsItem(_ start: Int) -> Bool {
        var place = start
        while place < bytes.count, bytes[place] == 0x20 || bytes[place] == 0x09 { place += 1 }
        guard place < bytes.count else { return true }
        if "}])#/\"".utf8.contains(bytes[place]) { return true }
        while place < bytes.count, isWordByte(bytes[place]) { place += 1 }
        while place < bytes.count, bytes[place] == 0x20 { place += 1 }
        return place < bytes.count && "={\":".utf8.contains(bytes[place]) && place > start
    }

    private func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), 0x80...:
            true
        default: false
        }
    }

    /// The length of the text up to a quote, a newline or a possible sequence, and whether it
    /// stands for itself.
    private func quotedText() -> (length: Int, isVerbatim: Bool) {
        var end = index
        while end < bytes.count, Self.isOrdinary(bytes[end]) { end += 1 }
        let ordinary = end - index
        let length = quotedTextLength(from: end)
        return (length, length == ordinary)
    }

    /// Whether a byte is text that stands for itself in quotes.
    private static func isOrdinary(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "\\"),
            UInt8(ascii: "\r"), UInt8(ascii: "\n"):
            false
        default: byte < 0x80
        }
    }

    private func quotedTextLength(from start: Int) -> Int {
        var end = start
        while end < bytes.count {
            switch bytes[end] {
            case UInt8(ascii: "\""), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "\r"),
                UInt8(ascii: "\n"):
                return end - index
            case UInt8(ascii: "\\"):
                let next = end + 1
                guard next < bytes.count, bytes[next] != UInt8(ascii: "\r"),
                    bytes[next] != UInt8(ascii: "\n")
                else { return end - index }
                let width = characterWidth(at: next)
                if width == 0 { return end - index }
                end = next + width
            case 0..<0x80: end += 1
            default:
                let width = characterWidth(at: end)
                if width == 0 { return end - index }
                end += width
            }
        }
        return end - index
    }

    /// One token inside a heredoc.
    mutating func lexHeredoc() {
        if openSequence() { return }
        let byte = bytes[index]
        if byte == UInt8(ascii: "$") || byte == UInt8(ascii: "%") {
            let isEscape = peek(1) == byte && peek(2) == UInt8(ascii: "{")
            if !isEscape {
                if index + 1 == bytes.count { return emit(.invalidCharacter, length: 1) }
                return emitHeredocText(length: 1)
            }
            return emitHeredocText(length: peek(3) == UInt8(ascii: "~") ? 4 : 3)
        }
        let length = plainTextLength()
        let newline = newlineLength(at: index + length)
        if newline > 0 { return emitHeredocLine(length: length, newlineLength: newline) }
        if length > 0 { return emitHeredocText(length: length) }
        if characterWidth(at: index) == 0 { return emit(.invalidEncoding, length: 1) }
        emitRest(.invalidCharacter)
    }

    /// One token of a template that stands alone.
    mutating func lexBareTemplate() {
        if openSequence() { return }
        let byte = bytes[index]
        if byte == UInt8(ascii: "$") || byte == UInt8(ascii: "%") {
            return emitDollar(.plainText, atEnd: .plainText)
        }
        let length = plainTextLength()
        let total = length + newlineLength(at: index + length)
        if total > 0 { return emit(.plainText, length: total) }
        if characterWidth(at: index) == 0 { return emit(.invalidEncoding, length: 1) }
        emitRest(.plainText)
    }

    /// The length of the text up to a newline, a carriage return or a possible sequence.
    private func plainTextLength() -> Int {
        var end = index
        while end < bytes.count {
            switch bytes[end] {
            case UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "\r"), UInt8(ascii: "\n"):
                return end - index
            case 0..<0x80: end += 1
            default:
                let width = characterWidth(at: end)
                if width == 0 { return end - index }
                end += width
            }
        }
        return end - index
    }

    private func newlineLength(at place: Int) -> Int {
        guard place < bytes.count else { return 0 }
        if bytes[place] == UInt8(ascii: "\n") { return 1 }
        let isPair =
            bytes[place] == UInt8(ascii: "\r") && place + 1 < bytes.count
            && bytes[place + 1] == UInt8(ascii: "\n")
        return isPair ? 2 : 0
    }
}
