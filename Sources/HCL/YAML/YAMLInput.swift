/// The characters of YAML text, with the place of the next one.
struct YAMLInput {
    private let bytes: [UInt8]
    private var offset = 0
    private(set) var mark = YAMLMark()

    /// Refuses characters that YAML does not allow anywhere.
    init(_ text: String) throws(YAMLFailure) {
        var scalars = Substring(text).unicodeScalars
        if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
        for scalar in scalars {
            switch scalar.value {
            case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xFEFE, 0xFF00...0xFFFD,
                0x10000...:
                break
            case 0xFEFF: throw .doubt("a byte order mark inside")
            default: throw .error("control characters are not allowed")
            }
        }
        // Four zeros at the end allow looking ahead without checks.
        bytes = Array(String(scalars).utf8) + [0, 0, 0, 0]
    }

    /// A byte at or after the current place; zero at the end of the text.
    func peek(_ distance: Int = 0) -> UInt8 {
        offset + distance < bytes.count ? bytes[offset + distance] : 0
    }

    func isNext(_ character: Unicode.Scalar, at distance: Int = 0) -> Bool {
        UInt32(peek(distance)) == character.value
    }

    var isAtEnd: Bool { peek() == 0 }

    /// Whether a line ends here; YAML 1.1 knows the line ends of Unicode, too.
    func isBreak(at distance: Int = 0) -> Bool {
        switch peek(distance) {
        case 0x0A, 0x0D: true
        case 0xC2: peek(distance + 1) == 0x85
        case 0xE2:
            peek(distance + 1) == 0x80
                && (peek(distance + 2) == 0xA8 || peek(distance + 2) == 0xA9)
        default: false
        }
    }

    /// Whether there is a space or a tab.
    func isBlank(at distance: Int = 0) -> Bool {
        peek(distance) == 0x20 || peek(distance) == 0x09
    }

    /// Whether there is a space, a tab, the end of a line or the end of the text.
    func isBlankOrEnd(at distance: Int = 0) -> Bool {
        peek(distance) == 0 || isBlank(at: distance) || isBreak(at: distance)
    }

    func isDigit(at distance: Int = 0) -> Bool { (0x30...0x39).contains(peek(distance)) }

    /// Whether there is a character that names of anchors consist of.
    var isWord: Bool {
        switch peek() {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D: true
        default: false
        }
    }

    /// Whether a line here begins a document or ends one.
    var isDocumentIndicator: Bool {
        guard mark.column == 0, isBlankOrEnd(at: 3) else { return false }
        let first = peek()
        return (first == 0x2D || first == 0x2E) && peek(1) == first && peek(2) == first
    }

    private var width: Int {
        switch peek() {
        case ..<0x80: 1
        case ..<0xE0: 2
        case ..<0xF0: 3
        default: 4
        }
    }

    mutating func skip(_ count: Int = 1) {
        for _ in 0..<count {
            offset += width
            mark.index += 1
            mark.column += 1
        }
    }

    mutating func skipBreak() {
        var ignored: [UInt8] = []
        readBreak(into: &ignored)
    }

    mutating func skipComment() {
        while !isAtEnd && !isBreak() { skip() }
    }

    mutating func read(into text: inout [UInt8]) {
        text += bytes[offset..<offset + width]
        skip()
    }

    /// Reads the end of a line, which becomes a plain newline unless it is one of Unicode's.
    mutating func readBreak(into text: inout [UInt8]) {
        guard isBreak() else { return }
        if peek() == 0xE2 {
            text += bytes[offset..<offset + 3]
            offset += 3
        } else {
            text.append(0x0A)
            let isDouble = peek() == 0xC2 || (peek() == 0x0D && peek(1) == 0x0A)
            if peek() == 0x0D && isDouble { mark.index += 1 }
            offset += isDouble ? 2 : 1
        }
        mark.index += 1
        mark.column = 0
        mark.line += 1
    }
}
