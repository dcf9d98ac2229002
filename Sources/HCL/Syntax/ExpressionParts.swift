/// A variable and the constant steps that follow it.
public struct ReferenceNode: Sendable {
    /// The name of the variable.
    public let name: String
    /// The steps after the name.
    public let steps: [TraversalStep]
    /// The bytes of the whole.
    public let range: ByteRange
    /// Where the name ends; a second range would make every node of every expression larger.
    private let nameEnd: UInt32

    init(name: String, nameRange: ByteRange, steps: [TraversalStep] = [], end: Int) {
        self.name = name
        self.steps = steps
        range = ByteRange(nameRange.start, end)
        nameEnd = UInt32(clamping: nameRange.end)
    }

    /// The bytes of the name.
    public var nameRange: ByteRange { ByteRange(range.start, Int(nameEnd)) }
}

/// One constant step into a value.
public struct TraversalStep: Sendable {
    /// What a step selects.
    public enum Kind: Sendable {
        /// An attribute by name, as in `.name`.
        case attribute(String)
        /// An element by a constant key, as in `[0]`, `["name"]` or `.0`.
        case index(Value)
    }

    /// What the step selects.
    public let kind: Kind
    /// The bytes of the step with its dot or brackets.
    public let range: ByteRange

    /// The name that the step selects, when it is written as an attribute or a constant string.
    public var name: String? {
        switch kind {
        case .attribute(let name): name
        case .index(let key): key.stringValue
        }
    }
}

/// A call of a function by name.
public struct CallNode: Sendable {
    /// The name, with `::` between the parts of a namespaced one.
    public let name: String
    /// The bytes of the name.
    public let nameRange: ByteRange
    /// The arguments in order.
    public let arguments: [ExpressionNode]
    /// Whether the last argument is followed by `...` and so gives all remaining arguments.
    public let expandsLast: Bool
    /// The bytes of the opening parenthesis.
    public let openRange: ByteRange
    /// The bytes of the closing parenthesis.
    public let closeRange: ByteRange

    /// The bytes from the name to the closing parenthesis.
    public var range: ByteRange { nameRange.union(closeRange) }
}

/// One item of an object constructor.
public struct ObjectItemNode: Sendable {
    /// The key as written; a lone identifier means its own name.
    public let key: ExpressionNode
    /// The expression for the value.
    public let value: ExpressionNode

    /// The name that the key stands for without evaluation: that of a lone identifier.
    public var literalKey: String? {
        switch key {
        case .reference(let node) where node.steps.isEmpty: node.name
        case .literal(.bool(let flag), _): flag ? "true" : "false"
        case .literal(.null, _): "null"
        default: nil
        }
    }
}

/// A `for` expression.
public struct ForNode: Sendable {
    /// The variable for the key or index, when there are two.
    public let keyVariable: String?
    /// The variable for the element.
    public let valueVariable: String
    /// The collection.
    public let collection: ExpressionNode
    /// The expression for the key of an object; absent for a tuple.
    public let key: ExpressionNode?
    /// The expression for the element.
    public let value: ExpressionNode
    /// The condition after `if`.
    public let condition: ExpressionNode?
    /// Whether `...` groups the elements of one key.
    public let groups: Bool
    /// The bytes of the opening bracket.
    public let openRange: ByteRange
    /// The bytes of the closing bracket.
    public let closeRange: ByteRange

    /// The bytes from bracket to bracket.
    public var range: ByteRange { openRange.union(closeRange) }
}

/// An operator with one operand.
public enum UnaryOperator: String, Sendable {
    /// Arithmetic negation.
    case negate = "-"
    /// Logical negation.
    case not = "!"
}

/// An operator with two operands.
public enum BinaryOperator: String, Sendable {
    /// Logical disjunction.
    case or = "||"
    /// Logical conjunction.
    case and = "&&"
    /// Equality of value and type.
    case equal = "=="
    /// The opposite of equality.
    case notEqual = "!="
    /// Order of numbers.
    case less = "<"
    /// Order of numbers.
    case lessOrEqual = "<="
    /// Order of numbers.
    case greater = ">"
    /// Order of numbers.
    case greaterOrEqual = ">="
    /// Sum.
    case add = "+"
    /// Difference.
    case subtract = "-"
    /// Product.
    case multiply = "*"
    /// Quotient.
    case divide = "/"
    /// Remainder with the sign of the dividend.
    case modulo = "%"
}
