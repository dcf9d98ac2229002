import Infrastructure

/// The files of a commit that exists in memory only.
struct MemoryFileTree: FileTree {
    var files: [String: [UInt8]]
    var links: Set<String> = []

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

    func bytes(at path: String) throws(FileTreeError) -> [UInt8]? {
        if links.contains(path) {
            throw FileTreeError(
                path: path, message: "\(path) is a symbolic link.", hint: "Commit the file itself.")
        }
        return files[path]
    }

    func hash(of path: String) throws(FileTreeError) -> String? {
        if links.contains(path) { return "link" }
        return files[path].map { bytes in
            var hash: UInt64 = 0xcbf2_9ce4_8422_2325
            for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
            return "blob\(hash)"
        }
    }

    func paths(under path: String) throws(FileTreeError) -> [String] {
        files.keys.filter { path.isEmpty || $0 == path || $0.hasPrefix(path + "/") }.sorted()
    }
}

extension CommitReader {
    /// The evaluated locals of a file as JSON by name.
    func json(_ path: String) throws -> [String: String] {
        Dictionary(uniqueKeysWithValues: try evaluate(path).map { ($0.name, $0.json) })
    }
}
