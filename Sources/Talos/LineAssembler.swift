/// Puts lines together from output that arrives in pieces of any size.
struct LineAssembler {
    /// Longer lines are cut, so that output without line ends cannot fill the memory.
    private static let limit = 16 << 10

    private var rest: [UInt8] = []

    /// Takes a piece, and returns the lines that it completes, empty ones left out.
    mutating func take(_ piece: some Sequence<UInt8>) -> [String] {
        var lines: [String] = []
        for byte in piece {
            if byte != 0x0a { rest.append(byte) }
            if byte == 0x0a || rest.count >= Self.limit, let line = finish() { lines.append(line) }
        }
        return lines
    }

    /// The line that has no end yet, when there is one.
    mutating func finish() -> String? {
        defer { rest.removeAll(keepingCapacity: true) }
        let text = String(decoding: rest, as: UTF8.self)
        let end = text.lastIndex { !$0.isWhitespace }.map(text.index(after:)) ?? text.startIndex
        return end == text.startIndex ? nil : String(text[..<end])
    }
}
