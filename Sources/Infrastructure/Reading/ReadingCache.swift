import HCL

/// What was made of files and directories by their content, shared by the commits that are read one
/// after the other.
///
/// A file that two commits have is parsed once, and what only depends on files that two commits have
/// is evaluated once. Memory is bounded: what no commit asks for is forgotten. Not for use by
/// several tasks at the same time.
public final class ReadingCache {
    /// A file's content under the path that its messages name.
    struct Key: Hashable {
        let path: String
        let id: String
    }

    /// How many times a file was parsed.
    private(set) var parseCount = 0
    /// How many configurations were evaluated because no earlier result could stand for them.
    private(set) var evaluationCount = 0

    private var listings: GenerationCache<String, DirectoryListing>
    private var bodies: GenerationCache<Key, Result<Body, Diagnostics>>
    private var templates: GenerationCache<Key, Result<Expression, Diagnostics>>
    private var fingerprints: GenerationCache<String, String>
    private var mentions: GenerationCache<String, Mentions>
    private var sums: GenerationCache<String, MentionSum>
    private var words: GenerationCache<String, Set<String>?>
    private var ignoreLines: GenerationCache<String, [IgnoreLine]>
    private var configurations: GenerationCache<String, [Observed<ReadConfiguration>]>
    private var units: GenerationCache<String, [Observed<UnitTrace>]>

    /// How many results of one file or unit are kept, each for other contents of what it read.
    private static let mostVariants = 4

    /// Creates an empty cache.
    ///
    /// `bytes` is how much source text two generations keep the syntax of; a syntax tree takes some
    /// ten times its source. The other parts are bounded in proportion.
    public init(bytes: Int = 32 << 20) {
        let entries = max(bytes >> 10, 64)
        listings = GenerationCache(limit: entries * 8)
        bodies = GenerationCache(limit: bytes / 2)
        templates = GenerationCache(limit: bytes / 8)
        fingerprints = GenerationCache(limit: entries)
        mentions = GenerationCache(limit: entries)
        sums = GenerationCache(limit: entries)
        words = GenerationCache(limit: entries)
        ignoreLines = GenerationCache(limit: entries)
        configurations = GenerationCache(limit: entries * 8)
        units = GenerationCache(limit: entries * 8)
    }

    func listing(
        of id: String, make: () throws(FileTreeError) -> DirectoryListing
    ) throws(FileTreeError) -> DirectoryListing {
        if let known = listings.value(for: id) { return known }
        let made = try make()
        listings.store(made, for: id, cost: made.entries.count + 1)
        return made
    }

    func ignoreLines(
        of id: String, make: () throws(FileTreeError) -> [IgnoreLine]
    ) throws(FileTreeError) -> [IgnoreLine] {
        if let known = ignoreLines.value(for: id) { return known }
        let made = try make()
        ignoreLines.store(made, for: id)
        return made
    }

    func body(
        for key: Key, read: () throws(FileTreeError) -> SourceFile
    ) throws(FileTreeError) -> Result<Body, Diagnostics> {
        if let known = bodies.value(for: key) { return known }
        let source = try read()
        parseCount += 1
        let made = Result { () throws(Diagnostics) in try Body.parse(source) }
        bodies.store(made, for: key, cost: source.bytes.count + 256)
        return made
    }

    func template(
        for key: Key, source: () -> SourceFile
    ) -> Result<Expression, Diagnostics> {
        if let known = templates.value(for: key) { return known }
        let source = source()
        parseCount += 1
        let made = Result { () throws(Diagnostics) in try Expression.parseTemplate(source) }
        templates.store(made, for: key, cost: source.bytes.count + 256)
        return made
    }

    func fingerprint(for id: String, of body: Body) -> String {
        if let known = fingerprints.value(for: id) { return known }
        let made = SyntaxFingerprint.text(of: body)
        fingerprints.store(made, for: id)
        return made
    }

    func mentions(for id: String, make: () -> Mentions) -> Mentions {
        if let known = mentions.value(for: id) { return known }
        let made = make()
        mentions.store(made, for: id)
        return made
    }

    /// The words of a file of another kind; nothing for one that is too large.
    func words(
        of id: String, read: () throws(FileTreeError) -> Set<String>?
    ) throws(FileTreeError) -> Set<String>? {
        if let known = words.value(for: id) { return known }
        let made = try read()
        words.store(made, for: id)
        return made
    }

    func mentionSum(
        for id: String, make: () throws(FileTreeError) -> MentionSum
    ) throws(FileTreeError) -> MentionSum {
        if let known = sums.value(for: id) { return known }
        let made = try make()
        sums.store(made, for: id)
        return made
    }
}

/// A result with all that was looked at to get it.
struct Observed<Value> {
    let value: Value
    let observations: Observations
}

extension ReadingCache {
    /// A configuration that was evaluated before and still stands.
    func configuration(
        for key: String, where holds: (Observations) -> Bool
    ) -> Observed<ReadConfiguration>? {
        configurations.value(for: key)?.first { holds($0.observations) }
    }

    func store(_ configuration: Observed<ReadConfiguration>, for key: String) {
        evaluationCount += 1
        let others = configurations.value(for: key) ?? []
        let kept = [configuration] + others.prefix(Self.mostVariants - 1)
        configurations.store(kept, for: key, cost: kept.reduce(0) { $0 + $1.observations.count })
    }

    /// What a unit was seen to read before, where that still stands.
    func unit(
        for key: String, where holds: (Observations) -> Bool
    ) -> Observed<UnitTrace>? {
        units.value(for: key)?.first { holds($0.observations) }
    }

    func store(_ unit: Observed<UnitTrace>, for key: String) {
        evaluationCount += 1
        let others = units.value(for: key) ?? []
        let kept = [unit] + others.prefix(Self.mostVariants - 1)
        units.store(kept, for: key, cost: kept.reduce(0) { $0 + $1.observations.count })
    }
}
