extension Parser {
    /// What stands for an expression that has an error; it is never evaluated.
    static func placeholder(_ range: ByteRange) -> ExpressionNode {
        .literal(.null(.dynamic), range)
    }

    /// Parses an expression, as far as it goes.
    mutating func parseExpression() -> ExpressionNode {
        nested(otherwise: Self.placeholder) { $0.parseConditional() }
    }

    private mutating func parseConditional() -> ExpressionNode {
        let start = next.range
        let before = errorCount
        let condition = parseBinary(minimum: 1)
        guard next.kind == .question, !(isRecovering && errorCount > before) else {
            return condition
        }
        var tallest = height
        read()
        let beforeFirst = errorCount
        let first = parseExpression()
        if isRecovering && errorCount > beforeFirst { return condition }
        tallest = max(tallest, height)
        guard next.kind == .colon else {
            fail(
                "Missing false expression in conditional",
                "A colon and the result for the other case must follow here, but there is "
                    + "\(found(next)).", at: next.range,
                hint: next.kind == .newline
                    ? "To go on in the next line, put the whole condition in parentheses."
                    : "Write CONDITION ? VALUE : OTHER.")
            isRecovering = true
            return condition
        }
        read()
        let beforeSecond = errorCount
        let second = parseExpression()
        if isRecovering && errorCount > beforeSecond { return condition }
        guard grow(max(tallest, height)) else { return condition }
        return .conditional(condition, first, second, start.union(second.range))
    }

    /// Parses operands joined by operators that bind at least as strongly as a minimum.
    private mutating func parseBinary(minimum: Int) -> ExpressionNode {
        let before = errorCount
        var left = parseTermWithSteps()
        if isRecovering && errorCount > before { return left }
        while let (symbol, strength) = Self.binaryOperator(next.kind), strength >= minimum {
            let leftHeight = height
            read()
            let beforeRight = errorCount
            let right = parseBinary(minimum: strength + 1)
            if isRecovering && errorCount > beforeRight { return left }
            guard grow(max(leftHeight, height)) else { return left }
            left = .binary(symbol, left, right)
        }
        return left
    }

    private static func binaryOperator(_ kind: TokenKind) -> (BinaryOperator, Int)? {
        switch kind {
        case .or: (.or, 1)
        case .and: (.and, 2)
        case .equalEqual: (.equal, 3)
        case .notEqual: (.notEqual, 3)
        case .less: (.less, 4)
        case .lessOrEqual: (.lessOrEqual, 4)
        case .greater: (.greater, 4)
        case .greaterOrEqual: (.greaterOrEqual, 4)
        case .plus: (.add, 5)
        case .minus: (.subtract, 5)
        case .star: (.multiply, 6)
        case .slash: (.divide, 6)
        case .percent: (.modulo, 6)
        default: nil
        }
    }

    mutating func parseTermWithSteps() -> ExpressionNode {
        let term = parseTerm()
        return parseSteps(from: term)
    }

    private mutating func parseTerm() -> ExpressionNode {
        let start = next
        height = 1
        switch start.kind {
        case .openParenthesis: return parseParentheses()
        case .number:
            read()
            return .literal(.number(number(start)), start.range)
        case .identifier: return parseName()
        case .openQuote, .openHeredoc: return parseTextTerm()
        case .minus: return parseUnary(.negate)
        case .bang: return parseUnary(.not)
        case .openBracket: return parseTuple()
        case .openBrace: return parseObject()
        default:
            failTerm(start)
            return Self.placeholder(start.range)
        }
    }

    private mutating func failTerm(_ token: Token) {
        if !isRecovering {
            if token.kind == .endOfFile {
                fail(
                    "Missing expression", "The file ends where a value must begin.",
                    at: token.range, hint: "Write the value, and close what is open.")
            } else {
                fail(
                    "Invalid expression", "A value must begin here, but there is \(found(token)).",
                    at: token.range, hint: "Write a value here; text must be in quotes.")
            }
        }
        isRecovering = true
    }

    private mutating func parseParentheses() -> ExpressionNode {
        let open = read()
        return withNewlines(false) { parser in
            let before = parser.errorCount
            let inner = parser.parseExpression()
            if parser.isRecovering && parser.errorCount > before {
                parser.recover(after: .closeParenthesis)
                return inner
            }
            if parser.next.kind != .closeParenthesis {
                parser.fail(
                    "Unbalanced parentheses",
                    "A closing parenthesis must follow here, but there is "
                        + "\(parser.found(parser.next)).",
                    at: parser.next.range, hint: "Add the missing ).")
                parser.isRecovering = true
            }
            let close = parser.read()
            guard parser.grow(parser.height) else { return inner }
            return .parentheses(inner, open.range.union(close.range))
        }
    }

    private mutating func parseUnary(_ symbol: UnaryOperator) -> ExpressionNode {
        let token = read()
        let operand = nested(otherwise: Self.placeholder) { $0.parseTermWithSteps() }
        guard grow(height) else { return operand }
        return .unary(symbol, operand, token.range.union(operand.range))
    }

    private mutating func parseName() -> ExpressionNode {
        let token = read()
        if next.kind == .openParenthesis || next.kind == .doubleColon { return parseCall(token) }
        if isKeyword(token, "true") { return .literal(.bool(true), token.range) }
        if isKeyword(token, "false") { return .literal(.bool(false), token.range) }
        if isKeyword(token, "null") { return .literal(.null(.dynamic), token.range) }
        return .reference(
            ReferenceNode(name: text(of: token), nameRange: token.range, end: token.range.end))
    }

    /// The value of a number token.
    mutating func number(_ token: Token) -> Number {
        let digits = bytes(of: token)
        if digits.count <= 18, digits.allSatisfy({ $0 >= 48 && $0 <= 57 }) {
            return Number(digits.reduce(0) { $0 * 10 + Int($1) - 48 })
        }
        if let number = Number(ascii: digits) { return number }
        fail(
            "Invalid number literal",
            digits.count > Number.longestText
                ? "A number may have at most \(Number.longestText) digits."
                : "\"\(SafeText.name(text(of: token)))\" is too large or too close to zero to "
                    + "compute with.", at: token.range,
            hint: "Put versions, addresses and other text in quotes.")
        return .zero
    }
}
