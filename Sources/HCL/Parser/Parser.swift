/// Turns tokens into a syntax tree, reporting as many errors as make sense.
///
/// After the first error the parser is recovering: errors that are probably only consequences are
/// then not reported, as the reference implementation does it.
///
/// Bytes and tokens are looked at in place, so a parser lives only inside `Parser.run`.
struct Parser: ~Copyable {
    let source: SourceFile
    let limits: ParseLimits
    let tokens: UnsafeBufferPointer<Token>
    private let bytes: UnsafeBufferPointer<UInt8>
    /// The first token that has not been taken.
    private var index = 0
    /// The first token that has not been taken and is not skipped.
    private var nextIndex = 0
    private var includesNewlines = true
    private var depth = 0
    private(set) var stack = StackRoom()
    private(set) var diagnostics: [Diagnostic] = []
    /// The number of errors found, reported or not.
    private(set) var errorCount = 0
    var isRecovering = false
    /// Where the argument, block or object item begins that is being parsed.
    var itemStart = 0
    /// How far a line is taken to go on, so that looking for its end costs little.
    private static let longestLine = 1_000_000
    /// The line whose indentation was asked for last, and the answer.
    var indentedLine = 0..<0
    var lastIndentation = 0
    /// The lines that have an error already; another one there is probably a consequence.
    private var reportedLines: [Range<Int>] = []
    /// The height of the tree that was built last.
    var height = 0

    // MARK: Parts of lists that are not complete yet

    var nodes = NodeStack<ExpressionNode>()
    var items = NodeStack<ObjectItemNode>()
    var steps = NodeStack<TraversalStep>()
    var parts = NodeStack<TemplatePart>()
    var attributes = NodeStack<Attribute>()

    private init(
        _ source: SourceFile, _ limits: ParseLimits, _ bytes: UnsafeBufferPointer<UInt8>,
        _ tokens: UnsafeBufferPointer<Token>, invalid: [Token]
    ) {
        self.source = source
        self.limits = limits
        self.bytes = bytes
        self.tokens = tokens
        guard bytes.count <= limits.largestFile else {
            fail(
                "File too large",
                "The file has \(bytes.count) bytes, and the limit is \(limits.largestFile).",
                at: ByteRange(0, 0), hint: "Split the file, or keep data in another format.")
            isRecovering = true
            return
        }
        for token in invalid {
            errorCount += 1
            guard isWorthReporting(token.range),
                let problem = InvalidTokens.diagnostic(for: token, in: source)
            else { continue }
            report(problem, at: token.range)
        }
    }

    /// Parses a source with a function, and throws all errors if there are any.
    static func run<Result>(
        _ source: SourceFile, limits: ParseLimits, isTemplate: Bool = false,
        _ body: (inout Parser) -> Result
    ) throws(Diagnostics) -> Result {
        let (result, problems) = source.bytes.withUnsafeBufferPointer { bytes in
            let (tokens, invalid) = tokens(of: bytes, limits, isTemplate)
            return tokens.withUnsafeBufferPointer { tokens in
                var parser = Parser(source, limits, bytes, tokens, invalid: invalid)
                let result = body(&parser)
                return (result, parser.errorCount == 0 ? nil : Diagnostics(parser.diagnostics))
            }
        }
        if let problems { throw problems }
        return result
    }

    /// The tokens to parse, and those that no valid source contains.
    ///
    /// If there are any of the latter, text in quotes is taken to end with its line.
    private static func tokens(
        of bytes: UnsafeBufferPointer<UInt8>, _ limits: ParseLimits, _ isTemplate: Bool
    ) -> (tokens: [Token], invalid: [Token]) {
        guard bytes.count <= limits.largestFile else { return ([Token(.endOfFile, 0, 0)], []) }
        let tokens = Lexer.tokens(of: bytes, isTemplate: isTemplate)
        guard tokens.contains(where: { $0.kind.isInvalid }) else { return (tokens, []) }
        let repaired = Lexer.tokens(of: bytes, isTemplate: isTemplate, closesQuotes: true)
        return (
            repaired.filter { $0.kind != .closedByNewline }, repaired.filter { $0.kind.isInvalid }
        )
    }

    // MARK: Tokens

    /// The next token.
    var next: Token { tokens[nextIndex] }

    /// The token after the next one, a newline or not.
    var tokenAfterNext: Token { tokens[min(nextIndex + 1, tokens.count - 1)] }

    /// Takes the next token; at the end of the file, that token again and again.
    @discardableResult
    mutating func read() -> Token {
        let token = tokens[nextIndex]
        index = nextIndex + 1
        findNext()
        return token
    }

    private mutating func findNext() {
        nextIndex = min(index, tokens.count - 1)
        if includesNewlines { return }
        while tokens[nextIndex].kind == .newline { nextIndex += 1 }
    }

    /// Takes the newlines that come next, whatever they mean here.
    mutating func skipNewlines() {
        while index < tokens.count, tokens[index].kind == .newline { index += 1 }
        findNext()
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
        let before = includesNewlines
        includesNewlines = included
        findNext()
        defer {
            includesNewlines = before
            findNext()
        }
        return body(&self)
    }

    func text(of token: Token) -> String {
        String(decoding: bytes(of: token), as: UTF8.self)
    }

    func bytes(of token: Token) -> UnsafeBufferPointer<UInt8> {
        bytes(in: token.range)
    }

    func bytes(in range: ByteRange) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: bytes[range.start..<range.end])
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
        errorCount += 1
        guard isWorthReporting(range) else { return }
        let better = SyntaxHint(source, range).text(for: summary) ?? hintAtEnd(range)
        report(
            Diagnostic(
                summary: summary, detail: detail,
                range: SourceRange(source: source, bytes: range), hint: better ?? hint), at: range)
        if diagnostics.count >= limits.mostDiagnostics { stop() }
    }

    /// Whether an error at a place is reported and not only counted, as those are whose line has one.
    ///
    /// One line can have any number of errors, so where the words for an error take time to find
    /// this is to be asked before.
    func isWorthReporting(_ range: ByteRange) -> Bool {
        diagnostics.count < limits.mostDiagnostics
            && !reportedLines.contains { $0.contains(range.start) }
    }

    private mutating func report(_ diagnostic: Diagnostic, at range: ByteRange) {
        let start = range.start
        let line = source.lineStart(before: start, within: .max)
        let end = source.lineEnd(after: start, within: Self.longestLine)
        reportedLines.append(line..<max(start, end) + 1)
        diagnostics.append(diagnostic)
    }

    // MARK: Limits

    /// Runs a piece of parsing one level deeper, or gives up on the whole file.
    mutating func nested<Result>(
        otherwise placeholder: (ByteRange) -> Result, _ body: (inout Parser) -> Result
    ) -> Result {
        guard depth < limits.deepestNesting else { return placeholder(giveUp()) }
        depth += 1
        defer { depth -= 1 }
        return stack.isShort ? elsewhere(placeholder, body) : body(&self)
    }

    private mutating func elsewhere<Result>(
        _ placeholder: (ByteRange) -> Result, _ body: (inout Parser) -> Result
    ) -> Result {
        var result: Result?
        let before = stack
        let isDone = before.lender.run { room in
            stack = room
            result = body(&self)
        }
        stack = before
        if isDone, let result { return result }
        return placeholder(giveUpForWantOfThreads())
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

    private mutating func giveUpForWantOfThreads() -> ByteRange {
        let range = next.range
        if !hasGivenUp {
            fail(
                "No thread for deep nesting",
                "The system gives no further thread, whose stack this nesting needs.", at: range,
                hint: "Raise the limit on threads or memory of the process.")
        }
        stop()
        return range
    }

    private mutating func stop() {
        hasGivenUp = true
        isRecovering = true
        index = tokens.count
        findNext()
        height = 0
    }
}
