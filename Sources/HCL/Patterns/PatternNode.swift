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
}

/// Why a text is not a regular expression.
struct PatternFailure: Error, CustomStringConvertible {
    let description: String
}
