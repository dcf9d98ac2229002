/// Guesses from the text around a syntax error what its author meant.
///
/// It looks at bytes only, since the tokens of a broken source say little.
struct SyntaxHint {
    /// The most bytes of a line that are looked at on either side of the error.
    private static let window = 512

    private let before: String
    private let after: String
    private let rest: String
    private let found: String

    init(_ source: SourceFile, _ range: ByteRange) {
        let start = source.lineStart(before: range.start, within: Self.window)
        let end = max(range.start, source.lineEnd(after: range.start, within: Self.window))
        before = source.text(in: ByteRange(start, range.start))
        after = source.text(in: ByteRange(range.start, end))
        found = String(source.text(in: range).prefix(8))
        let next = min(end + 1, source.bytes.count)
        let lines = source.text(in: ByteRange(next, min(next + Self.window, source.bytes.count)))
        rest = String(lines.drop { $0.isWhitespace })
    }

    /// What to do about an error with a summary, if its cause is one of those that are common.
    func text(for summary: String) -> String? {
        switch summary {
        case "Missing false expression in conditional": continuedCondition
        case "Invalid expression", "Missing expression": missingValue
        case "Missing newline after argument", "Missing attribute separator",
            "Missing item separator", "Missing argument separator",
            "Invalid number literal", "Invalid attribute name",
            "Extra characters after expression":
            unquotedText ?? afterValue
        case "Invalid legacy index syntax": isVersion ? unquotedText : nil
        case "Argument or block definition required", "Invalid block definition",
            "Invalid argument name", "Argument definition required":
            notAnItem
        case "Missing key/value separator", "Missing attribute value": wrongSeparator
        default: nil
        }
    }

    private var isEndOfLine: Bool { after.allSatisfy(\.isWhitespace) || after.hasPrefix("#") }

    private var continuedCondition: String? {
        guard isEndOfLine, rest.hasPrefix(":") || rest.hasPrefix("?") else { return nil }
        return
            "Move the \"\(rest.prefix(1))\" to the end of this line with what follows it, or put the "
            + "whole condition in parentheses."
    }

    private var missingValue: String? {
        let left = before.trimmingSuffix(while: \.isWhitespace)
        if isEndOfLine {
            if left.hasSuffix("=") && !left.hasSuffix("==") {
                return "Put the value on the line of the equals sign, or in parentheses."
            }
            guard let last = left.last, "+-*/%&|<>=!?:.".contains(last) else { return nil }
            return "Put the rest on this line, or the whole expression in parentheses."
        }
        if left.isEmpty, after.hasPrefix("?") || after.hasPrefix(":") {
            return "A condition that goes on in another line must be in parentheses."
        }
        if after.hasPrefix("<<") { return heredoc }
        if after.hasPrefix(",") {
            return left.isEmpty
                ? "Put the comma at the end of the line before."
                : "Remove the comma, or write a value."
        }
        if after.hasPrefix("=") { return "Write a single equals sign." }
        if after.hasPrefix("/") || after.hasPrefix(".") || after.hasPrefix("*") {
            return quoted(after)
        }
        return nil
    }

    private var heredoc: String? {
        let marker = after.drop { $0 == "<" || $0 == "-" }
        if after.hasPrefix("<<<") { return nil }
        if marker.hasPrefix(" ") { return "Write the marker directly after <<, as in <<EOT." }
        if marker.hasPrefix("\"") || marker.hasPrefix("'") {
            return "Write the marker of the heredoc without quotes, as in <<EOT."
        }
        return "Nothing may follow the marker of a heredoc on its line."
    }

    /// Text such as a version, an address, a size or a path that lacks its quotes.
    private var unquotedText: String? {
        let head = String(before.reversed().prefix(while: Self.isWordPart).reversed())
        let tail = after.prefix(while: Self.isWordPart)
        let word = head + tail
        guard let first = word.first, first.isLetter || first.isNumber || first == "/",
            !tail.isEmpty, word.contains(where: { $0.isNumber || $0 == "/" || $0 == ":" }),
            !head.isEmpty || found.contains(".")
        else { return nil }
        return quoted(word)
    }

    /// Whether what stands before the error begins like a version, as in `v1.`.
    private var isVersion: Bool {
        let head = before.reversed().prefix(while: Self.isWordPart).reversed()
        let digits = head.drop { "vV".contains($0) }
        return digits.count >= head.count - 1 && digits.first?.isNumber == true
    }

    private static func isWordPart(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || "._/+-:@~".contains(character)
    }

    private func quoted(_ text: String) -> String? {
        let word = text.prefix { !$0.isWhitespace && !",]})\"'".contains($0) }
        return word.isEmpty ? nil : "Put text in quotes: \"\(SafeText.name(String(word)))\"."
    }

    private var afterValue: String? {
        if continuedCondition != nil, isEndOfLine { return continuedCondition }
        let left = before.trimmingSuffix(while: \.isWhitespace)
        if after.hasPrefix("=") { return "Set one argument a line, and compare with ==." }
        if after.hasPrefix("\"") && left.hasSuffix("\"") {
            return "Separate the two texts by a comma, or join them in one pair of quotes."
        }
        guard let first = after.first else { return nil }
        if ")]}".contains(first) { return "Remove this, or open what it is to close." }
        let isWord = { (character: Character) in character.isLetter || character == "_" }
        if let last = left.last, isWord(first), isWord(last), !before.contains("[") {
            return "Put text in quotes."
        }
        return nil
    }

    private var notAnItem: String? {
        let left = before.trimmingSuffix(while: \.isWhitespace)
        let name = after.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
        let right = after.dropFirst(name.count).drop { $0 == " " || $0 == "\t" }
        if !name.isEmpty, !name.hasPrefix("-") {
            if right.hasPrefix(":") { return "Write = instead of the colon." }
            if right.hasPrefix("==") || right.hasPrefix("=>") { return "Write a single =." }
            if right.hasPrefix(".") || right.hasPrefix("[") {
                return "Only whole arguments can be set: write NAME = { … } for what is in it."
            }
            if right.hasPrefix("(") {
                return "A call must be the value of an argument, as in NAME = \(name)(…)."
            }
            if right.isEmpty && rest.hasPrefix("{") { return "Write the { on this line." }
            return nil
        }
        if left.isEmpty, after.hasPrefix("?") || after.hasPrefix(":") {
            return "A condition that goes on in another line must be in parentheses."
        }
        switch after.first {
        case "}": return "Remove this brace, or look for one too many } before it."
        case "]", ")": return "Remove this, or open what it is to close."
        case "-": return "This looks like YAML; write NAME = VALUE, and lists as [ … ]."
        case "[": return "Write NAME { for a block; only other formats use brackets."
        case "\"": return "Write the name without quotes."
        case ":": return "Write = instead of the colon."
        default: return nil
        }
    }

    private var wrongSeparator: String? {
        if after.hasPrefix("=>") { return "Write =; the arrow belongs into 'for' only." }
        if after.hasPrefix(",") { return "Write [ … ] for a list, or KEY = VALUE." }
        if after.hasPrefix(".") { return "Quote a key that contains dots." }
        return nil
    }
}

extension String {
    /// The text without the characters at its end that fit.
    fileprivate func trimmingSuffix(while fits: (Character) -> Bool) -> String {
        var text = self[...]
        while let last = text.last, fits(last) { text.removeLast() }
        return String(text)
    }
}
