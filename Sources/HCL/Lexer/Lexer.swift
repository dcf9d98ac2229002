/// Cuts the bytes of a source into tokens.
///
/// The bytes are looked at in place, so a lexer must not outlive the call that lends them. Never fails: what fits nothing becomes a token of an invalid kind. Each byte is looked at a
/// small number of times, whatever the input.
struct Lexer {
    /// What the text at the current place is part of.
    enum Mode {
        case expression
        case quoted
        case heredoc
        case bareTemplate
    }

    /// A heredoc that has begun.
    private struct Heredoc {
        let marker: [UInt8]
        var isAtLineStart = true
    }

    let bytes: UnsafeBufferPointer<UInt8>
    var index: Int
    private(set) var tokens: [Token] = []
    private var modes: [Mode]
    private var heredocs: [Heredoc] = []
    private var braces = 0
    /// For every open interpolation, the number of braces at which its closing brace comes.
    private var sequenceBraces: [Int] = []
    /// Set once a search for the end of a block comment has failed: any later one would, too.
    var hasNoMoreCommentEnds = false
    /// Whether text in quotes ends with its line, so that the rest of a broken file makes sense.
    let closesQuotes: Bool

    private init(_ bytes: UnsafeBufferPointer<UInt8>, _ mode: Mode, closesQuotes: Bool) {
        self.closesQuotes = closesQuotes
        self.bytes = bytes
        modes = [mode]
        index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        tokens.reserveCapacity(bytes.count / 4 + 1)
    }

    /// The tokens of a file or a lone expression, with one for the end of the file at the end.
    static func tokens(
        of bytes: UnsafeBufferPointer<UInt8>, isTemplate: Bool, closesQuotes: Bool = false
    ) -> [Token] {
        var lexer = Lexer(
            bytes, isTemplate ? .bareTemplate : .expression, closesQuotes: closesQuotes)
        while lexer.index < bytes.count {
            switch lexer.modes.last ?? .expression {
            case .expression: lexer.lexExpression()
            case .quoted: lexer.lexQuoted()
            case .heredoc: lexer.lexHeredoc()
            case .bareTemplate: lexer.lexBareTemplate()
            }
        }
        lexer.emit(.endOfFile, length: 0)
        return lexer.tokens
    }

    /// The byte at a distance from the current place; zero beyond the end.
    func peek(_ distance: Int) -> UInt8 {
        let place = index + distance
        return place < bytes.count ? bytes[place] : 0
    }

    mutating func emit(_ kind: TokenKind, length: Int, isVerbatim: Bool = false) {
        tokens.append(Token(kind, index, index + length, isVerbatim: isVerbatim))
        index += length
    }

    mutating func openBrace() {
        emit(.openBrace, length: 1)
        braces += 1
    }

    /// A closing brace ends the innermost interpolation when it is not the end of an object in it.
    mutating func closeBrace(hasStripMarker: Bool) {
        let closesSequence = sequenceBraces.last == braces
        let kind: TokenKind = closesSequence || hasStripMarker ? .closeSequence : .closeBrace
        emit(kind, length: hasStripMarker ? 2 : 1)
        braces -= 1
        if closesSequence {
            sequenceBraces.removeLast()
            modes.removeLast()
        }
    }

    mutating func openQuote() {
        emit(.openQuote, length: 1)
        modes.append(.quoted)
    }

    mutating func closeQuote(length: Int = 1) {
        emit(.closeQuote, length: length)
        modes.removeLast()
    }

    /// Ends all text and interpolations that are open, as if the source had done it.
    ///
    /// Only where nothing but text in quotes is open: what a heredoc holds can go on.
    mutating func closeText(newlineLength: Int) -> Bool {
        guard closesQuotes, heredocs.isEmpty, modes.first == .expression else { return false }
        emit(.closedByNewline, length: newlineLength)
        index -= newlineLength
        while modes.count > 1 {
            if modes.last == .quoted {
                closeQuote(length: 0)
            } else {
                emit(.closeSequence, length: 0)
                braces = (sequenceBraces.popLast() ?? 1) - 1
                modes.removeLast()
            }
        }
        return true
    }

    mutating func openHeredoc(marker: [UInt8], length: Int) {
        emit(.openHeredoc, length: length)
        heredocs.append(Heredoc(marker: marker))
        modes.append(.heredoc)
    }

    /// Begins an interpolation or a directive if one is here.
    mutating func openSequence() -> Bool {
        guard peek(1) == UInt8(ascii: "{") else { return false }
        let kind: TokenKind
        switch peek(0) {
        case UInt8(ascii: "$"): kind = .openInterpolation
        case UInt8(ascii: "%"): kind = .openDirective
        default: return false
        }
        emit(kind, length: peek(2) == UInt8(ascii: "~") ? 3 : 2)
        braces += 1
        sequenceBraces.append(braces)
        if !heredocs.isEmpty { heredocs[heredocs.count - 1].isAtLineStart = false }
        modes.append(.expression)
        return true
    }

    /// Text of a heredoc up to, but not with, a newline or a sequence.
    mutating func emitHeredocText(length: Int) {
        heredocs[heredocs.count - 1].isAtLineStart = false
        emit(.plainText, length: length)
    }

    /// The rest of a line of a heredoc, which may be the closing marker.
    mutating func emitHeredocLine(length: Int, newlineLength: Int) {
        let heredoc = heredocs[heredocs.count - 1]
        if heredoc.isAtLineStart, isMarker(heredoc.marker, length: length) {
            emit(.closeHeredoc, length: length)
            emit(.newline, length: newlineLength)
            heredocs.removeLast()
            modes.removeLast()
            return
        }
        heredocs[heredocs.count - 1].isAtLineStart = true
        emit(.plainText, length: length + newlineLength)
    }

    private func isMarker(_ marker: [UInt8], length: Int) -> Bool {
        guard length >= marker.count else { return false }
        var start = index
        var end = index + length
        while start < end, Self.isWhitespace(bytes[start]) { start += 1 }
        while start < end, Self.isWhitespace(bytes[end - 1]) { end -= 1 }
        guard start < end else { return false }
        if bytes[start..<end].elementsEqual(marker) { return true }
        // Only characters beyond ASCII could be further white space.
        guard bytes[start] >= 0x80 || bytes[end - 1] >= 0x80 else { return false }
        let line = String(decoding: bytes[start..<end], as: UTF8.self)
        return line.trimming { $0.isWhitespace }.utf8.elementsEqual(marker)
    }

    private static func isWhitespace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || (9...13).contains(byte)
    }

    /// Everything that is left, as one token.
    mutating func emitRest(_ kind: TokenKind) {
        emit(kind, length: bytes.count - index)
    }
}
