import Infrastructure

/// The files of a commit that exists in memory only.
struct MemoryFileTree: Sendable {
    var files: [String: [UInt8]]
    /// Links by path, each with where it leads to.
    var links: [String: String] = [:]
    /// Paths that are submodules.
    var submodules: Set<String> = []
    /// Sizes that files claim to have; reading one of them is refused.
    var claimedSizes: [String: Int] = [:]

    init(_ texts: [String: String]) {
        files = texts.mapValues { Array($0.utf8) }
    }

    /// A copy with one file changed, added or, with no text, removed.
    func with(_ path: String, _ text: String?) -> MemoryFileTree {
        var copy = self
        copy.files[path] = text.map { Array($0.utf8) }
        return copy
    }

    /// A copy in which a piece of a file's text is replaced by another.
    func replacing(_ old: String, _ new: String, in path: String) -> MemoryFileTree {
        let text = String(decoding: files[path] ?? [], as: UTF8.self)
        precondition(text.contains(old), "\(path) does not contain \(old)")
        return with(path, text.replacing(old, with: new))
    }
}

/// The objects of such a commit, named by their content.
struct MemoryObjects: FileTree {
    private var directories: [String: [FileTreeEntry]] = [:]
    private var contents: [String: [UInt8]] = [:]
    private var sizes: [String: Int] = [:]
    private var root = ""

    init(_ tree: MemoryFileTree) {
        var paths: [(path: [Substring], entry: FileTreeEntry)] = []
        for (path, bytes) in tree.files {
            let size = tree.claimedSizes[path]
            let id = size == nil ? "file" + Self.hash(bytes) : "large" + path
            sizes[id] = size ?? bytes.count
            if size == nil { contents[id] = bytes }
            paths.append(Self.entry(path, .file, id))
        }
        for (path, target) in tree.links {
            let id = "link" + Self.hash(Array(target.utf8))
            contents[id] = Array(target.utf8)
            sizes[id] = target.utf8.count
            paths.append(Self.entry(path, .link, id))
        }
        for path in tree.submodules { paths.append(Self.entry(path, .submodule, "commit" + path)) }
        root = directory(paths)
    }

    func rootDirectory() throws(FileTreeError) -> String { root }

    func entries(ofDirectory id: String) throws(FileTreeError) -> [FileTreeEntry] {
        try Self.found(directories[id], id)
    }

    func size(ofFile id: String) throws(FileTreeError) -> Int { try Self.found(sizes[id], id) }

    func bytes(ofFile id: String) throws(FileTreeError) -> [UInt8] {
        try Self.found(contents[id], id)
    }

    private static func found<Value>(
        _ value: Value?, _ id: String
    ) throws(FileTreeError) -> Value {
        guard let value else {
            throw FileTreeError(path: "", message: "There is no object \(id).")
        }
        return value
    }

    private static func entry(
        _ path: String, _ kind: FileTreeEntry.Kind, _ id: String
    ) -> (path: [Substring], entry: FileTreeEntry) {
        let names = path.split(separator: "/")
        return (
            Array(names.dropLast()),
            FileTreeEntry(name: String(names.last ?? ""), kind: kind, id: id)
        )
    }

    private mutating func directory(
        _ paths: [(path: [Substring], entry: FileTreeEntry)]
    ) -> String {
        var entries = paths.filter { $0.path.isEmpty }.map(\.entry)
        let below = Dictionary(grouping: paths.filter { !$0.path.isEmpty }) { $0.path[0] }
        for (name, group) in below {
            let id = directory(group.map { (path: Array($0.path.dropFirst()), entry: $0.entry) })
            entries.append(FileTreeEntry(name: String(name), kind: .directory, id: id))
        }
        entries.sort { $0.name < $1.name }
        let text = entries.map { "\($0.name) \($0.kind) \($0.id)" }.joined(separator: "\n")
        let id = "directory" + Self.hash(Array(text.utf8))
        directories[id] = entries
        return id
    }

    private static func hash(_ bytes: [UInt8]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return String(hash, radix: 16)
    }
}

extension CommitReader {
    /// Creates a reader of a tree in memory.
    convenience init(_ tree: MemoryFileTree, cache: ReadingCache = ReadingCache()) {
        self.init(tree: MemoryObjects(tree), cache: cache)
    }

    /// The evaluated locals of a file as JSON by name.
    func json(_ path: String) throws -> [String: String] {
        Dictionary(uniqueKeysWithValues: try evaluate(path).map { ($0.name, $0.json) })
    }
}
