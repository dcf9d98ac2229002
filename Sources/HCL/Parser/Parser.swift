/// Turns tokens into a syntax tree, reporting as many errors as make sense.
///
/// After the first error the parser is recovering: errors that are probably only consequences are
/// then not reported, as the reference implementation does it.
struct Parser {
    let source: SourceFile
    let limits: ParseLimits
    let tokens: [Token]
    private var index = 0
    private var newlineModes: [Bool] = [true]
    private var depth = 0
    private var stack = StackRoom()
    private(set) var diagnostics: [Diagnostic] = []
    /// The number of errors found, reported or not.
    private(set) var errorCount = 0
    var isRecovering = false
    /// Where the argument, block or object item begins that is being parsed.
    var itemStart = 0
    /// The lines that have an error already; another one there is probably a consequence.
    private var reportedLines: [Range<Int>] = []
    /// The height of the tree that was built last.
    var height = 0

    init(_ source: SourceFile, limits: ParseLimits, isTemplate: Bool = false) {
        self.source = source
        self.limits = limits
        guard source.bytes.count <= limits.largestFile else {
            tokens = [Token(.endOfFile, 0, 0)]
            fail(
                "File too large",
                "The file has \(source.bytes.count) bytes, and the limit is \(limits.largestFile).",
                at: ByteRange(0, 0), hint: "Split the file, or keep data in another format.")
            isRecovering = true
            return
        }
        let tokens = Lexer.tokens(of: source.bytes, isTemplate: isTemplate)
        guard tokens.contains(where: { $0.kind.isInvalid }) else {
            self.tokens = tokens
            return
        }
        let repaired = Lexer.tokens(of: source.bytes, isTemplate: isTemplate, closesQuotes: true)
        self.tokens = repaired.filter { $0.kind != .closedByNewline }
        for token in repaired where diagnostics.count < limits.mostDiagnostics {
            if let problem = InvalidTokens.diagnostic(for: token, in: source) { report(problem) }
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

    /// The next token that is not a newline.
    var nextVisible: Token {
        var place = index
        while place < tokens.count - 1, tokens[place].kind == .newline { place += 1 }
        return tokens[min(place, tokens.count - 1)]
    }

    /// Whether the next token that is not a newline is the first of its line.
    var isAtLineStart: Bool {
        guard index > 0, index < tokens.count else { return index == 0 }
        return tokens[index].kind == .newline || tokens[index - 1].kind == .newline
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

    /// Reports an error; `hint` is for when nothing better is known about the place.
    mutating func fail(
        _ summary: String, _ detail: String, at range: ByteRange, hint: String
    ) {
        let better = SyntaxHint(source, range).text(for: summary) ?? hintAtEnd(range)
        report(
            Diagnostic(
                summary: summary, detail: detail,
                range: SourceRange(source: source, bytes: range), hint: better ?? hint))
        if diagnostics.count >= limits.mostDiagnostics { stop() }
    }

    private mutating func report(_ diagnostic: Diagnostic) {
        errorCount += 1
        let start = diagnostic.range?.bytes.start ?? 0
        guard diagnostics.count < limits.mostDiagnostics,
            !reportedLines.contains(where: { $0.contains(start) })
        else { return }
        let line = source.lineStart(before: start, within: .max)
        reportedLines.append(line..<max(start, source.lineEnd(after: start, within: .max)) + 1)
        diagnostics.append(diagnostic)
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
        return stack.isShort ? elsewhere(placeholder, body) : body(&self)
    }

    private mutating func elsewhere<Result>(
        _ placeholder: (ByteRange) -> Result, _ body: (inout Parser) -> Result
    ) -> Result {
        var result: Result?
        let before = stack
        let isDone = StackRoom.elsewhere { room in
            stack = room
            result = body(&self)
        }
        stack = before
        return isDone ? result ?? placeholder(giveUp()) : placeholder(giveUp())
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
                "Nested too deeply",
                "Brackets, blocks and texts may be nested \(limits.deepestNesting) levels deep, and "
                    + "\(limits.highestTree) operators or steps be chained; this is more.",
                at: range, hint: "Split the value into several locals.")
        }
        stop()
        return range
    }

    private mutating func stop() {
        hasGivenUp = true
        isRecovering = true
        index = tokens.count
        height = 0
    }
}
