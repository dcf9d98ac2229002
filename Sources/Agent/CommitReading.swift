import ClusterModel
import Foundation
public import Git
public import Infrastructure

/// What one commit says of one cluster.
struct ClusterContents: Sendable {
    /// The cluster and its policies.
    let definition: ClusterDefinition
    /// What it should be; `nil` when its files do not exist in the commit.
    let desired: Result<DesiredState?, ReadError>
    /// Paths whose change can change what the commit says.
    let inputPaths: Set<String>
}

/// A definition file from outside the repository.
public struct ConfigurationFile: Sendable {
    /// The name that messages use.
    public let name: String

    /// Its content.
    public let bytes: [UInt8]

    /// Creates a file.
    public init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }
}

/// Reads what commits say, each commit once.
///
/// With a `configuration` from outside the repository, commits older than `uprev.hcl` can be read.
public actor CommitReading {
    /// The repository that is read.
    public nonisolated let repository: GitRepository

    /// Whether stages find the submodules of commits, or empty folders.
    nonisolated let fetchesSubmodules: Bool

    private let configuration: ConfigurationFile?
    private let syntax = SharedSyntax()
    private var cache: [CommitID: Reading] = [:]
    private var recent: [CommitID] = []

    /// Creates a reader.
    public init(
        repository: GitRepository, configuration: ConfigurationFile? = nil,
        fetchesSubmodules: Bool = false
    ) {
        self.repository = repository
        self.fetchesSubmodules = fetchesSubmodules
        self.configuration = configuration
    }

    /// What the commit says of every cluster that it defines, by name.
    ///
    /// Throws `ReadError` when `uprev.hcl` cannot be read, and `GitError`.
    func contents(of commit: CommitID) async throws -> [ClusterContents] {
        try await reading(of: commit).contents.get()
    }

    /// The paths that decide what the commit says of its clusters' inputs.
    ///
    /// One that has the same there says the same. Nothing when the commit cannot be read, or
    /// defines no cluster.
    ///
    /// Throws `GitError`.
    func watchedPaths(of commit: CommitID) async throws -> WatchedPaths? {
        let reading = try await reading(of: commit)
        guard case .success(let contents) = reading.contents, !contents.isEmpty else { return nil }
        return reading.watched
    }

    private func reading(of commit: CommitID) async throws -> Reading {
        if let known = cache[commit] { return known }
        let configuration = configuration
        let syntax = syntax
        let reading = try await repository.withTree(of: commit) { tree in
            try syntax.use { cache in
                try GitFileTree.read(tree) { Reading(of: $0, configuration, cache) }
            }
        }
        remember(reading, of: commit)
        return reading
    }

    /// The paths of the commit's submodules that stages find empty.
    func emptySubmodules(of commit: CommitID) async throws -> [String] {
        guard !fetchesSubmodules else { return [] }
        return try await repository.withTree(of: commit) { try $0.submodules() }
    }

    /// What the commit says of a cluster, by its own definition of it, else by the given one.
    func state(of definition: ClusterDefinition, at commit: CommitID) async throws -> DesiredState?
    {
        if let own = try? await contents(of: commit).first(where: {
            $0.definition.name == definition.name
        }) {
            return try own.desired.get()
        }
        let syntax = syntax
        return try await repository.withTree(of: commit) { tree in
            try syntax.use { cache in
                try GitFileTree.read(tree) {
                    try CommitReader(tree: $0, cache: cache).desiredState(of: definition)
                }
            }
        }
    }

    /// The evaluated locals of a file of the commit; throws `ReadError` and `GitError`.
    public func locals(of path: String, at commit: CommitID) async throws -> [EvaluatedLocal] {
        try await repository.withTree(of: commit) { tree in
            try GitFileTree.read(tree) { try CommitReader(tree: $0).evaluate(path) }
        }
    }

    /// The value of an expression as if it stood in a file of the commit.
    ///
    /// Throws `ReadError` with all errors, and `GitError`.
    public func value(
        of expression: String, in path: String, at commit: CommitID
    ) async throws -> EvaluatedLocal {
        try await repository.withTree(of: commit) { tree in
            try GitFileTree.read(tree) {
                try CommitReader(tree: $0).evaluate(expression, in: path)
            }
        }
    }

    /// The units of the commit with the files that decide each: all of them, or those named.
    ///
    /// Throws `ReadError` for a unit that the commit does not have, and `GitError`.
    public func units(_ names: [String], at commit: CommitID) async throws -> UnitGraph {
        let syntax = syntax
        return try await repository.withTree(of: commit) { tree in
            try syntax.use { cache in
                try GitFileTree.read(tree) {
                    try CommitReader(tree: $0, cache: cache).unitGraph(names)
                }
            }
        }
    }

    private func remember(_ reading: Reading, of commit: CommitID) {
        cache[commit] = reading
        recent.append(commit)
        if recent.count > 512 { cache[recent.removeFirst()] = nil }
    }
}

/// Parsed files, shared by the commits that are read one after the other.
///
/// It is safe to share although the cache itself is not: the cache is reached through ``use(_:)``
/// only, which lets one caller in at a time, and what it lends is not kept beyond the call.
private final class SharedSyntax: @unchecked Sendable {
    private let lock = NSLock()
    private let cache = ReadingCache()

    func use<Result>(_ body: (ReadingCache) throws -> Result) rethrows -> Result {
        try lock.withLock { try body(cache) }
    }
}

/// What came of reading a commit, and what decided it.
private struct Reading: Sendable {
    let contents: Result<[ClusterContents], ReadError>
    let watched: WatchedPaths

    init(of tree: GitFileTree, _ configuration: ConfigurationFile?, _ cache: ReadingCache) {
        let reader = CommitReader(
            tree: tree, configuration: configuration.map { ($0.name, $0.bytes) }, cache: cache)
        (contents, watched) = reader.watching {
            Result { () throws(ReadError) in try Self.contents(by: reader) }
        }
    }

    private static func contents(
        by reader: CommitReader
    ) throws(ReadError) -> [ClusterContents] {
        var contents: [ClusterContents] = []
        for definition in try reader.clusters() {
            let desired = Result { () throws(ReadError) in
                try reader.desiredState(of: definition)
            }
            contents.append(
                ClusterContents(
                    definition: definition, desired: desired,
                    inputPaths: try reader.inputPaths(of: definition)))
        }
        return contents
    }
}
