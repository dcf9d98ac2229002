extension Lexer {
    mutating func lexSymbol(_ byte: UInt8) {
        let next = peek(1)
        if let kind = Self.pairs(byte, next) { return emit(kind, length: 2) }
        if byte == UInt8(ascii: "."), next == byte, peek(2) == byte {
            return emit(.ellipsis, length: 3)
        }
        emit(Self.single(byte), length: 1)
    }

    private static func pairs(_ first: UInt8, _ second: UInt8) -> TokenKind? {
        switch (first, second) {
        case (UInt8(ascii: "="), UInt8(ascii: "=")): .equalEqual
        case (UInt8(ascii: "="), UInt8(ascii: ">")): .fatArrow
        case (UInt8(ascii: "!"), UInt8(ascii: "=")): .notEqual
        case (UInt8(ascii: "<"), UInt8(ascii: "=")): .lessOrEqual
        case (UInt8(ascii: ">"), UInt8(ascii: "=")): .greaterOrEqual
        case (UInt8(ascii: "&"), UInt8(ascii: "&")): .and
        case (UInt8(ascii: "|"), UInt8(ascii: "|")): .or
        case (UInt8(ascii: ":"), UInt8(ascii: ":")): .doubleColon
        default: nil
        }
    }

    private static func single(_ byte: UInt8) -> TokenKind {
        switch byte {
        case UInt8(ascii: "="): .equal
        case UInt8(ascii: ","): .comma
        case UInt8(ascii: "."): .dot
        case UInt8(ascii: "["): .openBracket
        case UInt8(ascii: "]"): .closeBracket
        case UInt8(ascii: "("): .openParenthesis
        case UInt8(ascii: ")"): .closeParenthesis
        case UInt8(ascii: ":"): .colon
        case UInt8(ascii: "?"): .question
        case UInt8(ascii: "*"): .star
        case UInt8(ascii: "+"): .plus
        case UInt8(ascii: "-"): .minus
        case UInt8(ascii: "%"): .percent
        case UInt8(ascii: "<"): .less
        case UInt8(ascii: ">"): .greater
        case UInt8(ascii: "!"): .bang
        default: unsupported(byte)
        }
    }

    private static func unsupported(_ byte: UInt8) -> TokenKind {
        switch byte {
        case UInt8(ascii: "&"): .ampersand
        case UInt8(ascii: "|"): .bar
        case UInt8(ascii: "~"): .tilde
        case UInt8(ascii: "^"): .caret
        case UInt8(ascii: ";"): .semicolon
        case UInt8(ascii: "`"): .backtick
        case UInt8(ascii: "'"): .apostrophe
        default: .invalidCharacter
        }
    }

    /// The number of bytes of the character at a place, judged by the pattern of its bytes only;
    /// zero when the bytes fit no pattern.
    func characterWidth(at start: Int) -> Int {
        let width: Int
        switch bytes[start] {
        case 0..<0x80: return 1
        case 0xC0..<0xE0: width = 2
        case 0xE0..<0xF0: width = 3
        case 0xF0..<0xF8: width = 4
        default: return 0
        }
        guard start + width <= bytes.count else { return 0 }
        for offset in 1..<width where bytes[start + offset] & 0xC0 != 0x80 { return 0 }
        return width
    }

    /// The Unicode scalar at a place and its length in bytes.
    func scalar(at start: Int) -> (Unicode.Scalar, Int)? {
        let width = characterWidth(at: start)
        guard width > 1 else {
            return width == 1 ? (Unicode.Scalar(bytes[start]), 1) : nil
        }
        var value = UInt32(bytes[start]) & (0xFF >> UInt32(width + 1))
        for offset in 1..<width { value = value << 6 | UInt32(bytes[start + offset] & 0x3F) }
        return Unicode.Scalar(value).map { ($0, width) }
    }
}
