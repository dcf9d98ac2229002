extension Parser {
    /// Parses text in quotes or a heredoc.
    mutating func parseTextTerm() -> ExpressionNode {
        let open = read()
        let end: TokenKind = open.kind == .openQuote ? .closeQuote : .closeHeredoc
        let isFlush = open.kind == .openHeredoc && bytes(of: open).dropFirst(2).first == 0x2D
        return nested(otherwise: Self.placeholder) {
            $0.parseTemplate(until: end, flush: isFlush, outer: open.range)
        }
    }

    /// Parses a template up to and with its end; `outer` is the range of what opened it.
    mutating func parseTemplate(
        until end: TokenKind, flush isFlush: Bool, outer: ByteRange?
    ) -> ExpressionNode {
        if let outer, let node = parsePlainText(outer) { return node }
        let start = next.range
        let first = parts.count
        let last = parseParts(until: end, start: start)
        let close = previousRange
        if parts.count == first { parts.push(.text("", ByteRange(start.end, start.end))) }
        parts.push(.end(last))
        var parts = self.parts.pop(from: first)
        if isFlush { flush(&parts) }
        parts = meld(parts)
        let range = outer.map { $0.union(close) } ?? ByteRange(start.start, last.end)
        if parts.count == 2 {
            switch parts[0] {
            case .text(let text, let inner):
                guard grow(0) else { return Self.placeholder(range) }
                return .template(TemplateParts(text: text, range: inner), range)
            case .interpolation(let node, let inner):
                guard grow(inner) else { return node }
                return .templateWrap(node, range)
            default: break
            }
        }
        var structure = TemplateStructure(parts: parts)
        let nodes = structure.parse(&self)
        guard grow(structure.tallest) else { return Self.placeholder(range) }
        return .template(TemplateParts(nodes), range)
    }

    /// Parses one text that stands for itself up to and with its quote: the most frequent case.
    private mutating func parsePlainText(_ outer: ByteRange) -> ExpressionNode? {
        let text = next
        guard text.isVerbatim, tokenAfterNext.kind == .closeQuote, grow(0) else { return nil }
        read()
        let close = read()
        return .template(
            TemplateParts(text: self.text(of: text), range: text.range), outer.union(close.range))
    }

    /// Collects parts and returns the range of the end.
    private mutating func parseParts(until end: TokenKind, start: ByteRange) -> ByteRange {
        var trimsNext = false
        var canTrimLast = false
        while true {
            let token = read()
            if token.kind == end { return token.range }
            let trims = trimsNext
            let canTrim = canTrimLast
            trimsNext = false
            canTrimLast = false
            switch token.kind {
            case .plainText, .quotedText:
                let part = part(for: token)
                if trims {
                    parts.push(.text(TemplatePart.trimmingStart(text(of: part)), token.range))
                } else {
                    push(part)
                }
                canTrimLast = true
            case .openInterpolation, .openDirective:
                if canTrim && token.range.end - token.range.start == 3 { trimLast() }
                trimsNext = withNewlines(false) { parser in
                    token.kind == .openInterpolation
                        ? parser.parseInterpolation(token, start, end)
                        : parser.parseDirective(token)
                }
            default:
                if !isRecovering {
                    failText(token, end, start)
                }
                return recover(after: end).range
            }
        }
    }

    /// Adds a part, as one with the last if a sign is all that makes them two.
    ///
    /// Text may be full of signs that begin no sequence, each of which is a token. A sign is no
    /// white space and ends no line, so nothing that looks at the ends of parts sees a difference.
    private mutating func push(_ part: TemplatePart) {
        if case .raw(let range) = part, case .raw(let before) = parts.last,
            before.end == range.start, endsWithSign(before) || isSign(range)
        {
            parts.replaceLast(with: .raw(before.union(range)))
        } else {
            parts.push(part)
        }
    }

    private func endsWithSign(_ range: ByteRange) -> Bool {
        let last = bytes(in: range).last
        return last == UInt8(ascii: "$") || last == UInt8(ascii: "%")
    }

    /// Whether a sign, or more of them, follows on its line.
    private func isSign(_ range: ByteRange) -> Bool {
        range.end - range.start == 1 && endsWithSign(range)
            && source.bytes[range.start - 1] != UInt8(ascii: "\n")
    }

    private mutating func failText(_ token: Token, _ end: TokenKind, _ start: ByteRange) {
        let what = end == .closeHeredoc ? "heredoc" : "text"
        let isNews = isWorthReporting(token.range)
        let line = isNews ? source.position(at: start.start).line : 0
        fail(
            "Unterminated template string",
            "The \(what) that begins in line \(line) does not end, and there is \(found(token)).",
            at: token.range,
            hint: end == .closeHeredoc && isNews
                ? heredocHint(start) : "Close the text with a quotation mark.")
    }

    /// What keeps the line that looks like the end of a heredoc from being it.
    private func heredocHint(_ start: ByteRange) -> String {
        let lines = source.bytes.prefix(start.start).split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let head = String(decoding: lines.dropLast().last ?? [], as: UTF8.self)
        let marker = head.split(separator: "<").last.map { String($0.drop { $0 == "-" }) } ?? ""
        let name = SafeText.name(marker.filter { !$0.isWhitespace })
        return "Write \(name) alone on a line, and end that line with a newline."
    }

    private mutating func trimLast() {
        guard let last = parts.pop(from: parts.count - 1).first else { return }
        parts.push(.text(TemplatePart.trimmingEnd(text(of: last)), range(of: last)))
    }

    /// Parses an interpolation; returns whether its end removes the white space after it.
    private mutating func parseInterpolation(
        _ open: Token, _ start: ByteRange, _ end: TokenKind
    ) -> Bool {
        let node = parseExpression()
        parts.push(.interpolation(node, height: height))
        return finishSequence { parser, close in
            let isQuote = close.kind == .closeQuote || close.kind == .openQuote
            if close.kind == .endOfFile || isQuote && end == .closeQuote {
                parser.fail(
                    "Unclosed template interpolation sequence",
                    "The text ends before the brace of an interpolation closes.", at: start,
                    hint: "Add the missing }, or write $${ for a literal ${.")
            } else {
                parser.fail(
                    "Extra characters after interpolation expression",
                    "A closing brace must follow here, but there is \(parser.found(close)).",
                    at: close.range,
                    hint: "Write $${ if the sequence is meant for another language.")
            }
        }
    }

    /// Takes the brace that ends a sequence; returns whether it has a strip marker.
    mutating func finishSequence(_ failure: (inout Parser, Token) -> Void) -> Bool {
        let close = next
        if close.kind == .closeSequence {
            read()
            return close.range.end - close.range.start == 2
        }
        if !isRecovering { failure(&self, close) }
        recover(after: .closeSequence)
        return false
    }
}
