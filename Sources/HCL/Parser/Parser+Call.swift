extension Parser {
    /// Parses the rest of a call whose name, or the first part of it, has been read.
    mutating func parseCall(_ first: Token) -> ExpressionNode {
        var name = text(of: first)
        var nameRange = first.range
        var open = read()
        while open.kind == .doubleColon {
            let part = read()
            guard part.kind == .identifier else {
                return failCall(
                    "Missing function name", "A name must follow the double colon", part, first)
            }
            name += "::" + text(of: part)
            nameRange = nameRange.union(part.range)
            open = read()
        }
        guard open.kind == .openParenthesis else {
            return failCall(
                "Missing open parenthesis", "The arguments of the function must follow here",
                open, first)
        }
        return withNewlines(false) { parser in
            let first = parser.nodes.count
            var tallest = 0
            var expands = false
            let close = parser.parseArguments(nameRange.union(open.range), &tallest, &expands)
            let arguments = parser.nodes.pop(from: first)
            guard parser.grow(tallest) else { return Self.placeholder(nameRange) }
            return .call(
                CallNode(
                    name: name, nameRange: nameRange, arguments: arguments, expandsLast: expands,
                    openRange: open.range, closeRange: close.range))
        }
    }

    private mutating func failCall(
        _ summary: String, _ detail: String, _ token: Token, _ first: Token
    ) -> ExpressionNode {
        fail(
            summary, "\(detail), but there is \(found(token)).", at: token.range,
            hint: "A function is called as NAMESPACE::NAME(…).")
        recover(over: .openParenthesis)
        return Self.placeholder(first.range.union(token.range))
    }

    /// Parses arguments up to and with the closing parenthesis, which is returned.
    private mutating func parseArguments(
        _ header: ByteRange, _ tallest: inout Int, _ expands: inout Bool
    ) -> Token {
        while next.kind != .closeParenthesis {
            let before = errorCount
            let argument = parseExpression()
            nodes.push(argument)
            tallest = max(tallest, height)
            if isRecovering && errorCount > before { return recover(after: .closeParenthesis) }
            let separator = read()
            switch separator.kind {
            case .comma: continue
            case .closeParenthesis: return separator
            case .ellipsis:
                expands = true
                if next.kind == .closeParenthesis { return read() }
                if !isRecovering {
                    fail(
                        "Missing closing parenthesis",
                        "Only the last argument can be expanded, and nothing may follow it.",
                        at: separator.range, hint: "Move this argument to the end.")
                }
            case .endOfFile:
                fail(
                    "Unterminated function call",
                    "The file ends before the parenthesis of this call closes.", at: header,
                    hint: "Add the missing ) where the arguments end.")
            default:
                fail(
                    "Missing argument separator",
                    "A comma or the closing parenthesis must follow the argument, but there is "
                        + "\(found(separator)).",
                    at: separator.range, hint: "Add a comma before this.")
            }
            return recover(after: .closeParenthesis)
        }
        return read()
    }
}
