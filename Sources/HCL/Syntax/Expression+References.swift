extension Expression {
    /// The uses of variables in the expression, in the order of the text.
    ///
    /// Variables of a `for` inside the expression are not among them. This is what the value can
    /// depend on, known without evaluating anything.
    public var references: [ReferenceNode] {
        var found: [ReferenceNode] = []
        var pending: [(node: ExpressionNode, hidden: [String])] = [(root, [])]
        while let (node, hidden) = pending.popLast() {
            if case .reference(let reference) = node, !hidden.contains(reference.name) {
                found.append(reference)
            }
            pending += node.children(hidden: hidden).reversed()
        }
        return found
    }

    /// The calls of functions in the expression, in the order of the text.
    public var calls: [CallNode] {
        var found: [CallNode] = []
        var pending = [root]
        while let node = pending.popLast() {
            if case .call(let call) = node { found.append(call) }
            pending += node.children(hidden: []).reversed().map(\.node)
        }
        return found
    }
}

extension ExpressionNode {
    /// The nodes directly inside this one, each with the names that a `for` around it hides.
    fileprivate func children(hidden: [String]) -> [(node: ExpressionNode, hidden: [String])] {
        switch self {
        case .literal, .reference, .splatElement: []
        case .relativeTraversal(let inner, _, _), .unary(_, let inner, _),
            .parentheses(let inner, _), .templateWrap(let inner, _), .templateJoin(let inner):
            [(inner, hidden)]
        case .index(let first, let second, _, _), .splat(let first, each: let second, _, _),
            .binary(_, let first, let second):
            [(first, hidden), (second, hidden)]
        case .call(let call): call.arguments.map { ($0, hidden) }
        case .conditional(let condition, let first, let second, _):
            [(condition, hidden), (first, hidden), (second, hidden)]
        case .tuple(let nodes, _): nodes.map { ($0, hidden) }
        case .template(let nodes, _): nodes.map { ($0, hidden) }
        case .object(let items, _, _):
            items.flatMap { item in
                let key = item.literalKey == nil ? [(item.key, hidden)] : []
                return key + [(item.value, hidden)]
            }
        case .forEach(let node): node.children(hidden: hidden)
        }
    }
}

extension ForNode {
    fileprivate func children(hidden: [String]) -> [(node: ExpressionNode, hidden: [String])] {
        let inner = hidden + [valueVariable] + (keyVariable.map { [$0] } ?? [])
        let scoped = [key, value, condition].compactMap { $0 }
        return [(collection, hidden)] + scoped.map { ($0, inner) }
    }
}
