/// An expression together with the file that it was read from.
public struct Expression: Sendable {
    /// The file.
    public let source: SourceFile
    /// The outermost node of the expression.
    public let root: ExpressionNode

    /// Joins a node and its file.
    public init(source: SourceFile, root: ExpressionNode) {
        self.source = source
        self.root = root
    }

    /// The bytes of the expression.
    public var range: ByteRange { root.range }
    /// The place of the expression, for messages.
    public var location: SourceRange { SourceRange(source: source, bytes: root.range) }
}

/// One node of an expression.
///
/// Only the cases that hold other nodes directly are indirect: the most frequent ones, names, texts
/// and collections, are kept where the node is, without memory of their own.
public enum ExpressionNode: Sendable {
    /// A number, `true`, `false`, `null` or a piece of text in a template.
    case literal(Value, ByteRange)
    /// A variable with constant steps after it, as in `local.nodes[0].name`.
    case reference(ReferenceNode)
    /// Constant steps after any other expression, as in `f(x).locals`.
    indirect case relativeTraversal(ExpressionNode, [TraversalStep], ByteRange)
    /// An index that has to be evaluated: collection, key, the bytes of brackets and key, and all.
    indirect case index(ExpressionNode, ExpressionNode, brackets: ByteRange, ByteRange)
    /// A splat: source, the expression for each element, the bytes of the marker, and all.
    indirect case splat(ExpressionNode, each: ExpressionNode, marker: ByteRange, ByteRange)
    /// The element that the innermost splat is at.
    case splatElement(ByteRange)
    /// A function call.
    indirect case call(CallNode)
    /// A condition with its two results.
    indirect case conditional(ExpressionNode, ExpressionNode, ExpressionNode, ByteRange)
    /// An operator before an operand.
    indirect case unary(UnaryOperator, ExpressionNode, ByteRange)
    /// An operator between two operands.
    indirect case binary(BinaryOperator, ExpressionNode, ExpressionNode)
    /// An expression in parentheses.
    indirect case parentheses(ExpressionNode, ByteRange)
    /// A tuple in brackets.
    case tuple([ExpressionNode], ByteRange)
    /// An object in braces.
    case object([ObjectItemNode], openBrace: ByteRange, ByteRange)
    /// A `for` in brackets or braces.
    indirect case forEach(ForNode)
    /// A template of several parts or of text only.
    case template(TemplateParts, ByteRange)
    /// A template that is one interpolation and so keeps the type of the value.
    indirect case templateWrap(ExpressionNode, ByteRange)
    /// The joined results of a `%{for}` directive.
    indirect case templateJoin(ExpressionNode)
}

extension ExpressionNode {
    /// The bytes of the node.
    public var range: ByteRange {
        switch self {
        case .literal(_, let range), .relativeTraversal(_, _, let range),
            .index(_, _, _, let range), .splat(_, _, _, let range), .splatElement(let range),
            .conditional(_, _, _, let range), .unary(_, _, let range),
            .parentheses(_, let range), .tuple(_, let range), .object(_, _, let range),
            .template(_, let range), .templateWrap(_, let range):
            range
        case .reference(let node): node.range
        case .call(let node): node.range
        case .forEach(let node): node.range
        case .binary(_, let left, let right): ByteRange(left.range.start, right.range.end)
        case .templateJoin(let tuple): tuple.range
        }
    }
}
