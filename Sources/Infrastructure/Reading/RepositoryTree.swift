/// Something that a path of a commit leads to, with links followed.
struct TreeItem: Hashable {
    /// What it is; never a link.
    let kind: FileTreeEntry.Kind
    /// The name of its content.
    let id: String
    /// Where it really is; differs from the path asked for when a link is on the way.
    let path: String

    var isFile: Bool { kind == .file }
    var isDirectory: Bool { kind == .directory }
}

/// The files of one commit by path.
///
/// Paths are relative to the top, with `/` between names and without `.` or `..`; the empty path
/// is the top itself. Links are followed as far as they stay inside; nothing leaves the repository.
final class RepositoryTree {
    /// Larger files are refused rather than read: no input that a person writes comes near it.
    static let largestFile = 16 << 20
    /// How many links one path may lead through.
    private static let mostLinks = 20
    /// How long a path may be, in bytes; no file system takes longer ones.
    static let longestPath = 4_096
    /// How many files, directories and links one listing may meet.
    static let mostEntries = 1_000_000

    /// The first object that could not be read; unlike what is refused because of what the commit
    /// says, it leaves nothing sure that is read from then on.
    private(set) var failure: FileTreeError?

    private let tree: any FileTree
    private let mostEntries: Int
    private let cache: ReadingCache
    private var root: String?
    private var found: [String: Result<TreeItem?, FileTreeError>] = [:]
    private var behindLinks: [String: WatchedPaths] = [:]

    init(
        _ tree: any FileTree, cache: ReadingCache, mostEntries: Int = RepositoryTree.mostEntries
    ) {
        self.tree = tree
        self.cache = cache
        self.mostEntries = mostEntries
    }

    /// What a path leads to; nothing when nothing is there.
    ///
    /// Throws for a link that leaves the repository or never ends, and for a path inside a
    /// submodule, whose files are not part of the commit.
    func find(_ path: String) throws(FileTreeError) -> TreeItem? {
        if let known = found[path] { return try known.get() }
        let result = Result { () throws(FileTreeError) in try walk(path) }
        found[path] = result
        return try result.get()
    }

    /// What decides a path that leads through links, beside the path itself: the links, and where
    /// it really goes.
    func behindLinks(of path: String) -> WatchedPaths {
        _ = try? find(path)
        return behindLinks[path] ?? WatchedPaths()
    }

    /// What is directly in a directory.
    func listing(ofDirectory id: String) throws(FileTreeError) -> DirectoryListing {
        try cache.listing(of: id) { () throws(FileTreeError) in
            DirectoryListing(
                try object("") { () throws(FileTreeError) in
                    try tree.entries(ofDirectory: id)
                })
        }
    }

    /// The content of a file, which is refused before it is read when it is too large.
    func bytes(of item: TreeItem, named path: String) throws(FileTreeError) -> [UInt8] {
        let size = try object(path) { () throws(FileTreeError) in
            try tree.size(ofFile: item.id)
        }
        guard size <= Self.largestFile else {
            throw FileTreeError(
                path: path,
                message: "\(path) has \(size) bytes; files of more than "
                    + "\(Self.largestFile) bytes are not read.",
                hint: "Keep data of that size out of the repository.")
        }
        return try object(path) { () throws(FileTreeError) in try tree.bytes(ofFile: item.id) }
    }

    /// Reads an object, and remembers when that fails.
    private func object<Result>(
        _ path: String, _ read: () throws(FileTreeError) -> Result
    ) throws(FileTreeError) -> Result {
        do {
            return try read()
        } catch {
            var error = error
            if error.path.isEmpty { error.path = path }
            if failure == nil { failure = error }
            throw error
        }
    }

    private func rootDirectory() throws(FileTreeError) -> String {
        if let root { return root }
        let made = try object("") { () throws(FileTreeError) in try tree.rootDirectory() }
        root = made
        return made
    }

    private func walk(_ path: String) throws(FileTreeError) -> TreeItem? {
        var names = Array(path.split(separator: "/").reversed())
        var place: [(name: Substring, id: String)] = []
        var links = 0
        let root = try rootDirectory()
        while let name = names.popLast() {
            if name == ".." {
                guard place.popLast() != nil else { throw Self.outside(path) }
                continue
            }
            let entry = try listing(ofDirectory: place.last?.id ?? root)[name]
            if links > 0 || entry?.kind == .link {
                let met = (place.map(\.name) + [name]).joined(separator: "/")
                behindLinks[path, default: WatchedPaths()].insert(
                    met, isDirectory: entry?.kind == .directory)
            }
            guard let entry else { return nil }
            switch entry.kind {
            case .directory: place.append((name, entry.id))
            case .file, .submodule:
                let real = (place.map(\.name) + [name]).joined(separator: "/")
                guard names.isEmpty else {
                    guard entry.kind == .submodule else { return nil }
                    throw Self.submodule(path, real)
                }
                return TreeItem(kind: entry.kind, id: entry.id, path: real)
            case .link:
                links += 1
                names += try target(of: entry, links: links, at: path)
            }
        }
        let real = place.map(\.name).joined(separator: "/")
        return TreeItem(kind: .directory, id: place.last?.id ?? root, path: real)
    }

    /// The names of a link's target, last name first.
    private func target(
        of entry: FileTreeEntry, links: Int, at path: String
    ) throws(FileTreeError) -> [Substring] {
        guard links <= Self.mostLinks else {
            throw FileTreeError(
                path: path,
                message: "\(path) leads through more than \(Self.mostLinks) symbolic links.",
                hint: "Commit the file itself.")
        }
        let bytes = try object(path) { () throws(FileTreeError) in
            try tree.size(ofFile: entry.id) < Self.longestPath
                ? try tree.bytes(ofFile: entry.id) : nil
        }
        guard let bytes else { throw Self.outside(path) }
        let text = String(decoding: bytes, as: UTF8.self)
        guard !text.hasPrefix("/"), !text.utf8.contains(0) else { throw Self.outside(path) }
        return text.split(separator: "/").filter { $0 != "." }.reversed()
    }

    private static func outside(_ path: String) -> FileTreeError {
        FileTreeError(
            path: path,
            message: "\(path) is or leads through a symbolic link that leaves the repository.",
            hint: "Commit the file itself.")
    }

    private static func submodule(_ path: String, _ submodule: String) -> FileTreeError {
        FileTreeError(
            path: path,
            message: "\(path) is inside the submodule \(submodule), whose files are not part of "
                + "the commit.",
            hint: "Keep the file in the repository itself.")
    }
}

extension RepositoryTree {
    /// All files at or below a path, and the links on the way to them.
    struct Listing {
        /// The paths, sorted by directory.
        var files: [String] = []
        /// The paths of links, whether they lead to a file, a directory or nowhere.
        var links: [String] = []
        /// How many entries were met, with directories that have no files.
        fileprivate var entries = 0
    }

    /// All files at or below a path; none when nothing is there.
    ///
    /// A link to a file counts as a file and one to a directory as a directory, unless it leads to
    /// a directory that it is in itself. A link that cannot be followed is listed as a file.
    func files(under path: String) throws(FileTreeError) -> Listing {
        guard let item = try find(path) else { return Listing() }
        guard item.isDirectory else { return Listing(files: [path]) }
        var listing = Listing()
        try collect(item.id, at: path, depth: 0, into: &listing)
        return listing
    }

    private func collect(
        _ id: String, at path: String, depth: Int, into result: inout Listing
    ) throws(FileTreeError) {
        for entry in try listing(ofDirectory: id).entries {
            let place = RepositoryPath.join(path, entry.name)
            result.entries += 1
            guard result.entries <= mostEntries, place.utf8.count <= Self.longestPath else {
                throw Self.endless(path, mostEntries)
            }
            switch entry.kind {
            case .file, .submodule: result.files.append(place)
            case .directory: try collect(entry.id, at: place, depth: depth, into: &result)
            case .link:
                result.links.append(place)
                guard depth < 4, let target = try? find(place), target.isDirectory,
                    !RepositoryPath.isInside(place, target.path)
                else {
                    result.files.append(place)
                    continue
                }
                try collect(target.id, at: place, depth: depth + 1, into: &result)
            }
        }
    }

    private static func endless(_ path: String, _ most: Int) -> FileTreeError {
        FileTreeError(
            path: path,
            message:
                "The listing that reaches \(path) has more than \(most) files, directories and "
                + "links, or a path of more than \(longestPath) bytes.",
            hint: "Keep generated directories out of the repository.")
    }
}
