/// One sequence of a format string, as in `%-5.2f`.
struct FormatVerb {
    /// The sequence itself.
    var source: ArraySlice<Character> = []
    var mode: Character = "v"
    var isAlternate = false
    var hasPlus = false
    var hasSpace = false
    var isLeft = false
    var padsZeros = false
    var width: Int?
    var precision: Int?
    /// The argument, counted from one, when the sequence names it.
    var argument: Int?

    /// The sequence as text, for messages.
    var raw: String { String(source) }

    /// The text filled up with spaces or zeros to the width, counted in grapheme clusters.
    func padded(_ text: String) -> String {
        guard let width, width > text.count else { return text }
        let fill = String(repeating: padsZeros ? "0" : " ", count: width - text.count)
        return isLeft ? text + fill : fill + text
    }

    /// Digits with a sign in front of them, filled up to the width.
    func paddedNumber(
        _ digits: String, prefix: String = "", isNegative: Bool, allowsZeros: Bool
    ) -> String {
        let sign = (isNegative ? "-" : hasPlus ? "+" : hasSpace ? " " : "") + prefix
        let missing = (width ?? 0) - sign.count - digits.count
        if missing <= 0 { return sign + digits }
        if isLeft { return sign + digits + String(repeating: " ", count: missing) }
        if padsZeros && allowsZeros {
            return sign + String(repeating: "0", count: missing) + digits
        }
        return String(repeating: " ", count: missing) + sign + digits
    }
}

/// Reads the sequences of a format string.
struct FormatScanner {
    private let text: [Character]
    private var index = 0

    /// The greatest width or precision that is accepted.
    static let largestCount = 100_000

    init(_ text: String) {
        // Where nothing can combine with anything, characters need not be searched for.
        let isPlain = text.utf8.allSatisfy { $0 < 0x80 && $0 != UInt8(ascii: "\r") }
        self.text = isPlain ? text.utf8.map { Character(Unicode.Scalar($0)) } : Array(text)
    }

    var isAtEnd: Bool { index >= text.count }

    /// The text up to the next sequence or the end.
    mutating func literal() -> String {
        let start = index
        while index < text.count, text[index] != "%" { index += 1 }
        return start == index ? "" : String(text[start..<index])
    }

    /// The sequence at the current place, or nothing when it is not a proper one.
    mutating func verb() -> FormatVerb? {
        let start = index
        var verb = FormatVerb()
        index += 1
        scanFlags(&verb)
        verb.width = scanNumber()
        if index < text.count, text[index] == "." {
            index += 1
            verb.precision = scanNumber() ?? 0
        }
        if index < text.count, text[index] == "[" {
            index += 1
            guard let argument = scanNumber(), argument > 0, index < text.count,
                text[index] == "]"
            else { return nil }
            verb.argument = argument
            index += 1
        }
        guard index < text.count, max(verb.width ?? 0, verb.precision ?? 0) <= Self.largestCount
        else { return nil }
        verb.mode = text[index]
        index += 1
        verb.source = text[start..<index]
        return verb
    }

    private mutating func scanFlags(_ verb: inout FormatVerb) {
        while index < text.count {
            switch text[index] {
            case "#": verb.isAlternate = true
            case "+": verb.hasPlus = true
            case " ": verb.hasSpace = true
            case "-": verb.isLeft = true
            case "0": verb.padsZeros = true
            default: return
            }
            index += 1
        }
    }

    private mutating func scanNumber() -> Int? {
        var number: Int?
        while index < text.count, text[index].isASCII, let digit = text[index].wholeNumberValue {
            number = min(Self.largestCount + 1, (number ?? 0) * 10 + digit)
            index += 1
        }
        return number
    }
}
