import CLibgit2
import Glibc

/// Watches a path, and paths below it, while a walk goes from tree to tree.
///
/// It remembers what the last tree had there, and nothing else: the next one is read down to where
/// it shares a directory with the last. So a walk reads each tree once, and of each tree only what
/// leads to the paths.
final class PathWatch {
    /// The name in the directory above.
    private let name: [UInt8]
    /// The whole path, where that is one of those that are watched.
    private let path: String?
    /// Whether only the kind counts: a file, a link, a directory, or nothing.
    private let onlyKind: Bool
    /// What is watched below, in the order of the bytes of the names.
    private let below: [PathWatch]
    private var current: TreeEntry?
    private var next: TreeEntry?

    /// A path on the way down to its own place.
    private struct Wanted {
        let path: String
        let onlyKind: Bool
        var names: ArraySlice<[UInt8]>
    }

    /// Watches files, or directories with all that is in them; the empty path is the top directory.
    ///
    /// Of `kinds` it is only watched what is there: a file, a link, a directory or nothing. Throws
    /// `invalidPath` for a path that no tree can hold.
    convenience init(
        _ paths: some Sequence<String>, kinds: some Sequence<String> = EmptyCollection()
    ) throws(GitError) {
        var wanted: [Wanted] = []
        for (path, onlyKind) in paths.map({ ($0, false) }) + kinds.map({ ($0, true) }) {
            guard path.isEmpty || CommitTree.canHold(path) else { throw .invalidPath(path) }
            let names = path.utf8.split(separator: 0x2F).map(Array.init)
            wanted.append(Wanted(path: path, onlyKind: onlyKind, names: names[...]))
        }
        self.init(named: [], wanted)
    }

    private init(named name: [UInt8], _ paths: [Wanted]) {
        self.name = name
        let here = paths.filter(\.names.isEmpty)
        path = here.first?.path
        onlyKind = here.allSatisfy(\.onlyKind)
        below = Dictionary(grouping: paths.filter { !$0.names.isEmpty }) {
            $0.names[$0.names.startIndex]
        }
        .map { name, paths in
            let rest = paths.map { wanted in
                var wanted = wanted
                wanted.names.removeFirst()
                return wanted
            }
            return PathWatch(named: name, rest)
        }
        .sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }

    /// Goes on to another tree (`nil` is no tree at all), and gives the watched paths at which
    /// content, kind or mode differ from the last one.
    func move(to tree: git_oid?, in trees: borrowing RawObjects) throws(GitError) -> [String] {
        var changed: [String] = []
        try move(to: tree.map { TreeEntry(mode: S_IFDIR, id: $0) }, trees, &changed)
        return changed
    }

    private func move(
        to entry: TreeEntry?, _ trees: borrowing RawObjects, _ changed: inout [String]
    ) throws(GitError) {
        guard entry != current else { return }
        let isSameKind = entry.map { $0.mode & S_IFMT } == current.map { $0.mode & S_IFMT }
        current = entry
        if let path, !(onlyKind && isSameKind) { changed.append(path) }
        guard !below.isEmpty else { return }
        for watch in below { watch.next = nil }
        if let entry, entry.mode == S_IFDIR {
            try trees.withTree(entry.id) { name, entry in
                below.index(of: name).map { below[$0].next = entry }
            }
        }
        for watch in below { try watch.move(to: watch.next, trees, &changed) }
    }

    /// Negative, zero or positive, as the bytes of the names are ordered.
    fileprivate func order(to other: UnsafeRawBufferPointer) -> Int {
        name.withUnsafeBytes { own in
            guard let left = own.baseAddress, let right = other.baseAddress else { return -1 }
            let order = memcmp(left, right, min(own.count, other.count))
            return order == 0 ? own.count - other.count : Int(order)
        }
    }
}

extension [PathWatch] {
    fileprivate func index(of name: UnsafeRawBufferPointer) -> Int? {
        var range = startIndex..<endIndex
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            let order = self[middle].order(to: name)
            if order == 0 { return middle }
            range = order < 0 ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return nil
    }
}
