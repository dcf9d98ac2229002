/// Reads values that stand on one line.
struct YAMLFlow {
    private static let deepestNesting = 60
    private let text: [Character]
    private var index = 0

    private init(_ text: Substring) {
        self.text = Array(text)
    }

    /// The value on the rest of a line, after which there may only be a comment.
    static func value(of text: Substring) throws(YAMLDoubt) -> Value {
        var flow = YAMLFlow(text)
        let value = try flow.value(isInside: false, depth: 0)
        try flow.expectEnd()
        return value
    }

    /// The key at the beginning of a line and what follows its colon, if there is a key.
    static func key(of text: Substring) throws(YAMLDoubt) -> (String, Substring)? {
        var flow = YAMLFlow(text)
        guard let first = flow.current else { return nil }
        if first == "?" || first == "[" || first == "{" {
            if first == "?" { throw YAMLDoubt(construct: "a key of several parts") }
            return nil
        }
        let name: String
        if first == "\"" || first == "'" {
            name = try flow.quoted()
        } else {
            guard let colon = flow.colon() else { return nil }
            name = String(flow.text[..<colon])
            flow.index = colon
            guard !name.hasSuffix(" "), let word = try? YAMLScalar.value(of: name),
                word.stringValue == name, name != "<<"
            else { throw YAMLDoubt(construct: "a key that is no plain word") }
        }
        guard flow.current == ":" else { return nil }
        flow.index += 1
        guard flow.current == nil || flow.current == " " else { return nil }
        flow.skipSpace()
        return (name.inNormalFormC(), text.dropFirst(flow.index))
    }

    private var current: Character? { index < text.count ? text[index] : nil }

    private mutating func skipSpace() {
        while current == " " { index += 1 }
    }

    private mutating func expectEnd() throws(YAMLDoubt) {
        let hadSpace = current == " "
        skipSpace()
        guard current == nil || (hadSpace && current == "#") else {
            throw YAMLDoubt(construct: "something after a value")
        }
    }

    /// The first colon that ends a plain key.
    private func colon() -> Int? {
        for place in text.indices where text[place] == ":" {
            if place + 1 == text.count || text[place + 1] == " " { return place }
        }
        return nil
    }

    private mutating func value(isInside: Bool, depth: Int) throws(YAMLDoubt) -> Value {
        guard depth < Self.deepestNesting else { throw YAMLDoubt(construct: "deep nesting") }
        skipSpace()
        switch current {
        case "[": return try list(depth: depth)
        case "{": return try map(depth: depth)
        case "\"", "'": return .text(try quoted())
        case "&", "*": throw YAMLDoubt(construct: "an anchor")
        case "!": throw YAMLDoubt(construct: "a tag")
        default: return try plain(isInside: isInside)
        }
    }

    private mutating func plain(isInside: Bool) throws(YAMLDoubt) -> Value {
        let start = index
        while let character = current {
            if isInside && ",[]{}".contains(character) { break }
            if character == "#" && (index == 0 || text[index - 1] == " ") { break }
            if character == ":" {
                let next = index + 1 < text.count ? text[index + 1] : " "
                if next == " " || (isInside && ",[]{}".contains(next)) {
                    throw YAMLDoubt(construct: "a colon in plain text")
                }
            }
            index += 1
        }
        while index > start, text[index - 1] == " " { index -= 1 }
        return try YAMLScalar.value(of: String(text[start..<index]))
    }

    private mutating func list(depth: Int) throws(YAMLDoubt) -> Value {
        index += 1
        var elements: [Value] = []
        while true {
            skipSpace()
            if current == "]" { break }
            elements.append(try value(isInside: true, depth: depth + 1))
            try separator(before: "]")
        }
        index += 1
        return .tuple(ValueList(elements))
    }

    private mutating func map(depth: Int) throws(YAMLDoubt) -> Value {
        index += 1
        var pairs: [(key: String, value: Value)] = []
        while true {
            skipSpace()
            if current == "}" { break }
            let rest = Substring(String(text[index...]))
            guard let (name, after) = try Self.key(of: rest),
                !name.contains(where: { ",[]{}".contains($0) }),
                !pairs.contains(where: { $0.key == name })
            else { throw YAMLDoubt(construct: "an unusual key") }
            index = text.count - after.count
            pairs.append((name, try value(isInside: true, depth: depth + 1)))
            try separator(before: "}")
        }
        index += 1
        return .object(ValueMap(pairs))
    }

    private mutating func separator(before end: Character) throws(YAMLDoubt) {
        skipSpace()
        if current == "," {
            index += 1
        } else if current != end {
            throw YAMLDoubt(construct: "a collection over several lines")
        }
    }

    private mutating func quoted() throws(YAMLDoubt) -> String {
        let quote = current
        index += 1
        var result = ""
        while let character = current {
            index += 1
            if character == quote {
                guard quote == "'", current == "'" else { return result }
                result.append("'")
                index += 1
            } else if character == "\\" && quote == "\"" {
                guard let escaped = current, let plain = Self.escapes[escaped] else {
                    throw YAMLDoubt(construct: "an unusual escape")
                }
                result.append(plain)
                index += 1
            } else {
                result.append(character)
            }
        }
        throw YAMLDoubt(construct: "quoted text over several lines")
    }

    private static let escapes: [Character: Character] = [
        "n": "\n", "t": "\t", "r": "\r", "\"": "\"", "\\": "\\", "/": "/", "0": "\0",
    ]
}

/// Plain words of YAML.
enum YAMLScalar {
    private static let truths: Set<String> = ["y", "yes", "true", "on"]
    private static let falsehoods: Set<String> = ["n", "no", "false", "off"]

    static func value(of word: String) throws(YAMLDoubt) -> Value {
        if word.isEmpty || word == "~" { return .null(.dynamic) }
        let lower = word.lowercased()
        let isRegular =
            word == lower || word == word.uppercased()
            || word.dropFirst() == lower.dropFirst()[...]
        if isRegular && lower == "null" { return .null(.dynamic) }
        if isRegular && truths.contains(lower) { return .bool(true) }
        if isRegular && falsehoods.contains(lower) { return .bool(false) }
        guard let first = word.first, !"-?:,[]{}#&*!|>'\"%@`".contains(first) || isNumber(word)
        else { throw YAMLDoubt(construct: "an indicator in plain text") }
        if isNumber(word), let number = Number(word) { return .number(number) }
        if looksNumeric(word) { throw YAMLDoubt(construct: "the word \(word)") }
        return .text(word)
    }

    /// Decimal without a leading zero, a sign other than minus, or an exponent.
    private static func isNumber(_ word: String) -> Bool {
        let digits = word.hasPrefix("-") ? word.dropFirst() : word[...]
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count),
            parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } })
        else { return false }
        return parts[0] == "0" || !parts[0].hasPrefix("0")
    }

    /// Whether some reader might take the word for a number, a date or a special number.
    private static func looksNumeric(_ word: String) -> Bool {
        var rest = word[...]
        if let first = rest.first, "+-.".contains(first) { rest = rest.dropFirst() }
        if [".inf", ".nan", "inf", "nan"].contains(rest.lowercased()) { return true }
        guard let first = rest.first, first.isASCII, first.isNumber else { return false }
        return rest.allSatisfy { "0123456789abcdefABCDEFxXoO_+-.:TtZz ".contains($0) }
            && !isVersion(word)
    }

    /// Three numbers with points between them are nothing but text to every reader.
    private static func isVersion(_ word: String) -> Bool {
        let parts = word.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count >= 3
            && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }
    }
}
