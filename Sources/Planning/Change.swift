/// One difference between two desired states.
public struct Change: Hashable, Sendable, Codable {
    /// How a value differs.
    public enum Kind: String, Hashable, Sendable, Codable {
        /// The value is another one.
        case changed
        /// The value was not there before.
        case added
        /// The value is no longer there.
        case removed
        /// An extension went from one list to another.
        case moved
        /// The same entries stand in another order.
        case reordered
        /// The same value is written in another way.
        case spelling
    }

    /// Which part of an image reference changed.
    public enum Aspect: String, Hashable, Sendable, Codable {
        /// The tag.
        case tag
        /// Only the digest.
        case digest
    }

    /// The field, by the name of its local, or the name of another local.
    public var field: String

    /// How the value differs.
    public var kind: Kind

    /// The entry within the field, such as an extension's full image name or a file's path.
    public var name: String?

    /// The part of the image reference that changed.
    public var aspect: Aspect?

    /// The value before, as the repository writes it.
    public var from: String?

    /// The value after, as the repository writes it.
    public var to: String?

    /// Creates a change.
    public init(
        field: String, kind: Kind, name: String? = nil, aspect: Aspect? = nil,
        from: String? = nil, to: String? = nil
    ) {
        self.field = field
        self.kind = kind
        self.name = name
        self.aspect = aspect
        self.from = from
        self.to = to
    }
}
