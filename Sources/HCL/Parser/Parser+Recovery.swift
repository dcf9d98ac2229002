extension Parser {
    /// Skips to just after a closing token, over pairs nested in between, and returns it.
    @discardableResult
    mutating func recover(after end: TokenKind) -> Token {
        let start = end.opposite
        isRecovering = true
        var nesting = 0
        while true {
            let token = read()
            var kind = token.kind
            if end == .closeSequence && kind == .openDirective { kind = .openInterpolation }
            if kind == end {
                if nesting == 0 { return token }
                nesting -= 1
            } else if kind == .endOfFile {
                return token
            } else if kind == start {
                nesting += 1
            }
        }
    }

    /// Skips over the next pair that begins with an opening token.
    mutating func recover(over start: TokenKind) {
        while true {
            let kind = read().kind
            if kind == start || kind == .endOfFile { break }
        }
        if let end = start.opposite { recover(after: end) }
    }

    /// Skips to the next line that begins outside of all brackets opened on the way.
    mutating func recoverAfterItem() {
        isRecovering = true
        var open: [TokenKind] = []
        while true {
            let kind = read().kind
            switch kind {
            case .newline where open.isEmpty, .endOfFile: return
            case .openBrace, .openBracket, .openParenthesis, .openQuote, .openHeredoc,
                .openInterpolation, .openDirective:
                open.append(kind)
            case .closeBrace, .closeBracket, .closeParenthesis, .closeQuote, .closeHeredoc:
                close(&open) { $0 == kind.opposite }
            case .closeSequence:
                close(&open) { $0 == .openInterpolation || $0 == .openDirective }
            default: break
            }
        }
    }

    /// Drops the innermost opening token that fits and all that were opened after it.
    private func close(_ open: inout [TokenKind], where fits: (TokenKind) -> Bool) {
        while let last = open.popLast(), !fits(last) {}
    }
}
