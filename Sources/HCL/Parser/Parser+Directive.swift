extension Parser {
    /// Parses a directive; returns whether its end removes the white space after it.
    mutating func parseDirective(_ open: Token) -> Bool {
        let keyword = next
        guard keyword.kind == .identifier else {
            return failDirective(
                "Invalid template directive",
                "A word such as \"if\" or \"for\" must follow here, but there is \(found(keyword)).",
                keyword, hint: "Write %%{ for a literal %{.")
        }
        read()
        if isKeyword(keyword, "if") {
            let condition = parseExpression()
            parts.push(.ifStart(condition, height: height, open.range.union(next.range)))
        } else if isKeyword(keyword, "for") {
            guard let names = parseForNames("Invalid 'for' directive") else {
                recover(after: .closeSequence)
                return false
            }
            let collection = parseExpression()
            parts.push(
                .forStart(names, collection, height: height, open.range.union(next.range)))
        } else if let closer = TemplatePart.Closer(rawValue: text(of: keyword)) {
            parts.push(.closer(closer, open.range.union(next.range)))
        } else {
            let words = ["if", "else", "endif", "for", "endfor"]
            return failDirective(
                "Invalid template control keyword",
                "\"\(SafeText.name(text(of: keyword)))\" is not a directive.", keyword,
                hint: NearestName.hint(for: text(of: keyword), among: words)
                    ?? "Known are \(words.joined(separator: ", ")).")
        }
        return finishSequence { parser, close in
            parser.fail(
                "Extra characters in directive",
                "A closing brace must follow here, but there is \(parser.found(close)).",
                at: close.range, hint: "Close the directive with }.")
        }
    }

    private mutating func failDirective(
        _ summary: String, _ detail: String, _ token: Token, hint: String
    ) -> Bool {
        if !isRecovering { fail(summary, detail, at: token.range, hint: hint) }
        recover(after: .closeSequence)
        return false
    }
}
