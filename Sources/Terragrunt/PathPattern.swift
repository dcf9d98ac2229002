/// A pattern for paths in a checkout: `*` and `?` stay within a name, `**` crosses folders.
///
/// `**/x` also matches `x` at the root, and `x/**` everything below `x`.
public struct PathPattern: Hashable, Sendable, CustomStringConvertible {
    /// The pattern as it was written.
    public let description: String

    private let parts: [[Character]]

    /// Creates a pattern.
    public init(_ text: String) {
        description = text
        parts = text.split(separator: "/").filter { $0 != "." }.map(Array.init)
    }

    /// Whether the path, relative to the root of the checkout, matches.
    public func matches(_ path: String) -> Bool {
        PathPattern.match(parts[...], path.split(separator: "/").map(Array.init)[...])
    }

    private static func match(
        _ parts: ArraySlice<[Character]>, _ names: ArraySlice<[Character]>
    ) -> Bool {
        guard let part = parts.first else { return names.isEmpty }
        if part == ["*", "*"] {
            // A trailing `**` stands for at least one name.
            let fewest = parts.count == 1 ? 1 : 0
            guard names.count >= fewest else { return false }
            return (fewest...names.count).contains {
                match(parts.dropFirst(), names.dropFirst($0))
            }
        }
        guard let name = names.first, matchName(part[...], name[...]) else { return false }
        return match(parts.dropFirst(), names.dropFirst())
    }

    private static func matchName(
        _ pattern: ArraySlice<Character>, _ name: ArraySlice<Character>
    ) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        if first == "*" {
            return (0...name.count).contains {
                matchName(pattern.dropFirst(), name.dropFirst($0))
            }
        }
        guard let character = name.first, first == "?" || first == character else { return false }
        return matchName(pattern.dropFirst(), name.dropFirst())
    }
}
