/// Errors for tokens that no valid source contains.
///
/// Some are reported only a few times, because the first one tells all there is to know.
struct InvalidTokens {
    private var counts: [TokenKind: Int] = [:]

    /// The error for a token, or nothing when the token is valid or has been reported enough.
    mutating func diagnostic(for token: Token, in source: SourceFile) -> Diagnostic? {
        guard let (problem, limit) = Self.problem(of: token.kind) else { return nil }
        let count = counts[token.kind, default: 0]
        counts[token.kind] = count + 1
        guard count < limit else { return nil }
        return Diagnostic(
            summary: problem.summary, detail: problem.detail,
            range: SourceRange(source: source, bytes: token.range), hint: problem.hint)
    }

    private typealias Problem = (summary: String, detail: String, hint: String?)

    private static func problem(of kind: TokenKind) -> (Problem, limit: Int)? {
        switch kind {
        case .ampersand: (bitwise("Write && for a logical conjunction."), 4)
        case .bar: (bitwise("Write || for a logical disjunction."), 4)
        case .tilde, .caret: (bitwise(nil), 4)
        case .semicolon:
            (character("A semicolon has no meaning here.", "Separate arguments by newlines."), 1)
        case .backtick:
            (character("A backtick has no meaning here.", "Use \"…\" or a heredoc for text."), 1)
        case .apostrophe:
            (character("Text is not written in single quotes.", "Use \"…\" instead."), 1)
        case .invalidCharacter:
            (character("This character has no meaning here.", nil), .max)
        case .invalidEncoding:
            (
                (
                    "Invalid character encoding", "The file is not valid UTF-8 at this byte.",
                    "Save the file as UTF-8."
                ), 1
            )
        case .quotedNewline:
            (
                (
                    "Invalid multi-line string", "Text in quotes must end on the line it began.",
                    "Close the quotes, write \\n, or use a heredoc (<<EOT)."
                ), .max
            )
        default: nil
        }
    }

    private static func bitwise(_ hint: String?) -> Problem {
        ("Unsupported operator", "There are no operators on bits.", hint)
    }

    private static func character(_ detail: String, _ hint: String?) -> Problem {
        ("Invalid character", detail, hint)
    }
}
