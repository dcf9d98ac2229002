extension Diagnostic {
    /// The message for a terminal: place and text, the source line with a caret, and the hint.
    ///
    ///     common/versions.hcl:3:18: Invalid expression: Expected the start of an expression.
    ///       3 |   talos_version = ,
    ///         |                   ^
    ///       hint: …
    public func rendered() -> String {
        var lines = [description]
        if let range { lines += Self.excerpt(of: range) }
        if let hint { lines.append("  hint: \(hint)") }
        return lines.joined(separator: "\n")
    }

    /// The longest part of a line that is shown, in characters.
    private static let widestExcerpt = 160

    private static func excerpt(of range: SourceRange) -> [String] {
        let start = range.start
        var line = Array(range.source.line(containing: range.bytes.start))
        if start.line == 1, line.first == "\u{FEFF}" { line.removeFirst() }
        let column = min(start.column - 1, line.count)
        let first = max(0, column - widestExcerpt / 2)
        let last = min(line.count, first + widestExcerpt)
        let end = range.end
        let width = end.line == start.line ? end.column - start.column : line.count - column
        let carets = max(1, min(width, last - column))
        let indent = line[first..<column].map { $0 == "\t" ? "\t" : " " }.joined()
        let number = String(start.line)
        let margin = String(repeating: " ", count: number.count)
        return [
            "  \(number) | \(printable(line[first..<last]))",
            "  \(margin) | \(indent)\(String(repeating: "^", count: carets))",
        ]
    }

    /// Control characters would move the caret or the terminal, so they become a visible mark.
    private static func printable(_ text: ArraySlice<Character>) -> String {
        String(
            text.map { character in
                let isControl = character.unicodeScalars.contains { scalar in
                    scalar.properties.generalCategory == .control && scalar != "\t"
                }
                return isControl ? "\u{FFFD}" : character
            })
    }
}

extension Diagnostics {
    /// The rendered diagnostics, separated by an empty line.
    public func rendered() -> String {
        items.map { $0.rendered() }.joined(separator: "\n\n")
    }
}
