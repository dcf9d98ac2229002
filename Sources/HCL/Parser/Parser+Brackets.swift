extension Parser {
    /// Where to look when the file ends too early.
    func hintAtEnd(_ range: ByteRange) -> String? {
        guard range.start >= source.bytes.count, let bracket = unclosedBracket,
            bracket.kind != .openHeredoc
        else { return nil }
        return hint(unclosed: bracket)
    }

    /// A hint that names the line of a bracket that is not closed.
    func hint(unclosed bracket: Token) -> String {
        let line = source.position(at: bracket.range.start).line
        return
            "Look at line \(line): its \(SafeText.name(text(of: bracket))) seems not to be closed."
    }

    /// The bracket that is most likely not closed: one whose closing bracket is indented less than
    /// its line, or else the innermost that is open at the end.
    var unclosedBracket: Token? {
        var open: [(token: Token, indentation: Int)] = []
        var line = LineReader()
        for token in tokens {
            line.advance(to: token.range.start, in: source.bytes)
            switch token.kind {
            case .openBrace, .openBracket, .openParenthesis, .openQuote, .openHeredoc,
                .openInterpolation, .openDirective:
                open.append((token, line.indentation))
            case .closeBrace, .closeBracket, .closeParenthesis, .closeQuote, .closeSequence:
                guard let opener = open.popLast() else { continue }
                let isFirst = line.start + line.indentation == token.range.start
                if isFirst && line.indentation < opener.indentation { return opener.token }
            case .closeHeredoc: _ = open.popLast()
            default: break
            }
        }
        return open.last?.token
    }
}

/// Goes through a source and knows the indentation of the line that it has come to.
private struct LineReader {
    private(set) var start = 0
    private(set) var indentation = 0
    private var place = 0
    private var isIndenting = true

    mutating func advance(to limit: Int, in bytes: [UInt8]) {
        while place < limit {
            let byte = bytes[place]
            place += 1
            if byte == UInt8(ascii: "\n") {
                start = place
                indentation = 0
                isIndenting = true
            } else if isIndenting {
                isIndenting = byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
                if isIndenting { indentation += 1 }
            }
        }
    }
}
