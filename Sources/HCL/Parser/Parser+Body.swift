extension Parser {
    /// Parses attributes and blocks up to and with a closing token.
    mutating func parseBody(until end: TokenKind) -> Body {
        var names = SeenNames(firstAttribute: attributes.count)
        var blocks: [Block] = []
        let start = previousRange
        var last = start
        var item: Int?
        while true {
            let token = next
            if token.kind == end {
                last = token.range
                read()
                break
            }
            if token.kind == .newline {
                read()
                continue
            }
            guard token.kind == .identifier else {
                last = failBody(start: start, after: item)
                if token.kind == .endOfFile { break }
                continue
            }
            item = token.range.start
            switch parseItem() {
            case .attribute(let attribute): add(attribute, &names)
            case .block(let block): blocks.append(block)
            case nil: break
            }
        }
        let range = ByteRange(start.start, max(start.start, last.end))
        return Body(
            source: source, attributes: attributes.pop(from: names.firstAttribute),
            blocks: blocks, range: range)
    }

    private enum Item {
        case attribute(Attribute)
        case block(Block)
    }

    private mutating func add(_ attribute: Attribute, _ names: inout SeenNames) {
        guard let place = names.note(attribute.nameRange, in: self) else {
            return attributes.push(attribute)
        }
        let first = attributes[place].nameLocation.start
        fail(
            "Attribute redefined",
            "\"\(SafeText.name(attribute.name))\" is set a second time here; the first is in line "
                + "\(first.line).",
            at: attribute.nameRange, hint: "Remove this one or the one in line \(first.line).")
    }

    /// Reports what should have been an item and skips to the next one.
    private mutating func failBody(start: ByteRange, after item: Int?) -> ByteRange {
        let bad = read()
        let before = itemStart
        itemStart = bad.range.start
        if let item, indentation(at: item) < indentation(at: itemStart) { itemStart = item }
        defer { itemStart = before }
        if !isRecovering {
            switch bad.kind {
            // After another error a brace too many or too few is probably a consequence.
            case .closeBrace where errorCount > 0: break
            case .openQuote:
                fail(
                    "Invalid argument name", "The name of an argument is not quoted.",
                    at: bad.range, hint: "Remove the quotes.")
            case .endOfFile:
                failUnclosedBlock(at: start)
            default:
                fail(
                    "Argument or block definition required",
                    "An argument (NAME = VALUE) or a block (NAME { … }) must begin here, but this is "
                        + "\(found(bad)).",
                    at: bad.range, hint: "Begin the line with the name of an argument or a block.")
            }
        }
        if bad.kind != .endOfFile { recoverAfterItem() }
        return bad.range
    }

    private mutating func failUnclosedBlock(at brace: ByteRange) {
        failUnclosed(
            "Unclosed configuration block", "The file ends before the brace of this block closes.",
            at: brace)
    }

    /// Reports a brace that nothing closes, with the one that the missing brace may belong to.
    mutating func failUnclosed(_ summary: String, _ detail: String, at brace: ByteRange) {
        guard errorCount == 0 else {
            isRecovering = true
            return
        }
        var hint = "Add the missing }, or remove a { that is too many."
        if let suspect = unclosedBracket, suspect.range.start > brace.start {
            hint = self.hint(unclosed: suspect)
        }
        fail(summary, detail, at: brace, hint: hint)
    }

    private mutating func parseItem() -> Item? {
        let name = read()
        let before = itemStart
        itemStart = name.range.start
        defer { itemStart = before }
        switch next.kind {
        case .equal: return .attribute(finishAttribute(name, isOneLine: false))
        case .openQuote, .openBrace, .identifier: return .block(finishBlock(name))
        default:
            fail(
                "Argument or block definition required",
                "After \"\(SafeText.name(text(of: name)))\" there must be = and a value, or a block, "
                    + "but there is \(found(next)).",
                at: name.range, hint: "Write = between the name and the value.")
            recoverAfterItem()
            return nil
        }
    }

    mutating func finishAttribute(_ name: Token, isOneLine: Bool) -> Attribute {
        read()
        let before = errorCount
        let root = parseExpression()
        var end = previousRange
        if isRecovering && errorCount > before {
            recoverAfterItem()
        } else if !isOneLine {
            if next.kind != .newline && next.kind != .endOfFile {
                failAfterAttribute()
                end = previousRange
                recoverAfterItem()
            } else {
                end = previousRange
                read()
            }
        }
        return Attribute(
            name: text(of: name), expression: Expression(source: source, root: root),
            range: name.range.union(end), nameRange: name.range)
    }

    private mutating func failAfterAttribute() {
        guard !isRecovering else { return }
        if next.kind == .comma {
            fail(
                "Unexpected comma after argument", "Arguments are separated by newlines.",
                at: next.range, hint: "Remove the comma.")
        } else {
            fail(
                "Missing newline after argument",
                "The value ends before this place, and the line must end with it, but there is "
                    + "\(found(next)).",
                at: next.range, hint: "Begin a new line here.")
        }
    }
}
