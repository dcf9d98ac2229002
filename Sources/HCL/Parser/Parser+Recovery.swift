extension Parser {
    /// Skips to just after a closing token, over pairs nested in between, and returns it; stops
    /// before that where the next item of an enclosing body or object begins.
    @discardableResult
    mutating func recover(after end: TokenKind) -> Token {
        let start = end.opposite
        isRecovering = true
        var nesting = 0
        let limit = indentation(at: itemStart)
        while true {
            if nesting > 0 || next.kind != end, isAtNextItem(limit) { return next }
            skipNewlines()
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
        let limit = indentation(at: itemStart)
        while !isAtNextItem(limit) {
            skipNewlines()
            let kind = read().kind
            if kind == start || kind == .endOfFile { break }
        }
        if let end = start.opposite { recover(after: end) }
    }

    /// Skips what is left of a broken item, up to where the next one begins.
    ///
    /// That is a line that is not indented more than the broken item and lies outside of all
    /// brackets that were opened on the way. If it is indented as much, the brackets before it are
    /// probably in order, and its errors have nothing to do with those before.
    mutating func recoverAfterItem() {
        isRecovering = true
        var open: [TokenKind] = []
        let limit = indentation(at: itemStart)
        while !isAtNextItem(limit) {
            // Each line is looked at once, however many empty ones there are before it.
            skipNewlines()
            if open.isEmpty && next.kind == .closeBrace { break }
            let kind = read().kind
            switch kind {
            case .endOfFile: return
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
        let isInStep =
            nextVisible.kind == .closeBrace
            || indentation(at: nextVisible.range.start) == limit
        if isInStep && !hasGivenUp { isRecovering = false }
    }

    /// Drops the innermost opening token that fits and all that were opened after it.
    private func close(_ open: inout [TokenKind], where fits: (TokenKind) -> Bool) {
        while let last = open.popLast(), !fits(last) {}
    }

    /// Whether what comes next ends the item being parsed for certain: it begins a line and is
    /// not indented more than the line of the item.
    private mutating func isAtNextItem(_ limit: Int) -> Bool {
        guard isAtLineStart, !hasGivenUp else { return false }
        let token = nextVisible
        switch token.kind {
        case .identifier, .openQuote, .openParenthesis, .closeBrace:
            return token.range.start > itemStart && indentation(at: token.range.start) <= limit
        default: return false
        }
    }

    /// The width of the white space at the beginning of the line of an offset.
    ///
    /// The line asked for last is remembered, because a long line can have any number of errors.
    mutating func indentation(at offset: Int) -> Int {
        if !indentedLine.contains(offset) {
            let start = source.lineStart(before: offset, within: .max)
            let rest = source.bytes[start...]
            indentedLine = start..<max(start, source.lineEnd(after: offset, within: .max))
            lastIndentation =
                rest.prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.count
        }
        return lastIndentation
    }
}
