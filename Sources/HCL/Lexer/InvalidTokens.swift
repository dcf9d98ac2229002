/// Errors for tokens that no valid source contains.
enum InvalidTokens {
    /// The error for a token, or nothing when the token is valid.
    static func diagnostic(for token: Token, in source: SourceFile) -> Diagnostic? {
        guard let (summary, detail, hint) = problem(of: token, source) else { return nil }
        return Diagnostic(
            summary: summary, detail: detail,
            range: SourceRange(source: source, bytes: token.range), hint: hint)
    }

    private typealias Problem = (summary: String, detail: String, hint: String)

    private static func problem(of token: Token, _ source: SourceFile) -> Problem? {
        switch token.kind {
        case .ampersand: bitwise("&", "Write && for a logical \"and\".")
        case .bar: bitwise("|", "Write || for a logical \"or\".")
        case .tilde: bitwise("~", "Put text in quotes.")
        case .caret: bitwise("^", "For a power use pow(BASE, EXPONENT).")
        case .semicolon:
            character("A semicolon has no meaning here.", "Begin a new line instead.")
        case .backtick:
            character("Text is not written in backticks.", "Use \"…\", or a heredoc (<<EOT).")
        case .apostrophe:
            character("Text is not written in single quotes.", "Use \"…\" instead.")
        case .invalidCharacter: unknown(token, source)
        case .invalidEncoding:
            (
                "Invalid character encoding", "The file is not valid UTF-8 at this byte.",
                "Save the file as UTF-8."
            )
        case .quotedNewline, .closedByNewline:
            (
                "Invalid multi-line string",
                "The text in quotes must end on the line on which it begins.",
                "Close the quotes here, or write \\n or a heredoc (<<EOT) for text of several lines."
            )
        default: nil
        }
    }

    private static func bitwise(_ sign: String, _ hint: String) -> Problem {
        ("Unsupported operator", "There is no operator \(sign).", hint)
    }

    private static func character(_ detail: String, _ hint: String) -> Problem {
        ("Invalid character", detail, hint)
    }

    private static func unknown(_ token: Token, _ source: SourceFile) -> Problem {
        let text = source.text(in: token.range)
        guard let scalar = text.unicodeScalars.first else {
            return character("This has no meaning here.", "Remove it.")
        }
        let number = String(scalar.value, radix: 16, uppercase: true)
        let code = "U+" + String(repeating: "0", count: max(0, 4 - number.count)) + number
        let name = scalar.properties.name.map { ", \($0)" } ?? ""
        return character(
            "The character \(code)\(name) has no meaning here.", hint(for: scalar))
    }

    private static func hint(for scalar: Unicode.Scalar) -> String {
        switch scalar.value {
        case 0x2018...0x201F, 0xAB, 0xBB, 0x300C...0x300F, 0xFF02:
            return "These are typographic quotes; write plain ones: \"…\"."
        case 0x2010...0x2015, 0x2212: return "Write a plain hyphen: -."
        case 0xFF0C, 0x3001: return "Write a plain comma."
        case 0xFF1A: return "Write a plain colon, or =."
        case 0x0D: return "Save the file with line feeds, or with carriage return and line feed."
        case 0: return "This file is probably not text, or it is UTF-16; save it as UTF-8."
        case 0x24, 0x25: return "Put it in quotes."
        case 0x40: return "Put text in quotes."
        case 0xFEFF: return "Remove this invisible character; it may only begin a file."
        default:
            let isSpace = scalar.isWhitespace
            let isHidden = scalar.properties.generalCategory == .format
            if isSpace { return "It looks like a space; replace it by a plain one." }
            return isHidden ? "It is invisible; remove it." : "Put text in quotes, or remove this."
        }
    }
}
