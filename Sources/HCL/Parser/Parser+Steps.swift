extension Parser {
    /// An expression with steps that are still being collected.
    private struct Chain {
        var base: ExpressionNode
        var baseHeight: Int
        var steps: [TraversalStep] = []

        /// The expression with all steps collected so far.
        var node: ExpressionNode {
            guard let last = steps.last else { return base }
            let range = ByteRange(base.range.start, last.range.end)
            switch base {
            case .reference(let node):
                return .reference(
                    ReferenceNode(
                        name: node.name, nameRange: node.nameRange, steps: node.steps + steps,
                        range: range))
            case .relativeTraversal(let source, let before, _):
                return .relativeTraversal(source, before + steps, range)
            default:
                return .relativeTraversal(base, steps, range)
            }
        }

        var height: Int {
            if case .reference = base { return baseHeight }
            return steps.isEmpty ? baseHeight : baseHeight + 1
        }
    }

    /// Parses what follows a term: attributes, indexes and splats.
    mutating func parseSteps(from start: ExpressionNode) -> ExpressionNode {
        guard next.kind == .dot || next.kind == .openBracket else { return start }
        var chain = Chain(base: start, baseHeight: height)
        while true {
            switch next.kind {
            case .dot: parseDot(&chain)
            case .openBracket: parseBracket(&chain)
            default:
                height = chain.height
                return chain.node
            }
        }
    }

    private mutating func parseDot(_ chain: inout Chain) {
        let dot = read()
        let token = next
        switch token.kind {
        case .identifier, .number:
            if let step = parseStep(after: dot) { chain.steps.append(step) }
        case .star: parseAttributeSplat(&chain, dot: dot)
        default:
            failAttributeName(token)
            isRecovering = true
        }
    }

    /// A name or a legacy index after a dot.
    private mutating func parseStep(after dot: Token) -> TraversalStep? {
        let token = read()
        let range = dot.range.union(token.range)
        if token.kind == .identifier {
            return TraversalStep(kind: .attribute(text(of: token)), range: range)
        }
        let digits = bytes(of: token)
        if digits.contains(UInt8(ascii: ".")) {
            let parts = digits.split(separator: UInt8(ascii: "."))
                .map { "[" + String(decoding: $0, as: UTF8.self) + "]" }
            fail(
                "Invalid legacy index syntax", "Indexes after dots cannot follow one another.",
                at: token.range, hint: "Write \(parts.joined()) instead.")
            return nil
        }
        return TraversalStep(kind: .index(.number(number(token))), range: range)
    }

    private mutating func parseAttributeSplat(_ chain: inout Chain, dot: Token) {
        let star = read()
        let marker = dot.range.union(star.range)
        let first = next.range
        var last = star.range
        var steps: [TraversalStep] = []
        while next.kind == .dot {
            let dot = read()
            guard next.kind == .identifier || next.kind == .number else {
                failAttributeSplat()
                return
            }
            last = next.range
            if let step = parseStep(after: dot) { steps.append(step) }
        }
        var each = ExpressionNode.splatElement(marker)
        if !steps.isEmpty { each = .relativeTraversal(each, steps, first.union(last)) }
        let source = chain.node
        guard grow(chain.height + 1) else { return }
        let range = ByteRange(source.range.start, last.end)
        chain = Chain(
            base: .splat(source, each: each, marker: marker, range), baseHeight: height)
    }

    private mutating func failAttributeName(_ token: Token) {
        fail(
            "Invalid attribute name",
            "A name must follow the dot, but there is \(found(token)).", at: token.range,
            hint: "Write a name after the dot, or use [\"NAME\"] for one with other characters.")
    }

    private mutating func failAttributeSplat() {
        if !isRecovering {
            if next.kind == .star {
                fail(
                    "Nested splat expression not allowed",
                    "There can be only one \".*\" in a chain of steps.", at: next.range,
                    hint: "Use [*], which can be nested.")
            } else {
                failAttributeName(next)
            }
        }
        isRecovering = true
    }

    private mutating func parseBracket(_ chain: inout Chain) {
        let open = read()
        if next.kind == .star { return parseFullSplat(&chain, open: open) }
        let (key, close) = withNewlines(false) { parser in
            let before = parser.errorCount
            let key = parser.parseExpression()
            if parser.isRecovering && parser.errorCount > before {
                return (key, parser.recover(after: .closeBracket))
            }
            return (key, parser.expectClosingBracket("The index"))
        }
        let keyHeight = height
        let brackets = open.range.union(close.range)
        if let constant = key.constantKey {
            chain.steps.append(TraversalStep(kind: .index(constant), range: brackets))
            return
        }
        let collection = chain.node
        guard grow(max(chain.height, keyHeight)) else { return }
        let range = ByteRange(collection.range.start, brackets.end)
        chain = Chain(
            base: .index(collection, key, brackets: brackets, range), baseHeight: height)
    }

    private mutating func expectClosingBracket(_ what: String) -> Token {
        let close = read()
        guard close.kind != .closeBracket && !isRecovering else { return close }
        fail(
            "Missing close bracket",
            "\(what) must end with a closing bracket here, but there is \(found(close)).",
            at: close.range, hint: "Add the missing ].")
        return recover(after: .closeBracket)
    }

    private mutating func parseFullSplat(_ chain: inout Chain, open: Token) {
        read()
        let close = expectClosingBracket("The splat")
        let marker = open.range.union(close.range)
        height = 1
        let each = nested(otherwise: Self.placeholder) {
            $0.parseSteps(from: .splatElement(marker))
        }
        let source = chain.node
        guard grow(max(chain.height, height)) else { return }
        let range = ByteRange(source.range.start, each.range.end)
        chain = Chain(
            base: .splat(source, each: each, marker: marker, range), baseHeight: height)
    }
}

extension ExpressionNode {
    /// The value of a key that needs no evaluation.
    fileprivate var constantKey: Value? {
        switch self {
        case .literal(let value, _): return value
        case .template(let parts, _):
            if parts.count == 1, case .literal(let value, _) = parts[0] { return value }
            return nil
        default: return nil
        }
    }
}
