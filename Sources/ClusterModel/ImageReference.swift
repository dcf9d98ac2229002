/// A container image by name, tag and digest, in the grammar of the OCI distribution project.
///
/// Two spellings of one image compare by ``name``: `siderolabs/i915` and
/// `ghcr.io/siderolabs/i915:20250401` have the name `ghcr.io/siderolabs/i915`.
public struct ImageReference: Hashable, Sendable, Codable {
    /// Registry host and repository, such as `ghcr.io/siderolabs/crun`; the identity of the image.
    public let name: String

    /// The tag, when one is written.
    public let tag: String?

    /// The digest with its algorithm, such as `sha256:…`, when one is written.
    public let digest: String?

    /// Creates a reference from its parts.
    public init(name: String, tag: String? = nil, digest: String? = nil) {
        self.name = name
        self.tag = tag
        self.digest = digest
    }

    /// Reads a reference; `nil` when the text cannot name an image.
    ///
    /// A first component without a dot or a port is an owner on `ghcr.io`, since that is where
    /// Talos' extensions live and how the Image Factory abbreviates them.
    public init?(_ text: String) {
        var rest = Substring(text)
        var digest: String?
        if let at = rest.firstIndex(of: "@") {
            let written = rest[rest.index(after: at)...]
            guard written.contains(":"), written.allSatisfy(Self.isDigestCharacter) else {
                return nil
            }
            digest = String(written)
            rest = rest[..<at]
        }
        var tag: String?
        if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("/") {
            let written = rest[rest.index(after: colon)...]
            guard !written.isEmpty, written.count <= 128 else { return nil }
            tag = String(written)
            rest = rest[..<colon]
        }
        let components = rest.split(separator: "/", omittingEmptySubsequences: false)
        guard components.allSatisfy({ !$0.isEmpty && $0.allSatisfy(Self.isNameCharacter) })
        else { return nil }
        self.init(name: Self.qualified(components), tag: tag, digest: digest)
    }

    /// The last component of the name, such as `crun`.
    public var shortName: String {
        name.split(separator: "/").last.map(String.init) ?? name
    }

    /// The registry host, with its port when one is written.
    public var registry: String {
        name.split(separator: "/").first.map(String.init) ?? name
    }

    private static func qualified(_ components: [Substring]) -> String {
        let path = components.joined(separator: "/")
        guard components.count > 1, let host = components.first,
            host.contains(".") || host.contains(":") || host == "localhost"
        else { return "ghcr.io/\(components.count == 1 ? "siderolabs/\(path)" : path)" }
        return path
    }

    private static func isNameCharacter(_ character: Character) -> Bool {
        character.isASCII
            && (character.isLetter || character.isNumber || "._-:".contains(character))
    }

    private static func isDigestCharacter(_ character: Character) -> Bool {
        character.isASCII
            && (character.isLetter || character.isNumber || "+._-:=".contains(character))
    }
}

extension ImageReference: CustomStringConvertible {
    /// The full spelling, such as `ghcr.io/siderolabs/crun:1.2@sha256:…`.
    public var description: String {
        name + (tag.map { ":\($0)" } ?? "") + (digest.map { "@\($0)" } ?? "")
    }
}
