extension Parser {
    /// Parses a tuple or a `for` in brackets.
    mutating func parseTuple() -> ExpressionNode {
        let open = read()
        return withNewlines(false) { parser in
            if parser.isKeyword(parser.next, "for") { return parser.parseFor(open) }
            var elements: [ExpressionNode] = []
            var tallest = 0
            let close = parser.parseElements(open, into: &elements, &tallest)
            guard parser.grow(tallest) else { return Self.placeholder(open.range) }
            return .tuple(elements, open.range.union(close.range))
        }
    }

    private mutating func parseElements(
        _ open: Token, into elements: inout [ExpressionNode], _ tallest: inout Int
    ) -> Token {
        while true {
            if next.kind == .closeBracket { return read() }
            let before = errorCount
            elements.append(parseExpression())
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
                            "The file ends before this bracket closes.", at: open.range)
                    } else {
                        fail(
                            "Missing item separator", "A comma must separate the elements.",
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
        let isFor = withNewlines(false) { parser in parser.isKeyword(parser.next, "for") }
        if isFor { return withNewlines(false) { $0.parseFor(open) } }
        return withNewlines(true) { parser in
            var items: [ObjectItemNode] = []
            var tallest = 0
            let close = parser.parseItems(open, into: &items, &tallest)
            guard parser.grow(tallest) else { return Self.placeholder(open.range) }
            return .object(items, openBrace: open.range, open.range.union(close.range))
        }
    }

    private mutating func parseItems(
        _ open: Token, into items: inout [ObjectItemNode], _ tallest: inout Int
    ) -> Token {
        while true {
            if next.kind == .newline {
                read()
                continue
            }
            if next.kind == .closeBrace { return read() }
            guard let item = parseObjectItem(open, &tallest) else {
                return recover(after: .closeBrace)
            }
            items.append(item)
            switch next.kind {
            case .closeBrace: return read()
            case .comma, .newline: read()
            default:
                if !isRecovering { failAfterItem(open) }
                return recover(after: .closeBrace)
            }
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
                "Missing attribute value", "An equals sign and a value must follow the key.",
                at: next.range)
        case .endOfFile: failUnterminatedObject(open)
        default:
            fail(
                "Missing key/value separator", "An equals sign must follow the key.",
                at: next.range, hint: "Quote a key that contains dots or spaces.")
        }
    }

    private mutating func failAfterItem(_ open: Token) {
        if next.kind == .endOfFile { return failUnterminatedObject(open) }
        fail(
            "Missing attribute separator", "A newline or a comma must follow the value.",
            at: next.range)
    }

    private mutating func failUnterminatedObject(_ open: Token) {
        fail(
            "Unterminated object constructor expression",
            "The file ends before this brace closes.", at: open.range)
    }
}
