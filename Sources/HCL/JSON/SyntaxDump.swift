extension Body {
    /// The syntax tree as JSON, with the node names of the reference implementation.
    ///
    /// Every node has `kind`, `range` (two byte offsets), `attr` where it has properties and
    /// `kids` where it has children.
    public var syntaxJSON: String { SyntaxDump.node(of: self).json }
}

extension Expression {
    /// The syntax tree as JSON, in the form of `Body.syntaxJSON`.
    public var syntaxJSON: String { SyntaxDump(source: source).node(of: root).json }
}

/// A node of the tree as it is written out.
struct DumpNode {
    var kind: String
    var range: ByteRange
    /// Properties, as names and JSON texts.
    var attributes: [(String, String)] = []
    var children: [DumpNode] = []

    var json: String {
        var text = "{\"kind\":\"\(kind)\",\"range\":[\(range.start),\(range.end)]"
        if !attributes.isEmpty {
            text += ",\"attr\":{" + attributes.map { "\(quoted($0)):\($1)" }.joined(separator: ",")
            text += "}"
        }
        if !children.isEmpty {
            text += ",\"kids\":[" + children.map(\.json).joined(separator: ",") + "]"
        }
        return text + "}"
    }
}

private func quoted(_ text: String) -> String {
    Value.string(text).json ?? ""
}

/// Builds the nodes of a dump.
struct SyntaxDump {
    let source: SourceFile

    static func node(of body: Body) -> DumpNode {
        let dump = SyntaxDump(source: body.source)
        let ranges = body.attributes.map(\.range)
        let all = ranges.dropFirst().reduce(ranges.first) { $0?.union($1) }
        let empty = ByteRange(0, 0)
        return DumpNode(
            kind: "Body", range: body.range,
            children: [
                DumpNode(
                    kind: "Attributes", range: all ?? empty,
                    children: body.attributes.map(dump.node(of:))),
                DumpNode(
                    kind: "Blocks", range: body.blocks.first?.range ?? empty,
                    children: body.blocks.map(dump.node(of:))),
            ])
    }

    private func node(of attribute: Attribute) -> DumpNode {
        DumpNode(
            kind: "Attribute", range: attribute.range,
            attributes: [("name", quoted(attribute.name))],
            children: [node(of: attribute.expression.root)])
    }

    private func node(of block: Block) -> DumpNode {
        let labels =
            block.labels.isEmpty
            ? "null" : "[" + block.labels.map(quoted).joined(separator: ",") + "]"
        return DumpNode(
            kind: "Block", range: block.range,
            attributes: [("labels", labels), ("type", quoted(block.type))],
            children: [Self.node(of: block.body)])
    }

    func node(of node: ExpressionNode) -> DumpNode {
        let (kind, attributes, children) = parts(of: node)
        return DumpNode(
            kind: kind, range: node.range, attributes: attributes, children: children)
    }

    private typealias Parts = (String, [(String, String)], [DumpNode])

    private func parts(of node: ExpressionNode) -> Parts {
        func nodes(_ children: ExpressionNode...) -> [DumpNode] { children.map(self.node(of:)) }
        switch node {
        case .literal(let value, _):
            return ("LiteralValueExpr", [("value", value.json ?? "null")], [])
        case .reference(let node): return reference(node)
        case .relativeTraversal(let base, let steps, _):
            return ("RelativeTraversalExpr", [traversal(steps.map(describe))], nodes(base))
        case .index(let base, let key, _, _): return ("IndexExpr", [], nodes(base, key))
        case .splat(let base, let each, _, _): return ("SplatExpr", [], nodes(base, each))
        case .splatElement: return ("AnonSymbolExpr", [], [])
        case .call(let call):
            return (
                "FunctionCallExpr",
                [("expand", String(call.expandsLast)), ("name", quoted(call.name))],
                call.arguments.map(self.node(of:))
            )
        case .conditional(let condition, let first, let second, _):
            return ("ConditionalExpr", [], nodes(condition, first, second))
        case .unary(let symbol, let operand, _):
            let name = symbol == .negate ? "neg" : symbol.rawValue
            return ("UnaryOpExpr", [("op", quoted(name))], nodes(operand))
        case .binary(let symbol, let left, let right):
            return ("BinaryOpExpr", [("op", quoted(symbol.rawValue))], nodes(left, right))
        case .parentheses(let inner, _): return ("ParenthesesExpr", [], nodes(inner))
        case .tuple(let elements, _):
            return ("TupleConsExpr", [], elements.map(self.node(of:)))
        case .object(let items, _, _):
            return (
                "ObjectConsExpr", [],
                items.flatMap { [key(of: $0), self.node(of: $0.value)] }
            )
        case .forEach(let node): return forEach(node)
        case .template(let parts, _): return ("TemplateExpr", [], parts.map(self.node(of:)))
        case .templateWrap(let inner, _): return ("TemplateWrapExpr", [], nodes(inner))
        case .templateJoin(let inner): return ("TemplateJoinExpr", [], nodes(inner))
        }
    }

    private func reference(_ node: ReferenceNode) -> Parts {
        ("ScopeTraversalExpr", [traversal(["root:\(node.name)"] + node.steps.map(describe))], [])
    }

    private func traversal(_ steps: [String]) -> (String, String) {
        ("traversal", "[" + steps.map(quoted).joined(separator: ",") + "]")
    }

    private func describe(_ step: TraversalStep) -> String {
        switch step.kind {
        case .attribute(let name): "attr:\(name)"
        case .index(.string(let name)): "index:\(name)"
        case .index(let key): "index:\(key.json ?? "")"
        }
    }

    private func key(of item: ObjectItemNode) -> DumpNode {
        let isForced = source.bytes[item.key.range.start] == UInt8(ascii: "(")
        return DumpNode(
            kind: "ObjectConsKeyExpr", range: item.key.range,
            attributes: [("forceNonLiteral", String(isForced))],
            children: item.literalKey == nil ? [node(of: item.key)] : [])
    }

    private func forEach(_ node: ForNode) -> Parts {
        let scoped = [node.key, node.value, node.condition].compactMap { $0 }
        let properties = [
            ("group", String(node.groups)), ("key", quoted(node.keyVariable ?? "")),
            ("val", quoted(node.valueVariable)),
        ]
        let children = scoped.map {
            DumpNode(kind: "ChildScope", range: $0.range, children: [self.node(of: $0)])
        }
        return ("ForExpr", properties, [self.node(of: node.collection)] + children)
    }
}
