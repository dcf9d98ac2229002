extension Parser {
    /// Parses labels and body of a block whose type has been read.
    mutating func finishBlock(_ type: Token) -> Block {
        var labels: [String] = []
        var labelRanges: [ByteRange] = []
        while next.kind != .openBrace {
            switch next.kind {
            case .openQuote:
                let (label, range) = parseQuotedLabel()
                labels.append(label)
                labelRanges.append(range)
            case .identifier:
                let token = read()
                labels.append(text(of: token))
                labelRanges.append(token.range)
            default:
                failBlockHeader()
                recoverAfterItem()
                return block(type, labels, labelRanges, emptyBody(type.range), type.range)
            }
        }
        let brace = read()
        let body = parseBlockBody(brace: brace)
        let end = previousRange
        if next.kind == .newline || next.kind == .endOfFile {
            read()
        } else {
            if !isRecovering {
                fail(
                    "Missing newline after block definition",
                    "The line must end after the closing brace of a block, but there is "
                        + "\(found(next)).",
                    at: next.range, hint: "Begin a new line here.")
            }
            recoverAfterItem()
        }
        return block(type, labels, labelRanges, body ?? emptyBody(brace.range), end)
    }

    private func block(
        _ type: Token, _ labels: [String], _ labelRanges: [ByteRange], _ body: Body,
        _ end: ByteRange
    ) -> Block {
        Block(
            type: text(of: type), labels: labels, body: body, range: type.range.union(end),
            typeRange: type.range, labelRanges: labelRanges)
    }

    private func emptyBody(_ range: ByteRange) -> Body {
        Body(source: source, attributes: [], blocks: [], range: range)
    }

    private mutating func failBlockHeader() {
        let token = next
        switch token.kind {
        case .equal:
            fail(
                "Invalid block definition", "A block has no equals sign before its body.",
                at: token.range, hint: "Remove the \"=\", or the words before it.")
        case .newline:
            fail(
                "Invalid block definition",
                "The opening brace of a block must be on the line of its type and labels.",
                at: token.range, hint: "Write { at the end of this line, or = and a value.")
        default:
            guard !isRecovering else { return }
            fail(
                "Invalid block definition",
                "A quoted label or an opening brace must follow here, but there is \(found(token)).",
                at: token.range, hint: "Write NAME = VALUE for an argument, or NAME { for a block.")
        }
    }

    private mutating func parseBlockBody(brace: Token) -> Body? {
        switch next.kind {
        case .newline, .endOfFile, .closeBrace:
            return nestedBody()
        default:
            let before = errorCount
            let body = parseOneLineBody()
            if next.kind == .closeBrace {
                read()
            } else {
                if errorCount == before { failOneLineBlock(brace: brace) }
                recover(after: .closeBrace)
            }
            return body
        }
    }

    private mutating func nestedBody() -> Body? {
        let nothing: (ByteRange) -> Body? = { _ in nil }
        return nested(otherwise: nothing, { $0.parseBody(until: .closeBrace) })
    }

    private mutating func parseOneLineBody() -> Body? {
        let name = read()
        guard name.kind == .identifier, next.kind == .equal else {
            let isNested =
                name.kind == .identifier
                && [.openQuote, .openBrace, .identifier].contains(next.kind)
            if isNested {
                fail(
                    "Argument definition required",
                    "A block on one line holds a single argument and no other block.",
                    at: name.range.union(next.range), hint: "Write the block on several lines.")
            } else {
                fail(
                    "Argument or block definition required",
                    "An argument (NAME = VALUE) must begin here, but this is \(found(name)).",
                    at: name.range, hint: "Write the block on several lines.")
            }
            recoverAfterItem()
            return nil
        }
        let attribute = finishAttribute(name, isOneLine: true)
        return Body(source: source, attributes: [attribute], blocks: [], range: attribute.range)
    }

    private mutating func failOneLineBlock(brace: Token) {
        let token = next
        switch token.kind {
        case .comma:
            failOneLine("A block on one line holds a single argument.", at: token.range)
        case .newline:
            failOneLine("A block that begins on one line must end on it.", at: token.range)
        case .endOfFile where !isRecovering:
            failUnclosed(
                "Unclosed configuration block",
                "The file ends before the brace of this block closes.", at: brace.range)
        case _ where !isRecovering:
            failOneLine(
                "The closing brace must follow the single argument, but there is "
                    + "\(found(token)).", at: token.range)
        default: break
        }
    }

    private mutating func failOneLine(_ detail: String, at range: ByteRange) {
        fail(
            "Invalid single-argument block definition", detail, at: range,
            hint: "Write one argument a line, and the braces on lines of their own.")
    }

    /// A quoted label, in which there may be no interpolation.
    private mutating func parseQuotedLabel() -> (String, ByteRange) {
        let open = read()
        var label = ""
        while true {
            let token = read()
            switch token.kind {
            case .closeQuote: return (label, open.range.union(token.range))
            case .quotedText: label += decode(token)
            case .openInterpolation, .openDirective:
                fail(
                    "Invalid string literal", "A label cannot contain an interpolation.",
                    at: token.range, hint: "Double the sign to mean it literally: $${ or %%{.")
                recover(after: .closeSequence)
            case .endOfFile:
                fail(
                    "Unterminated string literal", "The file ends before the quotes close.",
                    at: token.range, hint: "Close the quotes of the label.")
                return (label, open.range.union(token.range))
            default:
                fail(
                    "Invalid string literal", "A label cannot contain \(found(token)).",
                    at: token.range, hint: "Write plain text in the quotes.")
                recover(after: .closeQuote)
                return (label, open.range.union(token.range))
            }
        }
    }
}
