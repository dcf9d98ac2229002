/// Reads one YAML document as Terraform's `yamldecode` does.
///
/// That is YAML 1.1 as libyaml reads it. Mappings become objects, whose keys are text, and
/// sequences become tuples. An alias stands for the value of its anchor; `<<` adds the attributes
/// of a mapping.
struct YAMLReader {
    /// A node as far as it is read: scalars keep their text, since a key is read otherwise.
    enum Node {
        case scalar(text: String, tag: String?, style: YAMLStyle, anchor: String?)
        case value(Value)
    }

    /// How deep nodes may be inside one another, which bounds the use of the stack.
    private static let deepestNesting = 150

    var scanner: YAMLScanner
    private var anchors: [String: Value] = [:]
    private var pendingAnchors: [String: Int] = [:]
    private var depth = 0
    private var stack = StackRoom()
    /// Units of work that reading may still take.
    private var remaining: Int

    private init(_ text: String, work: Int) throws(YAMLFailure) {
        remaining = work
        scanner = try YAMLScanner(text)
    }

    /// The value of a document, and the units of work that merging used of those allowed.
    ///
    /// The caller pays for the text itself.
    static func value(of text: String, work: Int) throws(YAMLFailure) -> (Value, used: Int) {
        var reader = try YAMLReader(text, work: work)
        let value = try reader.document()
        return (value, work - reader.remaining)
    }

    func failure(_ problem: String, at token: YAMLToken) -> YAMLFailure {
        .error("\(token.mark.description): \(problem)")
    }

    mutating func use(_ units: Int) throws(YAMLFailure) {
        guard units <= remaining else { throw .exhausted }
        remaining -= units
    }

    private mutating func document() throws(YAMLFailure) -> Value {
        var token = try scanner.peek()
        var isExplicit = false
        var hasVersion = false
        while case .version(let major, let minor) = token.kind {
            guard !hasVersion else { throw failure("found duplicate %YAML directive", at: token) }
            guard major == 1, minor == 1 else {
                throw failure("found incompatible YAML document", at: token)
            }
            hasVersion = true
            scanner.skip()
            token = try scanner.peek()
        }
        if case .documentStart = token.kind {
            isExplicit = true
            scanner.skip()
            token = try scanner.peek()
        } else if hasVersion {
            throw failure("did not find expected <document start>", at: token)
        }
        if case .streamEnd = token.kind, !isExplicit {
            throw failure("missing start of document", at: token)
        }
        let value = try documentContent(token, isExplicit: isExplicit)
        try expectEnd()
        return value
    }

    private mutating func documentContent(
        _ token: YAMLToken, isExplicit: Bool
    ) throws(YAMLFailure) -> Value {
        switch token.kind {
        case .version, .documentStart, .documentEnd, .streamEnd:
            if isExplicit { return .null(.dynamic) }
        default: break
        }
        return try value(isBlock: true, allowsIndentless: false)
    }

    private mutating func expectEnd() throws(YAMLFailure) {
        var token = try scanner.peek()
        while case .documentEnd = token.kind {
            scanner.skip()
            token = try scanner.peek()
        }
        guard case .streamEnd = token.kind else {
            throw failure("unexpected extra content after value", at: token)
        }
    }
}

// MARK: - Nodes

extension YAMLReader {
    mutating func value(
        isBlock: Bool, allowsIndentless: Bool
    ) throws(YAMLFailure) -> Value {
        switch try node(isBlock: isBlock, allowsIndentless: allowsIndentless) {
        case .value(let value): return value
        case .scalar(let text, let tag, let style, let anchor):
            let value = try YAMLScalar.value(of: text, tag: tag, style: style)
            if let anchor { anchors[anchor] = value }
            return value
        }
    }

    mutating func node(
        isBlock: Bool, allowsIndentless: Bool
    ) throws(YAMLFailure) -> Node {
        guard depth < Self.deepestNesting else {
            throw .doubt("more than \(Self.deepestNesting) levels of nesting")
        }
        depth += 1
        defer { depth -= 1 }
        if stack.isShort { return try nodeElsewhere(isBlock, allowsIndentless) }
        return try nodeInside(isBlock, allowsIndentless)
    }

    private mutating func nodeElsewhere(
        _ isBlock: Bool, _ allowsIndentless: Bool
    ) throws(YAMLFailure) -> Node {
        var result: Result<Node, YAMLFailure>?
        let before = stack
        let isDone = before.lender.run { room in
            stack = room
            result = Result { () throws(YAMLFailure) in try nodeInside(isBlock, allowsIndentless) }
        }
        stack = before
        guard isDone, let result else { throw .doubt("nesting that there is no thread for") }
        return try result.get()
    }

    private mutating func nodeInside(
        _ isBlock: Bool, _ allowsIndentless: Bool
    ) throws(YAMLFailure) -> Node {
        let start = try scanner.peek()
        if case .alias(let name) = start.kind {
            scanner.skip()
            return .value(try alias(name, at: start))
        }
        let (tag, anchor) = try properties()
        let token = try scanner.peek()
        switch token.kind {
        case .scalar(let text, let style):
            scanner.skip()
            return .scalar(text: text, tag: tag, style: style, anchor: anchor)
        case .flowSequenceStart: try check(tag, "seq", "sequence", at: token)
        case .blockEntry where allowsIndentless: try check(tag, "seq", "sequence", at: token)
        case .blockSequenceStart where isBlock: try check(tag, "seq", "sequence", at: token)
        case .flowMappingStart: try check(tag, "map", "mapping", at: token)
        case .blockMappingStart where isBlock: try check(tag, "map", "mapping", at: token)
        default:
            guard tag != nil || anchor != nil else {
                throw failure("did not find expected node content", at: token)
            }
            return .scalar(text: "", tag: tag, style: .plain, anchor: anchor)
        }
        if let anchor { pendingAnchors[anchor, default: 0] += 1 }
        let value = try collection(token)
        if let anchor {
            pendingAnchors[anchor, default: 0] -= 1
            anchors[anchor] = value
        }
        return .value(value)
    }

    private func check(
        _ tag: String?, _ name: String, _ kind: String, at token: YAMLToken
    ) throws(YAMLFailure) {
        guard let tag, tag != YAMLTag.prefix + name else { return }
        throw failure("can't interpret \(kind) as \(tag)", at: token)
    }

    private mutating func collection(_ token: YAMLToken) throws(YAMLFailure) -> Value {
        let value: Value
        switch token.kind {
        case .blockEntry: value = try sequence(isIndentless: true)
        case .blockSequenceStart: value = try sequence(isIndentless: false)
        case .flowSequenceStart: value = try flowSequence()
        case .flowMappingStart: value = try flowMapping()
        default: value = try blockMapping()
        }
        guard value.nesting <= EvaluationBudget.deepestValue else {
            throw .doubt("more than \(EvaluationBudget.deepestValue) levels of nesting")
        }
        return value
    }

    /// A tag and an anchor in either order.
    private mutating func properties() throws(YAMLFailure) -> (tag: String?, anchor: String?) {
        var tag: String?
        var anchor: String?
        while true {
            switch try scanner.peek().kind {
            case .tag(let name) where tag == nil: tag = name
            case .anchor(let name) where anchor == nil: anchor = name
            default: return (tag, anchor)
            }
            scanner.skip()
        }
    }

    private func alias(_ name: String, at token: YAMLToken) throws(YAMLFailure) -> Value {
        if pendingAnchors[name, default: 0] > 0 {
            throw failure(
                "cannot refer to an anchor from inside its own definition", at: token)
        }
        guard let value = anchors[name] else {
            throw failure("reference to an undefined anchor", at: token)
        }
        return value
    }
}
