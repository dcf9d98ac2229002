/// What in a YAML text keeps it from being read with certainty.
struct YAMLDoubt: Error {
    /// The construct, as a phrase such as `an anchor`.
    let construct: String
}

/// Reads the part of YAML in which all versions and readers agree.
///
/// A wrong value would be worse than none, so everything else is a doubt: anchors, tags, several
/// documents, text over several lines without `|` or `>`, and plain words that some readers take
/// for numbers or dates and others do not.
struct YAMLSubset {
    private struct Line {
        var indentation: Int
        var text: Substring

        var isBlank: Bool { text.isEmpty || text.hasPrefix("#") }
        var isItem: Bool { text == "-" || text.hasPrefix("- ") }
    }

    private static let deepestNesting = 60
    private var lines: [Line]
    private var index = 0
    private var depth = 0

    private init(_ text: String) throws(YAMLDoubt) {
        lines = []
        for raw in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let line = raw.hasSuffix("\r") ? raw.dropLast() : raw
            let content = line.drop { $0 == " " }
            guard !content.hasPrefix("\t") else { throw YAMLDoubt(construct: "a tab") }
            lines.append(Line(indentation: line.count - content.count, text: content))
        }
    }

    static func value(of text: String) throws(YAMLDoubt) -> Value {
        guard !text.contains("\r\n") else { throw YAMLDoubt(construct: "carriage returns") }
        var reader = try YAMLSubset(text)
        if reader.current?.text == "---" { reader.index += 1 }
        guard reader.current != nil else { return .null(.dynamic) }
        let value = try reader.block()
        guard reader.current == nil else { throw YAMLDoubt(construct: "an uneven indentation") }
        return value
    }

    /// The next line with content.
    private var current: Line? {
        mutating get {
            while index < lines.count, lines[index].isBlank { index += 1 }
            return index < lines.count ? lines[index] : nil
        }
    }

    private mutating func block() throws(YAMLDoubt) -> Value {
        guard depth < Self.deepestNesting, let line = current else {
            throw YAMLDoubt(construct: "deep nesting")
        }
        depth += 1
        defer { depth -= 1 }
        if ["---", "...", "%"].contains(where: line.text.hasPrefix) {
            throw YAMLDoubt(construct: "several documents or directives")
        }
        if line.isItem { return try sequence(line.indentation) }
        if try YAMLFlow.key(of: line.text) != nil { return try mapping(line.indentation) }
        index += 1
        return try YAMLFlow.value(of: line.text)
    }

    private mutating func sequence(_ indentation: Int) throws(YAMLDoubt) -> Value {
        var elements: [Value] = []
        while let line = current, line.indentation == indentation, line.isItem {
            let rest = line.text.dropFirst().drop { $0 == " " }
            if rest.isEmpty || rest.hasPrefix("#") {
                index += 1
                elements.append(try nested(deeperThan: indentation, allowsItems: false))
            } else if rest.hasPrefix("|") || rest.hasPrefix(">") {
                index += 1
                elements.append(try blockText(rest, indentation))
            } else {
                // What follows the dash is a block of its own at that place.
                let inner = indentation + line.text.count - rest.count
                lines[index] = Line(indentation: inner, text: rest)
                elements.append(try block())
            }
            try refuseDeeper(than: indentation)
        }
        return .tuple(ValueList(elements))
    }

    private mutating func mapping(_ indentation: Int) throws(YAMLDoubt) -> Value {
        var pairs: [(key: String, value: Value)] = []
        var names: Set<String> = []
        while let line = current, line.indentation == indentation, !line.isItem {
            guard let (name, rest) = try YAMLFlow.key(of: line.text) else {
                throw YAMLDoubt(construct: "text over several lines")
            }
            guard names.insert(name).inserted else { throw YAMLDoubt(construct: "a repeated key") }
            index += 1
            let value: Value
            if rest.isEmpty || rest.hasPrefix("#") {
                value = try nested(deeperThan: indentation, allowsItems: true)
            } else if rest.hasPrefix("|") || rest.hasPrefix(">") {
                value = try blockText(rest, indentation)
            } else {
                value = try YAMLFlow.value(of: rest)
            }
            pairs.append((name, value))
            try refuseDeeper(than: indentation)
        }
        return .object(ValueMap(pairs))
    }

    private mutating func nested(
        deeperThan indentation: Int, allowsItems: Bool
    ) throws(YAMLDoubt) -> Value {
        guard let line = current else { return .null(.dynamic) }
        if line.indentation > indentation { return try block() }
        if allowsItems, line.indentation == indentation, line.isItem {
            return try sequence(indentation)
        }
        return .null(.dynamic)
    }

    private mutating func refuseDeeper(than indentation: Int) throws(YAMLDoubt) {
        if let line = current, line.indentation > indentation {
            throw YAMLDoubt(construct: "text over several lines")
        }
    }

    /// Text after `|`, with its newlines; folded text after `>` is a doubt.
    private mutating func blockText(
        _ header: Substring, _ indentation: Int
    ) throws(YAMLDoubt) -> Value {
        guard ["|", "|-", "|+"].contains(header) else {
            throw YAMLDoubt(construct: "folded or indented text")
        }
        var texts: [String] = []
        var margin: Int?
        while index < lines.count {
            let line = lines[index]
            if line.text.isEmpty {
                texts.append(
                    String(repeating: " ", count: max(0, line.indentation - (margin ?? .max))))
            } else {
                guard line.indentation > indentation, line.indentation >= margin ?? 0 else { break }
                let edge = margin ?? line.indentation
                margin = edge
                texts.append(String(repeating: " ", count: line.indentation - edge) + line.text)
            }
            index += 1
        }
        let kept = (texts.lastIndex { !$0.isEmpty } ?? -1) + 1
        let body = texts[..<kept].joined(separator: "\n")
        // The last line of the file ends with a newline or is followed by nothing.
        let extra = texts.count - kept - (index == lines.count ? 1 : 0)
        switch header {
        case "|-": return .text(body)
        case "|": return .text(kept == 0 ? "" : body + "\n")
        default:
            return .text(body + String(repeating: "\n", count: max(0, extra) + (kept == 0 ? 0 : 1)))
        }
    }
}
