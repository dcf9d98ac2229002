/// A pattern of paths: `*` and `?` stay within one name, `**` spans any number of names.
///
/// A pattern without any of them means that path and everything below it.
struct PathPattern {
    private let parts: [[Character]]
    /// The directory that every match lies in, for a cheap listing.
    let directory: String

    init(_ text: String) {
        let names = text.split(separator: "/")
        let fixed = names.prefix { !$0.contains("*") && !$0.contains("?") }
        directory = fixed.joined(separator: "/")
        parts = (fixed.count == names.count ? names + ["**"] : names).map(Array.init)
    }

    /// Whether a path from the top of the repository matches.
    func matches(_ path: String) -> Bool {
        let names = path.split(separator: "/").map(Array.init)
        return Self.matches(parts, names) { part, name in
            Self.matches(part, name, { $0 == "?" || $0 == $1 }, isSpan: { $0 == "*" })
        } isSpan: {
            $0 == ["*", "*"]
        }
    }

    /// Matches two sequences where a span stands for any number of elements.
    ///
    /// After a mismatch the last span takes one element more, which keeps the work to the product
    /// of the lengths.
    private static func matches<Element>(
        _ pattern: [Element], _ text: [Element], _ same: (Element, Element) -> Bool,
        isSpan: (Element) -> Bool
    ) -> Bool {
        var (position, index) = (0, 0)
        var retry: (position: Int, index: Int)?
        while index < text.count {
            if position < pattern.count, isSpan(pattern[position]) {
                retry = (position + 1, index)
                position += 1
            } else if position < pattern.count, same(pattern[position], text[index]) {
                position += 1
                index += 1
            } else if let last = retry {
                retry = (last.position, last.index + 1)
                (position, index) = (last.position, last.index + 1)
            } else {
                return false
            }
        }
        return pattern[position...].allSatisfy(isSpan)
    }
}
