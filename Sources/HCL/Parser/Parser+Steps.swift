extension Parser {
    /// An expression whose steps so far are still on the stack.
    private struct Chain {
        var base: ExpressionNode
        var baseHeight: Int
        /// The height of the stack of steps at which the steps of the chain begin.
        let firstStep: Int
    }

    /// Parses what follows a term: attributes, indexes and splats.
    mutating func parseSteps(from start: ExpressionNode) -> ExpressionNode {
        guard next.kind == .dot || next.kind == .openBracket else { return start }
        var chain = Chain(base: start, baseHeight: height, firstStep: steps.count)
        while true {
            switch next.kind {
            case .dot: parseDot(&chain)
            case .openBracket: parseBracket(&chain)
            default:
                let tallest = height(of: chain)
                height = tallest
                return takeNode(of: chain)
            }
        }
    }

    private func height(of chain: Chain) -> Int {
        if case .reference = chain.base { return chain.baseHeight }
        return steps.count == chain.firstStep ? chain.baseHeight : chain.baseHeight + 1
    }

    /// The expression with all steps collected so far, which leave the stack.
    private mutating func takeNode(of chain: Chain) -> ExpressionNode {
        guard steps.count > chain.firstStep, let last = steps.last else { return chain.base }
        let steps = self.steps.pop(from: chain.firstStep)
        if case .reference(let node) = chain.base {
            return .reference(
                ReferenceNode(
                    name: node.name, nameRange: node.nameRange, steps: steps, end: last.range.end))
        }
        let range = ByteRange(chain.base.range.start, last.range.end)
        return .relativeTraversal(chain.base, steps, range)
    }

    private mutating func parseDot(_ chain: inout Chain) {
        let dot = read()
        let token = next
        switch token.kind {
        case .identifier, .number:
            if let step = parseStep(after: dot) { steps.push(step) }
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
        let firstStep = steps.count
        while next.kind == .dot {
            let dot = read()
            guard next.kind == .identifier || next.kind == .number else {
                failAttributeSplat()
                return
            }
            last = next.range
            if let step = parseStep(after: dot) { steps.push(step) }
        }
        var each = ExpressionNode.splatElement(marker)
        let taken = steps.pop(from: firstStep)
        if !taken.isEmpty { each = .relativeTraversal(each, taken, first.union(last)) }
        let sourceHeight = height(of: chain)
        let source = takeNode(of: chain)
        guard grow(sourceHeight + 1) else { return }
        let range = ByteRange(source.range.start, last.end)
        chain.base = .splat(source, each: each, marker: marker, range)
        chain.baseHeight = height
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
            steps.push(TraversalStep(kind: .index(constant), range: brackets))
            return
        }
        let collectionHeight = height(of: chain)
        let collection = takeNode(of: chain)
        guard grow(max(collectionHeight, keyHeight)) else { return }
        let range = ByteRange(collection.range.start, brackets.end)
        chain.base = .index(collection, key, brackets: brackets, range)
        chain.baseHeight = height
    }

    private mutating func expectClosingBracket(_ what: String) -> Token {
        let unexpected = read()
        guard unexpected.kind != .closeBracket && !isRecovering else { return unexpected }
        // The reference implementation places this error at the bracket where it goes on.
        let close = recover(after: .closeBracket)
        fail(
            "Missing close bracket",
            "\(what) must end with a closing bracket before \(found(unexpected)).",
            at: close.range, hint: "Add the missing ].")
        return close
    }

    private mutating func parseFullSplat(_ chain: inout Chain, open: Token) {
        read()
        let close = expectClosingBracket("The splat")
        let marker = open.range.union(close.range)
        height = 1
        let each = nested(otherwise: Self.placeholder) {
            $0.parseSteps(from: .splatElement(marker))
        }
        let sourceHeight = height(of: chain)
        let source = takeNode(of: chain)
        guard grow(max(sourceHeight, height)) else { return }
        let range = ByteRange(source.range.start, each.range.end)
        chain.base = .splat(source, each: each, marker: marker, range)
        chain.baseHeight = height
    }
}

extension ExpressionNode {
    /// The value of a key that needs no evaluation.
    var constantKey: Value? {
        switch self {
        case .literal(let value, _): return value
        case .template(let parts, _):
            return parts.text.map { .string($0) }
        default: return nil
        }
    }
}
