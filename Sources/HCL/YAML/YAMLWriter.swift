/// Writes YAML as Terraform's `yamlencode` does: in blocks, with text in double quotes, and with
/// text of several lines literally where that is possible.
struct YAMLWriter {
    /// Where a node stands, which decides how it may be written.
    private enum Place {
        case root
        case element
        case mappingValue
        case simpleKey
        case complexKey
    }

    private static let indentStep = 2
    /// Lines of quoted text are folded at the first space after so many characters.
    private static let bestWidth = 80
    /// The most bytes of a key that may stand before its colon.
    private static let longestSimpleKey = 128

    private var output: [UInt8] = []
    private var column = 0
    private var indentation = -1
    /// Whether the last character was white space.
    private var isAfterSpace = true
    /// Whether there is only indentation on the line so far, indicators of blocks included.
    private var isIndented = true
    /// Whether the document could go on, so that its end must be marked.
    private var isOpenEnded = false

    /// The most bytes that are written; indentation can make much of little.
    private let limit: Int

    private init(limit: Int) {
        self.limit = limit
    }

    /// The text of a value, which must be wholly known, or nothing if it takes more bytes.
    static func text(of value: Value, mostBytes: Int) -> String? {
        var writer = YAMLWriter(limit: mostBytes)
        writer.write(value, .root)
        writer.writeIndent()
        if writer.isOpenEnded {
            writer.writeIndicator("...", needsSpace: true)
            writer.writeIndent()
        }
        guard writer.output.count <= mostBytes else { return nil }
        return String(decoding: writer.output, as: UTF8.self)
    }

    private mutating func write(_ value: Value, _ place: Place) {
        guard output.count <= limit else { return }
        switch value {
        case .unknown, .null: writePlain("null", place)
        case .bool(let flag): writePlain(flag ? "true" : "false", place)
        case .number(let number):
            writePlain(number == .infinity ? "+Inf" : number.description, place)
        case .string(let text): writeText(text, place)
        case .list(_, let elements), .set(_, let elements), .tuple(let elements):
            writeSequence(elements, place)
        case .map(_, let attributes), .object(let attributes): writeMapping(attributes)
        }
    }

    private mutating func put(_ text: String) {
        output += text.utf8
        column += text.unicodeScalars.count
    }

    private mutating func writeBreak() {
        output.append(0x0A)
        column = 0
    }

    /// Begins a new line at the current indentation, unless one has just begun.
    private mutating func writeIndent() {
        let target = max(0, indentation)
        if !isIndented || column > target || (column == target && !isAfterSpace) { writeBreak() }
        if column < target { put(String(repeating: " ", count: target - column)) }
        isAfterSpace = true
        isIndented = true
    }

    private mutating func writeIndicator(
        _ text: String, needsSpace: Bool, keepsIndentation: Bool = false
    ) {
        if needsSpace && !isAfterSpace { put(" ") }
        put(text)
        isAfterSpace = false
        isIndented = isIndented && keepsIndentation
        isOpenEnded = false
    }

    private mutating func indented(
        by step: Int = indentStep, from start: Int = 0, _ write: (inout YAMLWriter) -> Void
    ) {
        let outer = indentation
        indentation = outer < 0 ? start : outer + step
        write(&self)
        indentation = outer
    }
}

// MARK: - Collections

extension YAMLWriter {
    private mutating func writeSequence(_ elements: ValueList, _ place: Place) {
        guard !elements.isEmpty else { return writeEmpty("[", "]") }
        // A sequence as the value of a key on the same line is not indented further.
        let step = place == .mappingValue && !isIndented ? 0 : Self.indentStep
        indented(by: step) { writer in
            for element in elements {
                writer.writeIndent()
                writer.writeIndicator("-", needsSpace: true, keepsIndentation: true)
                writer.write(element, .element)
            }
        }
    }

    private mutating func writeMapping(_ attributes: ValueMap) {
        guard !attributes.isEmpty else { return writeEmpty("{", "}") }
        indented { writer in
            for (name, value) in attributes {
                writer.writeIndent()
                if Self.isSimpleKey(name) {
                    writer.write(.string(name), .simpleKey)
                    writer.writeIndicator(":", needsSpace: false)
                } else {
                    writer.writeIndicator("?", needsSpace: true, keepsIndentation: true)
                    writer.write(.string(name), .complexKey)
                    writer.writeIndent()
                    writer.writeIndicator(":", needsSpace: true, keepsIndentation: true)
                }
                writer.write(value, .mappingValue)
            }
        }
    }

    private static func isSimpleKey(_ name: String) -> Bool {
        name.utf8.count <= longestSimpleKey && !name.unicodeScalars.contains { $0.isYAMLBreak }
    }

    private mutating func writeEmpty(_ start: String, _ end: String) {
        writeIndicator(start, needsSpace: true)
        writeIndicator(end, needsSpace: false)
    }
}

// MARK: - Scalars

extension YAMLWriter {
    private mutating func writePlain(_ text: String, _ place: Place) {
        if !isAfterSpace { put(" ") }
        put(text)
        isAfterSpace = false
        isIndented = false
        if place == .root { isOpenEnded = true }
    }

    private mutating func writeText(_ text: String, _ place: Place) {
        let isLiteral = place != .simpleKey && Self.canBeLiteral(text)
        indented(from: Self.indentStep) { writer in
            if isLiteral {
                writer.writeLiteral(text)
            } else {
                writer.writeQuoted(text, folds: place != .simpleKey)
            }
        }
    }

    /// Only text with newlines, none of them after a space, and without anything to be escaped.
    private static func canBeLiteral(_ text: String) -> Bool {
        let scalars = text.unicodeScalars
        guard scalars.contains("\n"), scalars.last != " " else { return false }
        var previous: Unicode.Scalar = "x"
        for scalar in scalars {
            if !scalar.isYAMLPrintable || (scalar.isYAMLBreak && previous == " ") { return false }
            previous = scalar
        }
        return true
    }

    private mutating func writeLiteral(_ text: String) {
        let scalars = text.unicodeScalars
        writeIndicator("|", needsSpace: true)
        if let first = scalars.first, first == " " || first.isYAMLBreak {
            writeIndicator(String(Self.indentStep), needsSpace: false)
        }
        let ends = scalars.suffix(2)
        if ends.last?.isYAMLBreak != true {
            writeIndicator("-", needsSpace: false)
        } else if ends.count == 1 || ends.first?.isYAMLBreak == true {
            writeIndicator("+", needsSpace: false)
        }
        writeBreak()
        isIndented = true
        isAfterSpace = true
        var isAtStart = true
        for scalar in scalars {
            if scalar.isYAMLBreak {
                if scalar == "\n" { writeBreak() } else { put(String(Character(scalar))) }
                column = 0
                isIndented = true
                isAtStart = true
            } else {
                if isAtStart { writeIndent() }
                put(String(Character(scalar)))
                isIndented = false
                isAtStart = false
            }
        }
    }

    private mutating func writeQuoted(_ text: String, folds: Bool) {
        let scalars = Array(text.unicodeScalars)
        // The reference implementation looks for a byte order mark only at the beginning, and
        // escapes everything when there is one.
        let escapesAll = scalars.first == "\u{FEFF}"
        writeIndicator("\"", needsSpace: true)
        var isInSpaces = false
        for (index, scalar) in scalars.enumerated() {
            if escapesAll || scalar.needsYAMLEscape {
                put(scalar.yamlEscape)
                isInSpaces = false
            } else if scalar != " " {
                put(String(Character(scalar)))
                isInSpaces = false
            } else {
                let isInside = index > 0 && index < scalars.count - 1
                if folds, !isInSpaces, isInside, column > Self.bestWidth {
                    writeIndent()
                    if scalars[index + 1] == " " { put("\\") }
                } else {
                    put(" ")
                }
                isInSpaces = true
            }
        }
        writeIndicator("\"", needsSpace: false)
        isAfterSpace = false
        isIndented = false
    }
}

extension Unicode.Scalar {
    fileprivate var isYAMLBreak: Bool {
        switch value {
        case 0x0A, 0x0D, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }

    /// Scalars outside the basic plane are not, for the reference implementation.
    fileprivate var isYAMLPrintable: Bool {
        switch value {
        case 0x0A, 0x20...0x7E, 0xA0...0xFEFE, 0xFF00...0xFFFD: true
        default: false
        }
    }

    fileprivate var needsYAMLEscape: Bool {
        !isYAMLPrintable || isYAMLBreak || self == "\"" || self == "\\"
    }

    fileprivate var yamlEscape: String {
        let names: [UInt32: String] = [
            0: "0", 7: "a", 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r", 0x1B: "e",
            0x22: "\"", 0x5C: "\\", 0x85: "N", 0xA0: "_", 0x2028: "L", 0x2029: "P",
        ]
        if let name = names[value] { return "\\" + name }
        let (letter, width) = value <= 0xFF ? ("x", 2) : value <= 0xFFFF ? ("u", 4) : ("U", 8)
        let digits = String(value, radix: 16, uppercase: true)
        return "\\" + letter + String(repeating: "0", count: width - digits.count) + digits
    }
}
