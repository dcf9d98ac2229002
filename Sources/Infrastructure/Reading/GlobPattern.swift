/// A pattern of paths as programs write it: `*`, `?` and `[…]` within one name, `**` across names,
/// and `{…,…}` for alternatives.
///
/// The dialects differ in what `**/` needs. Matching costs no more than the product of the lengths.
struct GlobPattern {
    /// Whose rules count.
    enum Dialect {
        /// As `fileset` and `.gitignore` have it: `**/` stands for any number of directories, also
        /// for none.
        case directories
        /// As `mark_glob_as_read` has it: `**` stands for any text.
        case text
    }

    /// One step of a pattern.
    enum Token {
        case scalar(Unicode.Scalar)
        case oneOf([ClosedRange<Unicode.Scalar>], isNegated: Bool)
        case anyOne
        case anyInName
        case anyText
        case anyDirectories
    }

    /// How many patterns the alternatives of one may stand for.
    private static let mostAlternatives = 256
    /// The patterns of which one must match.
    let alternatives: [[Token]]

    /// Creates a pattern of alternatives.
    init(alternatives: [[Token]]) {
        self.alternatives = alternatives
    }

    /// Reads a pattern; nothing when brackets or braces do not close or stand for too much.
    init?(_ text: String, dialect: Dialect, allowsBraces: Bool = true) {
        var texts = [Array(text.unicodeScalars)]
        if allowsBraces {
            guard let expanded = Self.expanded(Array(text.unicodeScalars)) else { return nil }
            texts = expanded
        }
        var alternatives: [[Token]] = []
        for text in texts {
            guard let tokens = Self.tokens(of: text, dialect: dialect) else { return nil }
            alternatives.append(tokens)
        }
        self.alternatives = alternatives
    }

    /// The most steps that one match against a text of a length takes.
    func cost(ofLength length: Int) -> Int {
        alternatives.reduce(1) { $0 + ($1.count + 1) * (length + 1) / 64 }
    }

    /// Whether a whole text matches.
    func matches(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        return alternatives.contains { Self.matches($0, scalars) }
    }

    private static func matches(_ tokens: [Token], _ text: [Unicode.Scalar]) -> Bool {
        // Which prefixes of the text the tokens so far can match.
        var reachable = [Bool](repeating: false, count: text.count + 1)
        reachable[0] = true
        for token in tokens {
            var next = [Bool](repeating: false, count: text.count + 1)
            var isOpen = false
            for place in 0...text.count {
                isOpen = isOpen || reachable[place]
                switch token {
                case .anyText: next[place] = isOpen
                case .anyInName:
                    next[place] = isOpen
                    if place < text.count, text[place] == "/" { isOpen = false }
                case .anyDirectories:
                    next[place] =
                        reachable[place] || isOpen && place > 0 && text[place - 1] == "/"
                case .scalar, .oneOf, .anyOne:
                    if place > 0, reachable[place - 1], token.matches(text[place - 1]) {
                        next[place] = true
                    }
                }
            }
            reachable = next
        }
        return reachable[text.count]
    }

    // MARK: Reading

    private static func tokens(of text: [Unicode.Scalar], dialect: Dialect) -> [Token]? {
        var tokens: [Token] = []
        var place = 0
        while place < text.count {
            switch text[place] {
            case "*":
                let start = place
                while place < text.count, text[place] == "*" { place += 1 }
                tokens.append(stars(text, start..<place, dialect, &place))
            case "?":
                tokens.append(.anyOne)
                place += 1
            case "[":
                guard let token = oneOf(text, &place) else { return nil }
                tokens.append(token)
            case "\\" where place + 1 < text.count:
                tokens.append(.scalar(text[place + 1]))
                place += 2
            case let scalar:
                tokens.append(.scalar(scalar))
                place += 1
            }
        }
        return tokens
    }

    private static func stars(
        _ text: [Unicode.Scalar], _ range: Range<Int>, _ dialect: Dialect, _ place: inout Int
    ) -> Token {
        if range.count == 1 { return .anyInName }
        if dialect == .text { return .anyText }
        let isAlone = range.lowerBound == 0 || text[range.lowerBound - 1] == "/"
        guard isAlone else { return .anyInName }
        if place == text.count { return .anyText }
        guard text[place] == "/" else { return .anyInName }
        place += 1
        return .anyDirectories
    }

    private static func oneOf(_ text: [Unicode.Scalar], _ place: inout Int) -> Token? {
        var index = place + 1
        let isNegated = index < text.count && (text[index] == "!" || text[index] == "^")
        if isNegated { index += 1 }
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        while index < text.count, text[index] != "]" || ranges.isEmpty {
            if text[index] == "\\", index + 1 < text.count { index += 1 }
            let first = text[index]
            var last = first
            if index + 2 < text.count, text[index + 1] == "-", text[index + 2] != "]" {
                last = text[index + 2]
                index += 2
            }
            guard first <= last else { return nil }
            ranges.append(first...last)
            index += 1
        }
        guard index < text.count else { return nil }
        place = index + 1
        return .oneOf(ranges, isNegated: isNegated)
    }

    /// The texts that the alternatives in braces stand for.
    private static func expanded(_ text: [Unicode.Scalar]) -> [[Unicode.Scalar]]? {
        guard let open = text.indices.first(where: { isSign("{", text, $0) }) else { return [text] }
        var depth = 0
        var starts = [open + 1]
        var close: Int?
        for index in text.indices[open...] {
            if isSign("{", text, index) { depth += 1 }
            if isSign("}", text, index) { depth -= 1 }
            if depth == 1, isSign(",", text, index) { starts.append(index + 1) }
            if depth == 0 {
                close = index
                break
            }
        }
        guard let close else { return nil }
        var results: [[Unicode.Scalar]] = []
        for (number, start) in starts.enumerated() {
            let end = number + 1 < starts.count ? starts[number + 1] - 1 : close
            let joined = Array(text[..<open] + text[start..<end] + text[(close + 1)...])
            guard let more = expanded(joined) else { return nil }
            results += more
            guard results.count <= mostAlternatives else { return nil }
        }
        return results
    }

    private static func isSign(
        _ sign: Unicode.Scalar, _ text: [Unicode.Scalar], _ index: Int
    ) -> Bool {
        text[index] == sign && (index == 0 || text[index - 1] != "\\")
    }
}

extension GlobPattern.Token {
    /// Whether a token for one sign stands for it.
    func matches(_ scalar: Unicode.Scalar) -> Bool {
        switch self {
        case .scalar(let wanted): wanted == scalar
        case .anyOne: scalar != "/"
        case .oneOf(let ranges, let isNegated):
            scalar != "/" && ranges.contains { $0.contains(scalar) } != isNegated
        case .anyInName, .anyText, .anyDirectories: false
        }
    }
}
