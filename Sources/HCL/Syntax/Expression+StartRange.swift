extension ExpressionNode {
    /// The part of the node that messages about it as an argument point at.
    ///
    /// The reference implementation does not underline whole arguments but their characteristic
    /// beginning, and the positions of errors are to be the same.
    var startRange: ByteRange {
        switch self {
        case .template(let parts, let range): parts.first?.startRange ?? range
        case .templateJoin(let inner), .parentheses(let inner, _): inner.startRange
        case .conditional(let condition, _, _, _): condition.startRange
        case .binary(_, let left, _): left.startRange
        case .unary(_, _, let range), .tuple(_, let range): range.firstByte
        case .call(let node): node.nameRange.union(node.openRange)
        case .index(_, _, let brackets, _): brackets.firstByte
        case .splat(_, _, let marker, _): marker
        case .object(_, let openBrace, _): openBrace
        case .forEach(let node): node.openRange
        case .literal, .reference, .relativeTraversal, .splatElement, .templateWrap: range
        }
    }
}

extension ByteRange {
    fileprivate var firstByte: ByteRange { ByteRange(start, start + 1) }
}
