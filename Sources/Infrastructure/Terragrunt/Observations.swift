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
    mutating func list(_ path: String, id: String) {
        listings[path] = id
    }

    /// Notes that a file which was looked at is malformed.
    mutating func miss(_ path: String, _ errors: [Diagnostic]) {
        malformed[path] = errors
    }

    /// Adds what was looked at for a part of the result.
    mutating func merge(_ other: Observations) {
        sights.merge(other.sights) { $1 }
        listings.merge(other.listings) { $1 }
        malformed.merge(other.malformed) { $1 }
    }

    /// Whether all of it looks the same in a commit.
    func hold(in tree: RepositoryTree) -> Bool {
        sights.allSatisfy { path, sight in Self.sight(Self.find(path, in: tree)) == sight }
            && listings.allSatisfy { path, id in (try? tree.find(path))??.id == id }
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
