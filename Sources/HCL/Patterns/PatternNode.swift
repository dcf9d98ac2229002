/// The structure of a regular expression.
indirect enum PatternNode: Sendable {
    /// A place between two scalars.
    enum Place: Sendable {
        case textStart
        case textEnd
        case lineStart
        case lineEnd
        case wordBoundary
        case noWordBoundary
    }

    case empty
    case one(ScalarClass)
    case place(Place)
    case capture(PatternNode, index: Int)
    case sequence([PatternNode])
    case choice([PatternNode])
    case repetition(PatternNode, least: Int, most: Int?, isGreedy: Bool)

    /// Whether the node can match without taking a scalar.
    var isNullable: Bool {
        switch self {
        case .empty, .place: true
        case .one: false
        case .capture(let inner, _): inner.isNullable
        case .sequence(let nodes): nodes.allSatisfy(\.isNullable)
        case .choice(let branches): branches.contains(where: \.isNullable)
        case .repetition(let inner, let least, _, _): least == 0 || inner.isNullable
        }
    }
}

/// Why a text is not a regular expression.
struct PatternFailure: Error, CustomStringConvertible {
    let description: String
    /// Whether the text is a regular expression, but one that needs tables that are not here.
    var isUnsupported = false
}
