extension Body {
    /// Parses a whole file.
    ///
    /// Throws all errors found, in the order of the reference implementation: first characters
    /// that are never valid, then errors of structure.
    public static func parse(
        _ source: SourceFile, limits: ParseLimits = ParseLimits()
    ) throws(Diagnostics) -> Body {
        do {
            return try Parser.run(source, limits: limits) { $0.parseBody(until: .endOfFile) }
        } catch {
            throw BrokenFile(source).explained(error.items)
        }
    }
}

extension Expression {
    /// Parses a source that consists of one expression.
    public static func parse(
        _ source: SourceFile, limits: ParseLimits = ParseLimits()
    ) throws(Diagnostics) -> Expression {
        let root = try Parser.run(source, limits: limits) { parser in
            parser.withNewlines(false) { $0.parseLoneExpression() }
        }
        return Expression(source: source, root: root)
    }

    /// Parses a source that is text with interpolations and directives.
    public static func parseTemplate(
        _ source: SourceFile, limits: ParseLimits = ParseLimits()
    ) throws(Diagnostics) -> Expression {
        let root = try Parser.run(source, limits: limits, isTemplate: true) { parser in
            parser.parseTemplate(until: .endOfFile, flush: false, outer: nil)
        }
        return Expression(source: source, root: root)
    }
}

extension Parser {
    fileprivate mutating func parseLoneExpression() -> ExpressionNode {
        let root = parseExpression()
        if next.kind != .endOfFile && !isRecovering {
            fail(
                "Extra characters after expression",
                "The expression ends before this place, but there is \(found(next)).",
                at: next.range, hint: "Remove what follows, or join it by an operator.")
        }
        return root
    }
}
