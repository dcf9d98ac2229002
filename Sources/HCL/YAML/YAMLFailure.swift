/// Why YAML text gives no value.
enum YAMLFailure: Error {
    /// The text is wrong for every version of the reference implementation; the phrase says how.
    case error(String)
    /// The text has something that versions of the reference implementation read differently, or
    /// that is beyond the limits of this reader; the phrase names it.
    case doubt(String)
    /// Reading would take more work than is left.
    case exhausted
}

/// A place in YAML text.
struct YAMLMark {
    /// The number of characters before.
    var index = 0
    /// The number of lines before.
    var line = 0
    /// The number of characters before on the same line.
    var column = 0

    var description: String { "on line \(line + 1), column \(column + 1)" }
}

/// How a scalar is written.
enum YAMLStyle {
    case plain
    case quoted
    case block
}

/// A token of YAML, as the scanner gives it to the reader.
struct YAMLToken {
    enum Kind {
        case streamEnd
        case version(major: Int, minor: Int)
        case documentStart
        case documentEnd
        case blockSequenceStart
        case blockMappingStart
        case blockEnd
        case flowSequenceStart
        case flowSequenceEnd
        case flowMappingStart
        case flowMappingEnd
        case blockEntry
        case flowEntry
        case key
        case value
        case alias(String)
        case anchor(String)
        case tag(String)
        case scalar(String, YAMLStyle)
    }

    var kind: Kind
    var mark: YAMLMark
}
