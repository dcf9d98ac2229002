extension Parser {
    /// Removes the common indentation from the lines of a heredoc that begins with `<<-`.
    ///
    /// Indentation is counted in grapheme clusters. Lines of white space only do not count and
    /// are left alone; a line that begins with a sequence counts as not indented.
    func flush(_ parts: inout [TemplatePart]) {
        var least = Int.max
        var lines: [Int] = []
        var isAtLineStart = true
        for (index, part) in parts.enumerated() {
            if isAtLineStart {
                isAtLineStart = false
                switch part {
                case .end: break
                case .raw, .text:
                    guard let indentation = indentation(of: part) else { break }
                    least = min(least, indentation)
                    lines.append(index)
                default: least = 0
                }
            }
            if endsLine(part) { isAtLineStart = true }
        }
        for index in lines { parts[index] = removing(least, from: parts[index]) }
    }

    private func endsLine(_ part: TemplatePart) -> Bool {
        switch part {
        case .raw(let range): bytes(in: range).last == UInt8(ascii: "\n")
        case .text(let text, _): text.utf8.last == UInt8(ascii: "\n")
        default: false
        }
    }

    /// The indentation of a text at the start of a line; nothing for a line of white space only.
    private func indentation(of part: TemplatePart) -> Int? {
        if case .raw(let range) = part {
            let line = bytes(in: range)
            let count = Self.plainIndentation(of: line)
            if count == line.count { return count }
            if line[count] == UInt8(ascii: "\n") { return nil }
            if (0x21..<0x7F).contains(line[count]) { return count }
        }
        let text = text(of: part)
        let rest = TemplatePart.trimmingStart(text)
        if rest.isEmpty && text.utf8.last == UInt8(ascii: "\n") { return nil }
        return String(text.unicodeScalars.dropLast(rest.unicodeScalars.count)).count
    }

    /// The spaces and tabs that a line begins with.
    private static func plainIndentation(of line: UnsafeBufferPointer<UInt8>) -> Int {
        line.firstIndex { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") } ?? line.count
    }

    /// A part without the characters that it begins with.
    private func removing(_ count: Int, from part: TemplatePart) -> TemplatePart {
        if case .raw(let range) = part {
            // Nothing can combine with a space or a tab before ASCII, so bytes are characters.
            let line = bytes(in: range)
            let isPlain = Self.plainIndentation(of: line) >= count
            if isPlain, count == line.count || line[count] < 0x80 {
                return .raw(ByteRange(range.start + count, range.end))
            }
        }
        let text = text(of: part)
        let rest = String(text.dropFirst(count))
        let removed = text.utf8.count - rest.utf8.count
        let range = range(of: part)
        return .text(rest, ByteRange(range.start + removed, range.end))
    }
}
