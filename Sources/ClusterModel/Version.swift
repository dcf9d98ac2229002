/// A semantic version as Talos, Kubernetes and extension releases write it.
///
/// The leading `v` is spelling and not part of the value: `v1.12.0` and `1.12.0` are equal. Build
/// metadata after `+` is dropped, since semantic versioning 2.0.0 (rule 10) gives it no order.
public struct Version: Hashable, Sendable, Codable {
    /// The major number.
    public let major: Int

    /// The minor number.
    public let minor: Int

    /// The patch number.
    public let patch: Int

    /// The dot-separated identifiers after `-`; empty for a release.
    public let preRelease: [String]

    /// Creates a version from its parts.
    public init(_ major: Int, _ minor: Int, _ patch: Int, preRelease: [String] = []) {
        self.major = major
        self.minor = minor
        self.patch = patch
        self.preRelease = preRelease
    }

    /// Reads `1.12.0`, `v1.12.0` or `v1.12.0-beta.1`; `nil` when the text is no such version.
    public init?(_ text: String) {
        var rest = Substring(text)
        if rest.first == "v" { rest.removeFirst() }
        if let plus = rest.firstIndex(of: "+") { rest = rest[..<plus] }
        let halves = rest.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let numbers = halves[0].split(separator: ".", omittingEmptySubsequences: false)
            .map(Version.number)
        guard numbers.count == 3, let major = numbers[0], let minor = numbers[1],
            let patch = numbers[2]
        else { return nil }
        var identifiers: [String] = []
        if halves.count == 2 {
            let parts = halves[1].split(separator: ".", omittingEmptySubsequences: false)
            guard parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(Version.isIdentifier) }) else {
                return nil
            }
            identifiers = parts.map(String.init)
        }
        self.init(major, minor, patch, preRelease: identifiers)
    }

    /// Whether this is a pre-release, such as `1.12.0-beta.1`.
    public var isPreRelease: Bool { !preRelease.isEmpty }

    /// The minor release line, such as 1.12.
    public var line: ReleaseLine { ReleaseLine(major, minor) }

    /// The same version without its pre-release part; what Talos' own compatibility check compares.
    public var release: Version { Version(major, minor, patch) }

    private static func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.allSatisfy(\.isASCIIDigit), text.count < 10 else { return nil }
        return text.count > 1 && text.first == "0" ? nil : Int(text)
    }

    private static func isIdentifier(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || character == "-")
    }
}

extension Version: CustomStringConvertible {
    /// The canonical spelling, with `v`: what image tags and the Talos API use.
    public var description: String { "v\(withoutPrefix)" }

    /// The spelling without `v`, such as `1.12.0`.
    public var withoutPrefix: String {
        let core = "\(major).\(minor).\(patch)"
        return preRelease.isEmpty ? core : "\(core)-\(preRelease.joined(separator: "."))"
    }
}

extension Version: Comparable {
    /// Orders by precedence as semantic versioning 2.0.0, rule 11, defines it.
    public static func < (left: Version, right: Version) -> Bool {
        let numbers = (
            (left.major, left.minor, left.patch), (right.major, right.minor, right.patch)
        )
        if numbers.0 != numbers.1 { return numbers.0 < numbers.1 }
        if left.preRelease.isEmpty || right.preRelease.isEmpty {
            return !left.preRelease.isEmpty && right.preRelease.isEmpty
        }
        for (one, other) in zip(left.preRelease, right.preRelease) where one != other {
            return precedes(one, other)
        }
        return left.preRelease.count < right.preRelease.count
    }

    private static func precedes(_ one: String, _ other: String) -> Bool {
        switch (Int(one), Int(other)) {
        case (let left?, let right?): left < right
        case (_?, nil): true
        case (nil, _?): false
        case (nil, nil): one < other
        }
    }
}

/// A minor release line, such as Talos 1.12: the unit in which support is published.
public struct ReleaseLine: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    /// The major number.
    public let major: Int

    /// The minor number.
    public let minor: Int

    /// Creates a line.
    public init(_ major: Int, _ minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// The line after this one.
    public var next: ReleaseLine { ReleaseLine(major, minor + 1) }

    /// The line before this one.
    public var previous: ReleaseLine { ReleaseLine(major, minor - 1) }

    /// Such as `1.12`.
    public var description: String { "\(major).\(minor)" }

    /// Orders by major, then minor.
    public static func < (left: ReleaseLine, right: ReleaseLine) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
