extension Parser {
    /// The names after `for`, in an expression or a directive.
    struct ForNames {
        var key: String?
        var value: String
    }

    /// Parses `name in` or `name, name in`; reports under a summary and returns nothing if it
    /// cannot.
    mutating func parseForNames(_ summary: String) -> ForNames? {
        guard let first = parseForName(summary) else { return nil }
        var names = ForNames(key: nil, value: first)
        if next.kind == .comma {
            read()
            guard let second = parseForName(summary) else { return nil }
            names = ForNames(key: first, value: second)
        }
        guard isKeyword(next, "in") else {
            failFor(summary, "The word \"in\" must follow the names")
            return nil
        }
        read()
        return names
    }

    private mutating func parseForName(_ summary: String) -> String? {
        guard next.kind == .identifier else {
            failFor(summary, "The name of a variable must follow here")
            return nil
        }
        return text(of: read())
    }

    private mutating func failFor(_ summary: String, _ detail: String) {
        if isRecovering { return }
        fail(
            summary, "\(detail), but there is \(found(next)).", at: next.range, hint: Self.forHint)
    }

    /// Parses a `for` whose opening bracket has been read and whose keyword comes next.
    mutating func parseFor(_ open: Token) -> ExpressionNode {
        let closer: TokenKind = open.kind == .openBrace ? .closeBrace : .closeBracket
        read()
        guard let parts = parseForParts(open, closer) else {
            let close = recover(after: closer)
            return Self.placeholder(open.range.union(close.range))
        }
        return parts
    }

    private static let forSummary = "Invalid 'for' expression"
    private static let forHint =
        "Write [for V in LIST : VALUE] or {for K, V in MAP : KEY => VALUE}."

    private mutating func parseForParts(_ open: Token, _ closer: TokenKind) -> ExpressionNode? {
        guard let names = parseForNames(Self.forSummary) else { return nil }
        var tallest = 0
        guard let collection = parsePart(&tallest) else { return nil }
        guard next.kind == .colon else {
            failFor(Self.forSummary, "A colon must follow the collection")
            return nil
        }
        read()
        guard var value = parsePart(&tallest) else { return nil }
        var key: ExpressionNode?
        if next.kind == .fatArrow {
            read()
            key = value
            guard let result = parsePart(&tallest) else { return nil }
            value = result
        }
        let ellipsis = next.kind == .ellipsis ? read() : nil
        var condition: ExpressionNode?
        if isKeyword(next, "if") {
            read()
            condition = parsePart(&tallest)
            if condition == nil { return nil }
        }
        var close = next
        if close.kind == closer {
            read()
        } else {
            failFor(Self.forSummary, "The 'for' expression must end here")
            close = recover(after: closer)
        }
        checkForm(open, key: key, value: value, ellipsis: ellipsis)
        guard grow(tallest) else { return Self.placeholder(open.range) }
        return .forEach(
            ForNode(
                keyVariable: names.key, valueVariable: names.value, collection: collection,
                key: key, value: value, condition: condition, groups: ellipsis != nil,
                openRange: open.range, closeRange: close.range))
    }

    private mutating func parsePart(_ tallest: inout Int) -> ExpressionNode? {
        let before = errorCount
        let part = parseExpression()
        tallest = max(tallest, height)
        return isRecovering && errorCount > before ? nil : part
    }

    private mutating func checkForm(
        _ open: Token, key: ExpressionNode?, value: ExpressionNode, ellipsis: Token?
    ) {
        if open.kind == .openBrace {
            guard key == nil else { return }
            fail(
                Self.forSummary, "An object needs a key for each value.", at: value.range,
                hint: "Write KEY => VALUE, or [ ] for a list.")
            return
        }
        if let key {
            fail(
                Self.forSummary, "A list has no keys.", at: key.range,
                hint: "Remove the key, or write { } for an object.")
        }
        if let ellipsis {
            fail(
                Self.forSummary, "Only an object can group elements by key.", at: ellipsis.range,
                hint: "Remove the ..., or write { } for an object.")
        }
    }
}
