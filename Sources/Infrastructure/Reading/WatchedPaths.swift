/// What decided a reading of a commit: another commit that has the same there reads the same.
///
/// Paths are relative to the top; a path may be missing from the commit, and the empty one is the
/// top itself. Links are named beside what they lead to.
public struct WatchedPaths: Hashable, Sendable {
    /// Files that were read or looked for, and directories of which everything counts.
    public internal(set) var contents: Set<String> = []

    /// Directories that were only passed or asked for: what counts is that they are directories.
    public internal(set) var kinds: Set<String> = []

    /// Nothing.
    public init() {}

    /// Adds a path; of a directory only that it is one.
    mutating func insert(_ path: String, isDirectory: Bool) {
        if isDirectory { kinds.insert(path) } else { contents.insert(path) }
    }

    /// Adds what another reading looked at.
    mutating func formUnion(_ other: WatchedPaths) {
        contents.formUnion(other.contents)
        kinds.formUnion(other.kinds)
    }

    /// Adds the directories that lead to the paths: one that becomes a link leads elsewhere.
    mutating func insertDirectoriesAbove() {
        for path in contents.union(kinds) {
            var directory = RepositoryPath.directory(of: path)
            while !directory.isEmpty, kinds.insert(directory).inserted {
                directory = RepositoryPath.directory(of: directory)
            }
        }
    }
}
