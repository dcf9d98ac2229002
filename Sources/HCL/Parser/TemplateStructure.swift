/// Matches the directives of a template and builds its nodes.
struct TemplateStructure {
    private let parts: [TemplatePart]
    private var index = 0
    /// The height of the tallest node built so far.
    private(set) var tallest = 0

    init(parts: [TemplatePart]) {
        self.parts = parts
    }

    /// The nodes of the whole template.
    mutating func parse(_ parser: inout Parser) -> [ExpressionNode] {
        let first = parser.nodes.count
        while !parser.hasGivenUp {
            if case .end = parts[index] { break }
            let node = parseNode(&parser)
            parser.nodes.push(node)
        }
        return parser.nodes.pop(from: first)
    }

    private mutating func take() -> TemplatePart {
        let part = parts[index]
        if case .end = part { return part }
        index += 1
        return part
    }

    private mutating func parseNode(_ parser: inout Parser) -> ExpressionNode {
        switch take() {
        case .text(let text, let range):
            return .literal(.string(text), range)
        case .raw(let range):
            return .literal(.string(parser.normalisedText(in: range)), range)
        case .interpolation(let node, let height):
            tallest = max(tallest, height)
            return node
        case .ifStart(let condition, let height, let range):
            tallest = max(tallest, height)
            let node = parser.nested(otherwise: Parser.placeholder) { parser in
                parseIf(&parser, condition, range)
            }
            tallest += 2
            return node
        case .forStart(let names, let collection, let height, let range):
            tallest = max(tallest, height)
            let node = parser.nested(otherwise: Parser.placeholder) { parser in
                parseFor(&parser, names, collection, range)
            }
            tallest += 3
            return node
        case .closer(let closer, let range):
            parser.fail(
                "Unexpected \(closer.rawValue) directive",
                "No directive is open that this could belong to.", at: range,
                hint: "Remove it, or write the %{ if } or %{ for } that it belongs to.")
            return Parser.placeholder(range)
        case .end(let range):
            return Parser.placeholder(range)
        }
    }

    /// Parses nodes up to and with a closer, which is returned; nothing at an unexpected end.
    private mutating func parseContent(
        _ parser: inout Parser, of directive: String, at open: ByteRange,
        into nodes: inout [ExpressionNode]
    ) -> (TemplatePart.Closer, ByteRange)? {
        while true {
            if parser.hasGivenUp { return nil }
            switch parts[index] {
            case .end(let range):
                let line =
                    parser.isWorthReporting(range)
                    ? SourceRange(source: parser.source, bytes: open).start.line : 0
                parser.fail(
                    "Unexpected end of template",
                    "The \(directive) directive of line \(line) has no end\(directive).",
                    at: range, hint: "Write %{ end\(directive) } where it ends.")
                return nil
            case .closer(let closer, let range):
                index += 1
                return (closer, range)
            default: nodes.append(parseNode(&parser))
            }
        }
    }

    private mutating func parseIf(
        _ parser: inout Parser, _ condition: ExpressionNode, _ open: ByteRange
    ) -> ExpressionNode {
        var branches: [[ExpressionNode]] = [[]]
        while true {
            let last = branches.count - 1
            guard
                let (closer, range) = parseContent(
                    &parser, of: "if", at: open, into: &branches[last])
            else { return Parser.placeholder(open) }
            if closer == .otherwise && branches.count == 1 {
                branches.append([])
            } else if closer == .endIf {
                let second = branches.count == 2 ? branches[1] : []
                return .conditional(
                    condition, Self.template(branches[0], otherwiseAt: open.end),
                    Self.template(second, otherwiseAt: range.start), open.union(range))
            } else {
                Self.failCloser(&parser, closer, range, expected: "endif")
                return Parser.placeholder(range)
            }
        }
    }

    private mutating func parseFor(
        _ parser: inout Parser, _ names: Parser.ForNames, _ collection: ExpressionNode,
        _ open: ByteRange
    ) -> ExpressionNode {
        var content: [ExpressionNode] = []
        guard let (closer, range) = parseContent(&parser, of: "for", at: open, into: &content)
        else { return Parser.placeholder(open) }
        guard closer == .endFor else {
            Self.failCloser(&parser, closer, range, expected: "endfor")
            return Parser.placeholder(range)
        }
        return .templateJoin(
            .forEach(
                ForNode(
                    keyVariable: names.key, valueVariable: names.value, collection: collection,
                    key: nil, value: Self.template(content, otherwiseAt: open.end),
                    condition: nil, groups: false, openRange: open, closeRange: range)))
    }

    private static func failCloser(
        _ parser: inout Parser, _ closer: TemplatePart.Closer, _ range: ByteRange,
        expected: String
    ) {
        parser.fail(
            "Unexpected \(closer.rawValue) directive",
            "The directive that is open here ends with \(expected).", at: range,
            hint: "Write %{ \(expected) } instead.")
    }

    /// The content of a directive; empty content is an empty text at a place.
    private static func template(
        _ nodes: [ExpressionNode], otherwiseAt place: Int
    ) -> ExpressionNode {
        guard let first = nodes.first, let last = nodes.last else {
            let range = ByteRange(place, place)
            return .template(TemplateParts(text: "", range: range), range)
        }
        return .template(TemplateParts(nodes), ByteRange(first.range.start, last.range.end))
    }
}
