extension Parser {
    /// Parses a tuple or a `for` in brackets.
    mutating func parseTuple() -> ExpressionNode {
        let open = read()
        return withNewlines(false) { parser in
            if parser.isKeyword(parser.next, "for") { return parser.parseFor(open) }
            let first = parser.nodes.count
            var tallest = 0
            let close = parser.parseElements(open, &tallest)
            let elements = parser.nodes.pop(from: first)
            guard parser.grow(tallest) else { return Self.placeholder(open.range) }
            return .tuple(elements, open.range.union(close.range))
        }
    }

    private mutating func parseElements(_ open: Token, _ tallest: inout Int) -> Token {
        while true {
            if next.kind == .closeBracket { return read() }
            let before = errorCount
            let element = parseExpression()
            nodes.push(element)
            tallest = max(tallest, height)
            if isRecovering && errorCount > before { return recover(after: .closeBracket) }
            switch next.kind {
            case .closeBracket: return read()
            case .comma: read()
            default:
                if !isRecovering {
                    if next.kind == .endOfFile {
                        fail(
                            "Unterminated tuple constructor expression",
                            "The file ends before this bracket closes.", at: open.range,
                            hint: "Add the missing ] where the list ends.")
                    } else {
                        fail(
                            "Missing item separator",
                            "A comma or the closing bracket must follow the element, but there is "
                                + "\(found(next)).",
                            at: next.range, hint: "Add a comma before this.")
                    }
                }
                return recover(after: .closeBracket)
            }
        }
    }

    /// Parses an object or a `for` in braces.
    mutating func parseObject() -> ExpressionNode {
        let open = read()
        let isFor = withNewlines(false) { $0.isKeyword($0.next, "for") }
        if isFor { return withNewlines(false) { $0.parseFor(open) } }
        return withNewlines(true) { parser in
            let first = parser.items.count
            var tallest = 0
            let close = parser.parseItems(open, &tallest)
            let items = parser.items.pop(from: first)
            guard parser.grow(tallest) else { return Self.placeholder(open.range) }
            return .object(items, openBrace: open.range, open.range.union(close.range))
        }
    }

    private mutating func parseItems(_ open: Token, _ tallest: inout Int) -> Token {
        while true {
            if next.kind == .newline {
                read()
                continue
            }
            if next.kind == .closeBrace { return read() }
            let before = itemStart
            itemStart = next.range.start
            let isWhole = parseItem(open, &tallest)
            if !isWhole {
                // At the end of the file everything else would be a consequence.
                if next.kind != .endOfFile { recoverAfterItem() }
                isRecovering = isRecovering || next.kind == .endOfFile
            }
            itemStart = before
            if !isWhole && isRecovering { return recover(after: .closeBrace) }
        }
    }

    /// Parses an item and what separates it from the next; false when it is broken.
    private mutating func parseItem(_ open: Token, _ tallest: inout Int) -> Bool {
        guard let item = parseObjectItem(open, &tallest) else { return false }
        items.push(item)
        switch next.kind {
        case .closeBrace: return true
        case .comma, .newline:
            read()
            return true
        default:
            if !isRecovering { failAfterItem(open) }
            return false
        }
    }

    private mutating func parseObjectItem(
        _ open: Token, _ tallest: inout Int
    ) -> ObjectItemNode? {
        let beforeKey = errorCount
        let key = parseExpression()
        if isRecovering && errorCount > beforeKey { return nil }
        tallest = max(tallest, height)
        guard next.kind == .equal || next.kind == .colon else {
            if !isRecovering { failAfterKey(open) }
            return nil
        }
        read()
        let beforeValue = errorCount
        let value = parseExpression()
        tallest = max(tallest, height)
        if isRecovering && errorCount > beforeValue { return nil }
        return ObjectItemNode(key: key, value: value)
    }

    private mutating func failAfterKey(_ open: Token) {
        switch next.kind {
        case .newline, .comma:
            fail(
                "Missing attribute value",
                "An equals sign and a value must follow the key, but there is \(found(next)).",
                at: next.range, hint: "Write KEY = VALUE, or [ … ] for a list.")
        case .endOfFile: failUnterminatedObject(open)
        default:
            fail(
                "Missing key/value separator",
                "An equals sign must follow the key, but there is \(found(next)).",
                at: next.range, hint: "Write =, and quote a key that contains dots or spaces.")
        }
    }

    private mutating func failAfterItem(_ open: Token) {
        if next.kind == .endOfFile { return failUnterminatedObject(open) }
        fail(
            "Missing attribute separator",
            "A newline or a comma must follow the value, but there is \(found(next)).",
            at: next.range, hint: "Begin a new line here, or add a comma.")
    }

    private mutating func failUnterminatedObject(_ open: Token) {
        failUnclosed(
            "Unterminated object constructor expression",
            "The file ends before this brace closes.", at: open.range)
    }
}
