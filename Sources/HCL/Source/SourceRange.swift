/// A half-open range of byte offsets in a source that the context makes known.
public struct ByteRange: Sendable, Hashable {
    private let first: UInt32
    private let limit: UInt32

    /// Creates a range; both offsets must fit 32 bits, which the size limit of the parser ensures.
    public init(_ start: Int, _ end: Int) {
        first = UInt32(clamping: start)
        limit = UInt32(clamping: end)
    }

    /// The offset of the first byte.
    public var start: Int { Int(first) }
    /// The offset after the last byte.
    public var end: Int { Int(limit) }

    /// The smallest range that covers this one and another.
    public func union(_ other: ByteRange) -> ByteRange {
        ByteRange(min(start, other.start), max(end, other.end))
    }
}

/// A range of bytes together with the file that it lies in.
///
/// Line and column are computed when asked for, so that making a range costs nothing.
public struct SourceRange: Sendable {
    /// The file.
    public let source: SourceFile
    /// The bytes within the file.
    public let bytes: ByteRange

    /// Creates a range in a file.
    public init(source: SourceFile, bytes: ByteRange) {
        self.source = source
        self.bytes = bytes
    }

    /// Where the range begins.
    public var start: SourcePosition { source.position(at: bytes.start) }
    /// Where the range ends: the position after its last byte.
    public var end: SourcePosition { source.position(at: bytes.end) }
    /// The text that the range covers.
    public var text: String { source.text(in: bytes) }
}

extension SourceRange: Equatable {
    /// Tells whether two ranges cover the same bytes of the same path.
    public static func == (left: SourceRange, right: SourceRange) -> Bool {
        left.bytes == right.bytes && left.source.path == right.source.path
    }
}

extension SourceRange: CustomStringConvertible {
    /// The path, line and column of the start, as in `common/versions.hcl:3:9`.
    public var description: String {
        let position = start
        return "\(source.path):\(position.line):\(position.column)"
    }
}
