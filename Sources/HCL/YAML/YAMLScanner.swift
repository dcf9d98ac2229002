/// Divides YAML text into tokens by the rules of YAML 1.1, as libyaml and its ports do.
///
/// Indentation becomes tokens that begin and end blocks. What may turn out to be the key of a
/// mapping, because a colon follows on the same line, is remembered until it cannot any more.
struct YAMLScanner {
    /// A place where a key may have begun.
    struct PossibleKey {
        let flowLevel: Int
        let tokenNumber: Int
        let mark: YAMLMark
        let isRequired: Bool
    }

    /// The longest key before its colon.
    private static let longestKey = 1_024

    var input: YAMLInput
    var isKeyAllowed = true
    private(set) var flowLevel = 0
    private(set) var indentation = -1
    private var indentations: [Int] = []
    private var tokens: [YAMLToken] = []
    private var head = 0
    private var tokensTaken = 0
    private var possibleKeys: [PossibleKey] = []
    private var firstPossibleKey = 0
    private var isEnded = false

    init(_ text: String) throws(YAMLFailure) {
        input = try YAMLInput(text)
    }

    /// The next token, which stays the next one.
    mutating func peek() throws(YAMLFailure) -> YAMLToken {
        while try needsMore() { try fetch() }
        return tokens[head]
    }

    /// Takes the token that `peek()` returned.
    mutating func skip() {
        guard head < tokens.count else { return }
        head += 1
        tokensTaken += 1
        if head > 1_000 {
            tokens.removeFirst(head)
            head = 0
        }
    }

    func failure(_ problem: String) -> YAMLFailure {
        .error("\(input.mark.description): \(problem)")
    }

    /// Whether the next token is not there yet or may still get a key in front of it.
    private mutating func needsMore() throws(YAMLFailure) -> Bool {
        if isEnded && head < tokens.count { return false }
        if head == tokens.count { return true }
        try dropStaleKeys()
        return firstPossibleKey < possibleKeys.count
            && possibleKeys[firstPossibleKey].tokenNumber == tokensTaken
    }

    private mutating func fetch() throws(YAMLFailure) {
        try skipToToken()
        try dropStaleKeys()
        closeBlocks(deeperThan: input.mark.column)
        if input.isAtEnd {
            try endBlocks()
            isEnded = true
            return append(.streamEnd)
        }
        if input.mark.column == 0 && input.isNext("%") { return try fetchDirective() }
        if input.isDocumentIndicator { return try fetchDocumentIndicator() }
        if try fetchIndicator() { return }
        try fetchScalar()
    }

    private mutating func skipToToken() throws(YAMLFailure) {
        while true {
            while input.isNext(" ") || (input.isNext("\t") && (flowLevel > 0 || !isKeyAllowed)) {
                input.skip()
            }
            if input.isNext("#") { input.skipComment() }
            guard input.isBreak() else { return }
            input.skipBreak()
            if flowLevel == 0 { isKeyAllowed = true }
        }
    }

    mutating func append(_ kind: YAMLToken.Kind, at mark: YAMLMark? = nil) {
        tokens.append(YAMLToken(kind: kind, mark: mark ?? input.mark))
    }
}

// MARK: - Keys

extension YAMLScanner {
    /// Forgets keys that began too long ago: on an earlier line or too many characters before.
    private mutating func dropStaleKeys() throws(YAMLFailure) {
        while firstPossibleKey < possibleKeys.count {
            let key = possibleKeys[firstPossibleKey]
            guard
                key.mark.line < input.mark.line
                    || key.mark.index + Self.longestKey < input.mark.index
            else { return }
            if key.isRequired { throw failure("could not find expected ':'") }
            firstPossibleKey += 1
        }
        possibleKeys.removeAll(keepingCapacity: true)
        firstPossibleKey = 0
    }

    /// Remembers that a key may begin here.
    mutating func saveKey() throws(YAMLFailure) {
        guard isKeyAllowed else { return }
        try removeKey()
        possibleKeys.append(
            PossibleKey(
                flowLevel: flowLevel, tokenNumber: tokensTaken + tokens.count - head,
                mark: input.mark,
                isRequired: flowLevel == 0 && indentation == input.mark.column))
    }

    /// Forgets the key of the current level.
    mutating func removeKey() throws(YAMLFailure) {
        guard let key = takeKey() else { return }
        if key.isRequired { throw failure("could not find expected ':'") }
    }

    private mutating func takeKey() -> PossibleKey? {
        guard possibleKeys.count > firstPossibleKey, possibleKeys.last?.flowLevel == flowLevel
        else { return nil }
        return possibleKeys.removeLast()
    }

    /// The colon after a key, or one that stands alone after a key begun by a question mark.
    mutating func fetchValue() throws(YAMLFailure) {
        if let key = takeKey() {
            let place = head + key.tokenNumber - tokensTaken
            tokens.insert(YAMLToken(kind: .key, mark: key.mark), at: place)
            openBlock(.blockMappingStart, at: key.mark, place: place)
            isKeyAllowed = false
        } else {
            if flowLevel == 0 {
                guard isKeyAllowed else {
                    throw failure("mapping values are not allowed in this context")
                }
                openBlock(.blockMappingStart, at: input.mark)
            }
            isKeyAllowed = flowLevel == 0
        }
        append(.value)
        input.skip()
    }

    mutating func fetchKey() throws(YAMLFailure) {
        if flowLevel == 0 {
            guard isKeyAllowed else {
                throw failure("mapping keys are not allowed in this context")
            }
            openBlock(.blockMappingStart, at: input.mark)
        }
        try removeKey()
        isKeyAllowed = flowLevel == 0
        append(.key)
        input.skip()
    }
}

// MARK: - Blocks

extension YAMLScanner {
    /// Begins a block when the indentation has grown.
    private mutating func openBlock(
        _ kind: YAMLToken.Kind, at mark: YAMLMark, place: Int? = nil
    ) {
        guard flowLevel == 0, indentation < mark.column else { return }
        indentations.append(indentation)
        indentation = mark.column
        tokens.insert(YAMLToken(kind: kind, mark: mark), at: place ?? tokens.count)
    }

    private mutating func closeBlocks(deeperThan column: Int) {
        guard flowLevel == 0 else { return }
        while indentation > column {
            append(.blockEnd)
            indentation = indentations.popLast() ?? -1
        }
    }

    /// Ends all blocks, as the end of a document does.
    private mutating func endBlocks() throws(YAMLFailure) {
        closeBlocks(deeperThan: -1)
        try removeKey()
        isKeyAllowed = false
    }

    mutating func fetchBlockEntry() throws(YAMLFailure) {
        if flowLevel == 0 {
            guard isKeyAllowed else {
                throw failure("block sequence entries are not allowed in this context")
            }
            openBlock(.blockSequenceStart, at: input.mark)
        }
        try removeKey()
        isKeyAllowed = true
        append(.blockEntry)
        input.skip()
    }

    mutating func fetchFlowStart(_ kind: YAMLToken.Kind) throws(YAMLFailure) {
        try saveKey()
        flowLevel += 1
        isKeyAllowed = true
        append(kind)
        input.skip()
    }

    mutating func fetchFlowEnd(_ kind: YAMLToken.Kind) throws(YAMLFailure) {
        try removeKey()
        flowLevel = max(0, flowLevel - 1)
        isKeyAllowed = false
        append(kind)
        input.skip()
    }

    private mutating func fetchDocumentIndicator() throws(YAMLFailure) {
        try endBlocks()
        append(input.isNext("-") ? .documentStart : .documentEnd)
        input.skip(3)
    }

    private mutating func fetchDirective() throws(YAMLFailure) {
        try endBlocks()
        try scanDirective()
    }
}
