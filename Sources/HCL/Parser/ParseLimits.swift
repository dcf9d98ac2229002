/// What a source may ask of the parser; more is an error, never a crash.
public struct ParseLimits: Sendable {
    /// The greatest size in bytes.
    public var largestFile: Int
    /// How deep brackets, blocks and templates may be inside one another.
    public var deepestNesting: Int
    /// How many operators and steps may be chained and nested in all.
    public var highestTree: Int
    /// The most errors reported for one source.
    public var mostDiagnostics: Int

    /// Creates limits; the defaults are far beyond what people write.
    public init(
        largestFile: Int = 8 * 1_024 * 1_024, deepestNesting: Int = 100, highestTree: Int = 400,
        mostDiagnostics: Int = 50
    ) {
        self.largestFile = min(largestFile, Int(UInt32.max))
        self.deepestNesting = deepestNesting
        self.highestTree = highestTree
        self.mostDiagnostics = mostDiagnostics
    }
}
