/// Turns tokens into a syntax tree, reporting as many errors as make sense.
///
/// After the first error the parser is recovering: errors that are probably only consequences are
/// then not reported, as the reference implementation does it.
struct Parser {
    let source: SourceFile
    let limits: ParseLimits
    private let tokens: [Token]
    private var index = 0
    private var newlineModes: [Bool] = [true]
    private var depth = 0
    private(set) var diagnostics: [Diagnostic] = []
    /// The number of errors found, reported or not.
    private(set) var errorCount = 0
    var isRecovering = false
    /// The height of the tree that was built last.
    var height = 0

    init(_ source: SourceFile, limits: ParseLimits, isTemplate: Bool = false) {
        self.source = source
        self.limits = limits
        guard source.bytes.count <= limits.largestFile else {
            tokens = [Token(.endOfFile, 0, 0)]
            let size = "\(source.bytes.count) bytes; the limit is \(limits.largestFile)"
            fail("File too large", "The file has \(size).", at: ByteRange(0, 0))
            isRecovering = true
            return
        }
        tokens = Lexer.tokens(of: source.bytes, isTemplate: isTemplate)
        var invalid = InvalidTokens()
        for token in tokens {
            if let problem = invalid.diagnostic(for: token, in: source) { report(problem) }
        }
    }

    // MARK: Tokens

    /// The next token.
    var next: Token { tokens[nextIndex] }

    private var nextIndex: Int {
        var place = index
        if newlineModes[newlineModes.count - 1] { return min(place, tokens.count - 1) }
        while place < tokens.count - 1, tokens[place].kind == .newline { place += 1 }
        return min(place, tokens.count - 1)
    }

    /// Takes the next token; at the end of the file, that token again and again.
    @discardableResult
    mutating func read() -> Token {
        let place = nextIndex
        index = place + 1
        return tokens[place]
    }

    /// The bytes of the token taken last, or of the first token.
    var previousRange: ByteRange {
        index == 0 ? next.range : tokens[min(index, tokens.count) - 1].range
    }

    /// Runs a piece of parsing in which newlines have a meaning or not.
    mutating func withNewlines<Result>(
        _ included: Bool, _ body: (inout Parser) -> Result
    ) -> Result {
        newlineModes.append(included)
        defer { newlineModes.removeLast() }
        return body(&self)
    }

    func text(of token: Token) -> String {
        String(decoding: bytes(of: token), as: UTF8.self)
    }

    func bytes(of token: Token) -> ArraySlice<UInt8> {
        source.bytes[token.range.start..<token.range.end]
    }

    func isKeyword(_ token: Token, _ keyword: StaticString) -> Bool {
        guard token.kind == .identifier,
            token.range.end - token.range.start == keyword.utf8CodeUnitCount
        else { return false }
        return keyword.withUTF8Buffer { bytes(of: token).elementsEqual($0) }
    }

    // MARK: Errors

    mutating func fail(
        _ summary: String, _ detail: String, at range: ByteRange, hint: String? = nil
    ) {
        report(
            Diagnostic(
                summary: summary, detail: detail,
                range: SourceRange(source: source, bytes: range), hint: hint))
    }

    mutating func report(_ diagnostic: Diagnostic) {
        errorCount += 1
        if diagnostics.count < limits.mostDiagnostics { diagnostics.append(diagnostic) }
    }

    // MARK: Limits

    /// Runs a piece of parsing one level deeper, or gives up on the whole file.
    mutating func nested<Result>(
        otherwise placeholder: (ByteRange) -> Result, _ body: (inout Parser) -> Result
    ) -> Result {
        guard depth < limits.deepestNesting else {
            return placeholder(giveUp())
        }
        depth += 1
        defer { depth -= 1 }
        return body(&self)
    }

    /// Notes the height of a tree about to be built; false when it would be too high.
    mutating func grow(_ children: Int) -> Bool {
        height = children + 1
        if height <= limits.highestTree { return true }
        _ = giveUp()
        return false
    }

    /// Whether a limit was exceeded, after which there is nothing more to parse.
    private(set) var hasGivenUp = false

    private mutating func giveUp() -> ByteRange {
        let range = next.range
        if !hasGivenUp {
            fail(
                "Nested too deeply", "This is nested deeper, or chained longer, than is allowed.",
                at: range)
        }
        hasGivenUp = true
        isRecovering = true
        index = tokens.count
        height = 0
        return range
    }
}
