import HCL

/// What was looked at in a commit to get a result: the result stands for every other commit in
/// which all of it looks the same.
struct Observations {
    /// What a path led to when it was looked at.
    private enum Sight: Hashable {
        case nothing
        case file(id: String, path: String)
        case directory(path: String)
        case submodule
        case refused
    }

    private var sights: [String: Sight] = [:]
    private var listings: [String: String] = [:]
    /// Where the directories of the listings really are.
    private var listed: Set<String> = []
    /// The errors of the files that were wanted and are malformed, by path: they count even where
    /// an expression falls back on something else.
    private(set) var malformed: [String: [Diagnostic]] = [:]

    /// How much was looked at; at least one.
    var count: Int { 1 + sights.count + listings.count + malformed.count }

    /// Notes what a path leads to; of a directory only that it is one.
    mutating func look(at path: String, _ result: Result<TreeItem?, FileTreeError>) {
        sights[path] = Self.sight(result)
    }

    /// Notes that everything below a directory was looked at.
    mutating func list(_ path: String, _ directory: TreeItem) {
        listings[path] = directory.id
        listed.insert(directory.path)
    }

    /// Notes that a file which was looked at is malformed.
    mutating func miss(_ path: String, _ errors: [Diagnostic]) {
        malformed[path] = errors
    }

    /// Adds what was looked at for a part of the result.
    mutating func merge(_ other: Observations) {
        sights.merge(other.sights) { $1 }
        listings.merge(other.listings) { $1 }
        listed.formUnion(other.listed)
        malformed.merge(other.malformed) { $1 }
    }

    /// Whether all of it looks the same in a commit.
    func hold(in tree: RepositoryTree) -> Bool {
        sights.allSatisfy { path, sight in Self.sight(Self.find(path, in: tree)) == sight }
            && listings.allSatisfy { path, id in (try? tree.find(path))??.id == id }
    }

    /// The paths of all that was looked at in a commit.
    func paths(in tree: RepositoryTree) -> WatchedPaths {
        var paths = WatchedPaths()
        for (path, sight) in sights {
            if case .directory = sight {
                paths.insert(path, isDirectory: true)
            } else {
                paths.insert(path, isDirectory: false)
            }
            paths.formUnion(tree.behindLinks(of: path))
        }
        for path in listed { paths.insert(path, isDirectory: false) }
        paths.insertDirectoriesAbove()
        return paths
    }

    private static func find(
        _ path: String, in tree: RepositoryTree
    ) -> Result<TreeItem?, FileTreeError> {
        Result { () throws(FileTreeError) in try tree.find(path) }
    }

    private static func sight(_ result: Result<TreeItem?, FileTreeError>) -> Sight {
        switch result {
        case .failure: return .refused
        case .success(nil): return .nothing
        case .success(let item?):
            switch item.kind {
            case .directory: return .directory(path: item.path)
            case .submodule: return .submodule
            case .file, .link: return .file(id: item.id, path: item.path)
            }
        }
    }
}
