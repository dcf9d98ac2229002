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
        let column = String(decoding: bytes[lineStart..<limit], as: UTF8.self).count + 1
        return SourcePosition(line: line, column: column, byte: limit)
    }

    /// The text of the line that contains an offset, without its line ending.
    public func line(containing offset: Int) -> String {
        let limit = min(max(offset, 0), bytes.count)
        let newline = UInt8(ascii: "\n")
        var start = limit
        while start > 0, bytes[start - 1] != newline { start -= 1 }
        var end = limit
        while end < bytes.count, bytes[end] != newline { end += 1 }
        if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return String(decoding: bytes[start..<end], as: UTF8.self)
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
