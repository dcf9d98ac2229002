/// Hides secret values in text that is about to be shown.
///
/// Every occurrence counts, also of the lines of a value that has several, and of the value as JSON
/// writes it. Overlapping occurrences are hidden as one, so no part of a value stays visible.
public struct SecretMask: Sendable {
    /// What stands in the place of a value.
    public static let replacement = "***"

    /// Lines of a value shorter than this are not hidden by themselves: `}` is no secret.
    private static let shortestPart = 4

    private let needles: [[UInt8]]
    private let firstBytes: Set<UInt8>

    /// The length of the longest text that is looked for, in bytes.
    let longest: Int

    /// Creates a mask for the values; empty ones are left out.
    public init(_ values: some Sequence<String>) {
        var texts: Set<String> = []
        for value in values {
            let trimmed = SecretMask.trimmed(value)
            texts.formUnion([value, trimmed, SecretMask.escaped(trimmed)])
            let parts = trimmed.split(whereSeparator: \.isNewline).map(SecretMask.trimmed)
            texts.formUnion(parts.filter { $0.utf8.count >= SecretMask.shortestPart })
        }
        let bytes = texts.map { Array($0.utf8) }
        needles = bytes.filter { needle in !needle.allSatisfy { $0 == 0x20 || $0 == 0x0A } }
        firstBytes = Set(needles.compactMap(\.first))
        longest = needles.map(\.count).max() ?? 0
    }

    /// The text without the values.
    public func callAsFunction(_ text: String) -> String {
        render(Array(text.utf8), limit: .max)
    }

    /// The first `limit` bytes as text without the values, with invalid UTF-8 repaired.
    ///
    /// A value that begins within the limit is hidden even when it ends beyond it.
    func render(_ bytes: [UInt8], limit: Int) -> String {
        let hidden = ranges(in: bytes)
        var shown: [UInt8] = []
        var index = 0
        for range in hidden where range.lowerBound < limit {
            shown += bytes[index..<range.lowerBound]
            shown += Array(SecretMask.replacement.utf8)
            index = range.upperBound
        }
        if index < min(limit, bytes.count) { shown += bytes[index..<min(limit, bytes.count)] }
        return String(decoding: shown, as: UTF8.self)
    }

    private func ranges(in bytes: [UInt8]) -> [Range<Int>] {
        guard !needles.isEmpty else { return [] }
        var found: [Range<Int>] = []
        for start in bytes.indices where firstBytes.contains(bytes[start]) {
            let rest = bytes[start...]
            for needle in needles where rest.starts(with: needle) {
                let range = start..<start + needle.count
                if let last = found.last, last.upperBound > start {
                    found[found.count - 1] =
                        last.lowerBound..<max(last.upperBound, range.upperBound)
                } else {
                    found.append(range)
                }
            }
        }
        return found
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        var rest = Substring(text)
        while rest.last?.isWhitespace == true { rest.removeLast() }
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        return String(rest)
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
