/// The parts of a template: pieces of text and expressions.
///
/// Most templates are one piece of text, which is kept without memory for a list.
public struct TemplateParts: Sendable {
    private enum Storage: Sendable {
        case text(String, ByteRange)
        case nodes([ExpressionNode])
    }

    private let storage: Storage

    init(_ nodes: [ExpressionNode]) {
        storage = .nodes(nodes)
    }

    /// A template of one piece of text in normalisation form C.
    init(text: String, range: ByteRange) {
        storage = .text(text, range)
    }

    /// The text, when the template is nothing else.
    public var text: String? {
        switch storage {
        case .text(let text, _): return text
        case .nodes(let nodes):
            guard nodes.count == 1, case .literal(let value, _) = nodes[0] else { return nil }
            return value.stringValue
        }
    }
}

extension TemplateParts: RandomAccessCollection {
    /// The index of the first part: zero.
    public var startIndex: Int { 0 }
    /// The number of parts.
    public var endIndex: Int {
        switch storage {
        case .text: 1
        case .nodes(let nodes): nodes.count
        }
    }

    /// The part at an index, which must be in range.
    public subscript(index: Int) -> ExpressionNode {
        switch storage {
        case .text(let text, let range):
            precondition(index == 0, "A template of one text has one part.")
            return .literal(.string(text), range)
        case .nodes(let nodes): return nodes[index]
        }
    }
}
