/// Makes lines out of the bytes that a program writes.
///
/// A line ends with LF, CR or both; a program's progress bar so becomes lines too. What a line has
/// beyond the limit is counted and left out.
struct LineAssembler {
    /// The longest line that is shown, in bytes.
    static let limit = 64 * 1024

    private let mask: SecretMask
    private let limit: Int
    private var line: [UInt8] = []
    private var length = 0
    private var endedWithReturn = false

    init(mask: SecretMask, limit: Int = LineAssembler.limit) {
        self.mask = mask
        self.limit = limit
    }

    /// Takes bytes, and returns the lines that they complete.
    mutating func append(_ bytes: some Sequence<UInt8>) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\n"):
                if !(endedWithReturn && length == 0) { lines.append(take()) }
                endedWithReturn = false
            case UInt8(ascii: "\r"):
                endedWithReturn = length > 0
                if length > 0 { lines.append(take()) }
            default:
                endedWithReturn = false
                length += 1
                // A secret that straddles the limit must be seen whole to be hidden.
                if line.count < limit + mask.longest { line.append(byte) }
            }
        }
        return lines
    }

    /// Returns the last line, when the output did not end with a line end.
    mutating func finish() -> String? {
        length > 0 ? take() : nil
    }

    private mutating func take() -> String {
        defer {
            line.removeAll(keepingCapacity: true)
            length = 0
        }
        let text = mask.render(line, limit: limit)
        return length > limit ? "\(text) [\(length - limit) bytes left out]" : text
    }
}
