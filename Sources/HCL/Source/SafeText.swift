/// Text of unknown origin made fit for a message and for a terminal.
enum SafeText {
    /// The longest sentence of a message, in bytes.
    private static let longest = 2_000
    /// How much is left of either end of one that is longer.
    private static let kept = 900
    /// The longest name in a message, in bytes.
    private static let longestName = 80

    /// A sentence without control characters and of a length that a person reads.
    static func sentence(_ text: String) -> String {
        printable(cut(text, longest: longest, kept: kept))
    }

    /// A name or a piece of source for use inside a sentence.
    static func name(_ text: String) -> String {
        cut(text, longest: longestName, kept: longestName / 3)
    }

    private static func cut(_ text: String, longest: Int, kept: Int) -> String {
        guard text.utf8.count > longest else { return text }
        let start = String(decoding: text.utf8.prefix(kept), as: UTF8.self)
        let end = String(decoding: text.utf8.suffix(kept), as: UTF8.self)
        return "\(start)…\(end)"
    }

    /// The text with a visible mark in place of everything that moves the cursor or the writing.
    static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isHarmful) else { return text }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            scalars.append(isHarmful(scalar) ? "\u{FFFD}" : scalar)
        }
        return String(scalars)
    }

    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0A: false
        case 0..<0x20, 0x7F..<0xA0: true
        case 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
