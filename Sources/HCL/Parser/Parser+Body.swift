extension Parser {
    /// Parses attributes and blocks up to and with a closing token.
    mutating func parseBody(until end: TokenKind) -> Body {
        var attributes: [Attribute] = []
        var places: [[UInt8]: Int] = [:]
        var blocks: [Block] = []
        let start = previousRange
        var last = start
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
                last = failBody(until: end, start: start)
                break
            }
            switch parseItem() {
            case .attribute(let attribute):
                add(attribute, named: Array(bytes(of: token)), to: &attributes, &places)
            case .block(let block): blocks.append(block)
            case nil: break
            }
        }
        let range = ByteRange(start.start, max(start.start, last.end))
        return Body(source: source, attributes: attributes, blocks: blocks, range: range)
    }

    private enum Item {
        case attribute(Attribute)
        case block(Block)
    }

    private mutating func add(
        _ attribute: Attribute, named name: [UInt8], to attributes: inout [Attribute],
        _ places: inout [[UInt8]: Int]
    ) {
        // Names are told apart by their bytes, as the reference implementation does.
        guard let place = places[name] else {
            places[name] = attributes.count
            attributes.append(attribute)
            return
        }
        let first = attributes[place].nameLocation.start
        fail(
            "Attribute redefined",
            "\"\(attribute.name)\" has already been set in line \(first.line).",
            at: attribute.nameRange, hint: "Each argument may be set once; remove one of them.")
    }

    /// Reports what should have been an item and skips to the end of the body.
    private mutating func failBody(until end: TokenKind, start: ByteRange) -> ByteRange {
        let bad = read()
        if !isRecovering {
            switch bad.kind {
            case .openQuote:
                fail(
                    "Invalid argument name", "The name of an argument is not quoted.",
                    at: bad.range, hint: "Remove the quotes.")
            case .endOfFile:
                failUnclosedBlock(at: start)
            default:
                fail(
                    "Argument or block definition required",
                    "An argument (name = value) or a block (name { … }) must begin here.",
                    at: bad.range)
            }
        }
        recover(after: end)
        return bad.range
    }

    private mutating func failUnclosedBlock(at brace: ByteRange) {
        fail(
            "Unclosed configuration block", "The file ends before the brace of this block closes.",
            at: brace, hint: "Add the missing }, or look for one too many { in the block.")
    }

    private mutating func parseItem() -> Item? {
        let name = read()
        switch next.kind {
        case .equal: return .attribute(finishAttribute(name, isOneLine: false))
        case .openQuote, .openBrace, .identifier: return .block(finishBlock(name))
        default:
            fail(
                "Argument or block definition required",
                "\"\(text(of: name))\" is neither followed by \"=\" nor by a block.",
                at: name.range, hint: "Use an equals sign to set an argument.")
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
                "The value ends before this place, and nothing may follow it on the line.",
                at: next.range)
        }
    }
}
