/// A piece of source text and what it is.
struct Token {
    let range: ByteRange
    let kind: TokenKind
    /// Whether the token is text that stands for itself: ASCII only and without escapes.
    let isVerbatim: Bool

    init(_ kind: TokenKind, _ start: Int, _ end: Int, isVerbatim: Bool = false) {
        self.kind = kind
        self.isVerbatim = isVerbatim
        range = ByteRange(start, end)
    }
}

/// The kinds of tokens.
///
/// Comments are not among them: one that ends with a newline is a newline, others are nothing.
enum TokenKind: UInt8 {
    case openBrace
    case closeBrace
    case openBracket
    case closeBracket
    case openParenthesis
    case closeParenthesis
    case openQuote
    case closeQuote
    case openHeredoc
    case closeHeredoc
    case openInterpolation
    case openDirective
    /// The brace that closes an interpolation or a directive, with `~` before it or not.
    case closeSequence

    /// Text in quotes, escapes not yet decoded.
    case quotedText
    /// Text in a heredoc or a bare template.
    case plainText
    case number
    case identifier
    case newline
    case endOfFile

    case star
    case slash
    case plus
    case minus
    case percent
    case equal
    case equalEqual
    case notEqual
    case less
    case lessOrEqual
    case greater
    case greaterOrEqual
    case and
    case or
    case bang
    case dot
    case comma
    case ellipsis
    case fatArrow
    case question
    case colon
    case doubleColon

    /// Characters that other languages use and that deserve an error of their own. From here on
    /// the kinds are those that are never valid.
    case ampersand
    case bar
    case tilde
    case caret
    case semicolon
    case backtick
    case apostrophe

    case quotedNewline
    /// A newline in quotes that was taken to end the text; the newline itself follows.
    case closedByNewline
    case invalidCharacter
    case invalidEncoding

    /// Whether no valid source contains such a token.
    var isInvalid: Bool { rawValue >= TokenKind.ampersand.rawValue }

    /// The other end of a pair of brackets.
    var opposite: TokenKind? {
        switch self {
        case .openBrace: .closeBrace
        case .closeBrace: .openBrace
        case .openBracket: .closeBracket
        case .closeBracket: .openBracket
        case .openParenthesis: .closeParenthesis
        case .closeParenthesis: .openParenthesis
        case .openQuote: .closeQuote
        case .closeQuote: .openQuote
        case .openHeredoc: .closeHeredoc
        case .closeHeredoc: .openHeredoc
        case .openInterpolation, .openDirective: .closeSequence
        case .closeSequence: .openInterpolation
        default: nil
        }
    }
}
