extension Body {
    /// Parses a whole file.
    ///
    /// Throws all errors found, in the order of the reference implementation: first characters
    /// that are never valid, then errors of structure.
    public static func parse(
        _ source: SourceFile, limits: ParseLimits = ParseLimits()
    ) throws(Diagnostics) -> Body {
        var parser = Parser(source, limits: limits)
        let body = parser.parseBody(until: .endOfFile)
        guard parser.errorCount == 0 else {
            throw BrokenFile(source).explained(parser.diagnostics)
        }
        return body
    }
}

extension Expression {
    /// Parses a source that consists of one expression.
    public static func parse(
        _ source: SourceFile, limits: ParseLimits = ParseLimits()
    ) throws(Diagnostics) -> Expression {
        var parser = Parser(source, limits: limits)
        let root = parser.withNewlines(false) { parser in
            let root = parser.parseExpression()
            if parser.next.kind != .endOfFile && !parser.isRecovering {
                parser.fail(
                    "Extra characters after expression",
                    "The expression ends before this place, but there is "
                        + "\(parser.found(parser.next)).",
                    at: parser.next.range, hint: "Remove what follows, or join it by an operator.")
            }
            return root
        }
        guard parser.errorCount == 0 else { throw Diagnostics(parser.diagnostics) }
        return Expression(source: source, root: root)
    }

    /// Parses a source that is text with interpolations and directives.
    public static func parseTemplate(
        _ source: SourceFile, limits: ParseLimits = ParseLimits()
    ) throws(Diagnostics) -> Expression {
        var parser = Parser(source, limits: limits, isTemplate: true)
        let root = parser.parseTemplate(until: .endOfFile, flush: false, outer: nil)
        guard parser.errorCount == 0 else { throw Diagnostics(parser.diagnostics) }
        return Expression(source: source, root: root)
    }
}
