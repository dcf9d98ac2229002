/// The text of one file, kept as bytes together with the name that messages use for it.
///
/// A source is immutable and shared: syntax nodes hold byte offsets into it and diagnostics hold
/// a reference to it, so a message can always show the line that it is about.
public final class SourceFile: Sendable {
    /// The name shown in messages, usually a path relative to the repository.
    public let path: String
    /// The content exactly as stored, including a byte order mark if there is one.
    public let bytes: [UInt8]

    /// Creates a source from bytes.
    public init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }

    /// Creates a source from text, encoded as UTF-8.
    public convenience init(path: String, text: String) {
        self.init(path: path, bytes: Array(text.utf8))
    }

    /// The line, column and byte of an offset; offsets beyond the end mean the end.
    ///
    /// Lines end at a line feed. A column counts grapheme clusters, so an accented letter or an
    /// emoji is one column. Both start at one. The cost grows with the offset.
    public func position(at offset: Int) -> SourcePosition {
        let limit = min(max(offset, 0), bytes.count)
        var line = 1
        var lineStart = 0
        for index in 0..<limit where bytes[index] == UInt8(ascii: "\n") {
            line += 1
            lineStart = index + 1
        }
        if line == 1, limit >= 3, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { lineStart = 3 }
        return SourcePosition(
            line: line, column: characterCount(from: lineStart, to: limit) + 1, byte: limit)
    }

    /// The number of grapheme clusters between two places of a line.
    private func characterCount(from start: Int, to end: Int) -> Int {
        let text = bytes[start..<end]
        // Of plain letters each is a cluster, so that very long lines cost little.
        if text.allSatisfy({ $0 < 0x80 && $0 != UInt8(ascii: "\r") }) { return text.count }
        return String(decoding: text, as: UTF8.self).count
    }

    /// The text of the line that contains an offset, without its line ending.
    public func line(containing offset: Int) -> String {
        let start = lineStart(before: offset, within: .max)
        let end = lineEnd(after: offset, within: .max)
        return String(decoding: bytes[start..<max(start, end)], as: UTF8.self)
    }

    /// Where the line of an offset begins; in a long line, the first whole scalar of a window.
    func lineStart(before offset: Int, within window: Int) -> Int {
        let limit = min(max(offset, 0), bytes.count)
        var start = limit
        while start > 0, bytes[start - 1] != UInt8(ascii: "\n") {
            if limit - start >= window && bytes[start] & 0xC0 != 0x80 { break }
            start -= 1
        }
        return start
    }

    /// Where the line of an offset ends, without its line ending; in a long line, where the last
    /// whole scalar of a window does.
    func lineEnd(after offset: Int, within window: Int) -> Int {
        let limit = min(max(offset, 0), bytes.count)
        var end = limit
        while end < bytes.count, bytes[end] != UInt8(ascii: "\n") {
            if end - limit >= window && bytes[end] & 0xC0 != 0x80 { break }
            end += 1
        }
        let endsInReturn = end > 0 && end >= limit && bytes[end - 1] == UInt8(ascii: "\r")
        return endsInReturn && (end == bytes.count || bytes[end] == 0x0A) ? end - 1 : end
    }

    /// The text between two offsets, with invalid bytes replaced.
    public func text(in range: ByteRange) -> String {
        let end = min(range.end, bytes.count)
        return String(decoding: bytes[min(range.start, end)..<end], as: UTF8.self)
    }
}

/// A place in a source: line and column for people, byte for programs.
public struct SourcePosition: Sendable, Hashable {
    /// The line, counted from one.
    public let line: Int
    /// The column in grapheme clusters, counted from one.
    public let column: Int
    /// The offset in bytes, counted from zero.
    public let byte: Int

    /// Creates a position from its three parts.
    public init(line: Int, column: Int, byte: Int) {
        self.line = line
        self.column = column
        self.byte = byte
    }
}
