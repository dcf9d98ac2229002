import HCL

/// Parsed files by path and content, shared by the commits that are read one after the other.
///
/// Files that did not change between two commits are parsed once. Not for use by several tasks at
/// the same time.
public final class SyntaxCache {
    /// A file's content under the path that its messages name.
    struct Key: Hashable {
        let path: String
        let hash: String
    }

    private let limit: Int
    private var bodies: [Key: Result<Body, Diagnostics>] = [:]
    private var fingerprints: [Key: String] = [:]
    private var mentions: [Key: Mentions] = [:]

    /// Creates an empty cache that keeps at most `limit` files, and starts afresh beyond it.
    public init(limit: Int = 4_096) {
        self.limit = limit
    }

    func body(for key: Key, parse: () throws(FileTreeError) -> Result<Body, Diagnostics>)
        throws(FileTreeError) -> Result<Body, Diagnostics>
    {
        if let known = bodies[key] { return known }
        if bodies.count >= limit {
            bodies = [:]
            fingerprints = [:]
            mentions = [:]
        }
        let made = try parse()
        bodies[key] = made
        return made
    }

    func fingerprint(for key: Key, of body: Body) -> String {
        if let known = fingerprints[key] { return known }
        let made = SyntaxFingerprint.text(of: body)
        fingerprints[key] = made
        return made
    }

    func mentions(for key: Key, of body: Body) -> Mentions {
        if let known = mentions[key] { return known }
        let made = Mentions(in: body)
        mentions[key] = made
        return made
    }
}
