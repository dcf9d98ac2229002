import HCL

extension ExpressionNode {
    /// The nodes directly inside this one, in the order of the text.
    var children: [ExpressionNode] {
        switch self {
        case .literal, .reference, .splatElement: []
        case .relativeTraversal(let source, _, _): [source]
        case .index(let collection, let key, _, _): [collection, key]
        case .splat(let source, let each, _, _): [source, each]
        case .call(let call): call.arguments
        case .conditional(let condition, let first, let second, _): [condition, first, second]
        case .unary(_, let operand, _): [operand]
        case .binary(_, let left, let right): [left, right]
        case .parentheses(let inner, _): [inner]
        case .tuple(let elements, _): elements
        case .object(let items, _, _): items.flatMap { [$0.key, $0.value] }
        case .forEach(let loop):
            [loop.collection] + [loop.key, loop.value, loop.condition].compactMap(\.self)
        case .template(let parts, _): Array(parts)
        case .templateWrap(let inner, _): [inner]
        case .templateJoin(let inner): [inner]
        }
    }

    /// The node without parentheses and without an interpolation that is all of a template.
    var unwrapped: ExpressionNode {
        switch self {
        case .parentheses(let inner, _), .templateWrap(let inner, _): inner.unwrapped
        default: self
        }
    }
}
