/// Reads a regular expression in the syntax of RE2, which Go's `regexp` has too.
struct PatternParser {
    /// What `(?…)` can switch.
    struct Flags {
        var ignoresCase = false
        var isMultiline = false
        var dotMatchesNewline = false
        var isUngreedy = false
    }

    /// RE2 limits counts in braces to this, too.
    private static let mostRepetitions = 1_000
    private static let deepestNesting = 100

    let text: [Unicode.Scalar]
    var index = 0
    private(set) var flags = Flags()
    private var depth = 0
    /// The names of the groups, in order; nothing for a group without a name.
    private(set) var groupNames: [String?] = []

    init(_ pattern: String) {
        text = Array(pattern.unicodeScalars)
    }

    mutating func parse() throws(PatternFailure) -> PatternNode {
        let node = try parseChoice()
        guard index == text.count else { throw failure("a ) closes nothing") }
        return node
    }

    func failure(_ problem: String) -> PatternFailure {
        PatternFailure(description: "\(problem) at character \(index) of the pattern")
    }

    var current: Unicode.Scalar? { index < text.count ? text[index] : nil }

    mutating func accept(_ scalars: String) -> Bool {
        guard text[index...].starts(with: scalars.unicodeScalars) else { return false }
        index += scalars.unicodeScalars.count
        return true
    }

    private mutating func parseChoice() throws(PatternFailure) -> PatternNode {
        var branches = [try parseSequence()]
        while accept("|") { branches.append(try parseSequence()) }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func parseSequence() throws(PatternFailure) -> PatternNode {
        var nodes: [PatternNode] = []
        while let scalar = current, scalar != "|", scalar != ")" {
            if let counts = parseCounts() {
                guard let atom = nodes.popLast() else {
                    throw failure("a repetition repeats nothing")
                }
                nodes.append(try parseRepetition(of: atom, counts))
            } else {
                nodes += try parseAtoms()
            }
        }
        return nodes.count == 1 ? nodes[0] : .sequence(nodes)
    }

    private mutating func parseRepetition(
        of atom: PatternNode, _ counts: (least: Int, most: Int?)
    ) throws(PatternFailure) -> PatternNode {
        let (least, most) = counts
        guard max(least, most ?? 0) <= Self.mostRepetitions, most ?? least >= least else {
            throw failure("a repetition count is not allowed")
        }
        let isLazy = accept("?")
        guard parseCounts() == nil else { throw failure("a repetition repeats a repetition") }
        return .repetition(
            atom, least: least, most: most, isGreedy: isLazy == flags.isUngreedy)
    }

    private mutating func parseCounts() -> (least: Int, most: Int?)? {
        if accept("*") { return (0, nil) }
        if accept("+") { return (1, nil) }
        if accept("?") { return (0, 1) }
        let start = index
        guard accept("{"), let least = parseNumber() else {
            index = start
            return nil
        }
        if accept("}") { return (least, least) }
        guard accept(",") else {
            index = start
            return nil
        }
        let most = parseNumber()
        if accept("}") { return (least, most) }
        index = start
        return nil
    }

    private mutating func parseNumber() -> Int? {
        var number: Int?
        while let digit = current.flatMap({ Character($0).wholeNumberValue }), digit < 10 {
            number = min(100_000, (number ?? 0) * 10 + digit)
            index += 1
        }
        return number
    }

    /// Reads one atom; flags are none, and quoted text is several.
    private mutating func parseAtoms() throws(PatternFailure) -> [PatternNode] {
        if accept("\\Q") { return parseQuoted() }
        if accept("(") { return try parseGroup().map { [$0] } ?? [] }
        return [try parseAtom()]
    }

    private mutating func parseQuoted() -> [PatternNode] {
        var nodes: [PatternNode] = []
        while index < text.count, !accept("\\E") {
            nodes.append(.one(folded(ScalarClass(text[index]))))
            index += 1
        }
        return nodes
    }

    private mutating func parseAtom() throws(PatternFailure) -> PatternNode {
        let scalar = text[index]
        index += 1
        switch scalar {
        case "[": return .one(try parseClass())
        case ".":
            var any = flags.dotMatchesNewline ? ScalarClass() : ScalarClass("\n")
            any.isNegated = true
            return .one(any)
        case "^": return .place(flags.isMultiline ? .lineStart : .textStart)
        case "$": return .place(flags.isMultiline ? .lineEnd : .textEnd)
        case "\\": return try parseEscape()
        default: return .one(folded(ScalarClass(scalar)))
        }
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
        default: false
        }
    }

    func folded(_ scalars: ScalarClass) -> ScalarClass {
        var result = scalars
        result.ignoresCase = flags.ignoresCase
        return result
    }

    private mutating func parseGroup() throws(PatternFailure) -> PatternNode? {
        guard depth < Self.deepestNesting else { throw failure("groups are nested too deeply") }
        depth += 1
        defer { depth -= 1 }
        let outer = flags
        var capture: Int?
        if accept("?P<") || accept("?<") {
            guard let end = text[index...].firstIndex(of: ">"), end > index else {
                throw failure("the name of a group is missing")
            }
            let name = String(String.UnicodeScalarView(text[index..<end]))
            guard name.utf8.allSatisfy(Self.isNamePart) else {
                throw failure("\"\(name)\" is no name for a group")
            }
            groupNames.append(name)
            index = end + 1
            capture = groupNames.count
        } else if accept("?") {
            if try parseFlags() { return nil }
        } else {
            groupNames.append(nil)
            capture = groupNames.count
        }
        let inner = try parseChoice()
        guard accept(")") else { throw failure("a group is not closed") }
        flags = outer
        return capture.map { .capture(inner, index: $0) } ?? inner
    }

    /// Reads flags; true when they stand alone and hold for the rest of the group.
    private mutating func parseFlags() throws(PatternFailure) -> Bool {
        var value = true
        while let scalar = current {
            index += 1
            switch scalar {
            case "i": flags.ignoresCase = value
            case "m": flags.isMultiline = value
            case "s": flags.dotMatchesNewline = value
            case "U": flags.isUngreedy = value
            case "-" where value: value = false
            case ":": return false
            case ")": return true
            default: throw failure("a flag is not known")
            }
        }
        throw failure("a group is not closed")
    }
}
