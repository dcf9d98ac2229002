extension Lexer {
    /// One token, or one stretch of space or comment, outside of any text.
    mutating func lexExpression() {
        let byte = bytes[index]
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\t"): skipSpace()
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "_"):
            lexIdentifier()
        case UInt8(ascii: "0")...UInt8(ascii: "9"): lexNumber()
        case UInt8(ascii: "\n"): emit(.newline, length: 1)
        case UInt8(ascii: "\r") where peek(1) == UInt8(ascii: "\n"): emit(.newline, length: 2)
        case UInt8(ascii: "\""): openQuote()
        case UInt8(ascii: "{"): openBrace()
        case UInt8(ascii: "}"): closeBrace(hasStripMarker: false)
        case UInt8(ascii: "~") where peek(1) == UInt8(ascii: "}"): closeBrace(hasStripMarker: true)
        case UInt8(ascii: "#"): lexLineComment()
        case UInt8(ascii: "/"): lexSlash()
        case UInt8(ascii: "<") where lexHeredocStart(): break
        case 0x80...: lexNonASCII()
        default: lexSymbol(byte)
        }
    }

    private mutating func skipSpace() {
        var end = index + 1
        while end < bytes.count, bytes[end] == UInt8(ascii: " ") { end += 1 }
        index = end
    }

    private mutating func lexIdentifier() {
        emit(.identifier, length: identifierLength(from: index))
    }

    /// The length of the identifier at a place; zero if there is none.
    private func identifierLength(from start: Int) -> Int {
        var end = start
        while end < bytes.count {
            let byte = bytes[end]
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "_"):
                end += 1
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                if end == start { return 0 }
                end += 1
            case 0x80...:
                guard let (scalar, length) = scalar(at: end),
                    end == start ? scalar.properties.isIDStart : scalar.properties.isIDContinue
                else { return end - start }
                end += length
            default: return end - start
            }
        }
        return end - start
    }

    /// Digits, points and exponents in any order that does not end with a point; whether they
    /// make a number is for the parser to say.
    private mutating func lexNumber() {
        var end = index + 1
        var accepted = end
        while end < bytes.count {
            let byte = bytes[end]
            if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
                end += 1
                accepted = end
            } else if byte == UInt8(ascii: ".") {
                end += 1
            } else if byte | 0x20 == UInt8(ascii: "e") {
                let next = end + 1 < bytes.count ? bytes[end + 1] : 0
                let hasSign = next == UInt8(ascii: "+") || next == UInt8(ascii: "-")
                let digit = end + (hasSign ? 2 : 1)
                guard digit < bytes.count,
                    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[digit])
                else { break }
                end = digit + 1
                accepted = end
            } else {
                break
            }
        }
        emit(.number, length: accepted - index)
    }

    private mutating func lexLineComment() {
        var end = index
        while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
        if end < bytes.count {
            emit(.newline, length: end + 1 - index)
        } else {
            index = end
        }
    }

    private mutating func lexSlash() {
        if peek(1) == UInt8(ascii: "/") { return lexLineComment() }
        guard peek(1) == UInt8(ascii: "*"), !hasNoMoreCommentEnds else {
            return emit(.slash, length: 1)
        }
        var end = index + 2
        while end + 1 < bytes.count {
            if bytes[end] == UInt8(ascii: "*"), bytes[end + 1] == UInt8(ascii: "/") {
                index = end + 2
                return
            }
            end += 1
        }
        hasNoMoreCommentEnds = true
        emit(.slash, length: 1)
    }

    /// Begins a heredoc if one is here: the marker must follow at once and end the line.
    private mutating func lexHeredocStart() -> Bool {
        guard peek(1) == UInt8(ascii: "<") else { return false }
        let start = index + (peek(2) == UInt8(ascii: "-") ? 3 : 2)
        let length = identifierLength(from: start)
        guard length > 0 else { return false }
        var end = start + length
        if end < bytes.count, bytes[end] == UInt8(ascii: "\r") { end += 1 }
        guard end < bytes.count, bytes[end] == UInt8(ascii: "\n") else { return false }
        openHeredoc(marker: Array(bytes[start..<start + length]), length: end + 1 - index)
        return true
    }

    private mutating func lexNonASCII() {
        let length = identifierLength(from: index)
        if length > 0 { return emit(.identifier, length: length) }
        let width = characterWidth(at: index)
        emit(width == 0 ? .invalidEncoding : .invalidCharacter, length: max(1, width))
    }
}
