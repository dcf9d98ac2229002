import CLibgit2
import Glibc

/// Writes the files of a tree below a new, empty directory.
///
/// Every name is looked at before it reaches the file system, and every file is created relative
/// to the open directory that must hold it, never through a link. A hostile tree can make the
/// checkout fail; it cannot write anywhere else. Contents are written as they were committed:
/// attributes, and with them filters, line endings and keywords, have no part in it.
///
/// Files get mode 0644 and executable ones 0755, directories too, whatever the umask is.
struct TreeWriter {
    /// What is refused as too large.
    struct Limits {
        var entries = 1_000_000
        var bytes = 8 << 30

        /// A file is in the agent's memory as a whole while it is written, and once more while it is
        /// put together from its deltas: a small container must not be killed for that.
        var fileBytes = 64 << 20
        var depth = 200
    }

    /// Everything that was written, for the index; in the tree's own order.
    private(set) var entries: [IndexEntry] = []

    private let commit: CommitID
    private let repository: LocalRepository
    private let limits: Limits
    private var bytes = 0

    init(of commit: CommitID, from repository: LocalRepository, limits: Limits = Limits()) {
        self.commit = commit
        self.repository = repository
        self.limits = limits
    }

    /// Writes everything in `tree` into the open directory.
    mutating func write(_ tree: borrowing Handle, into directory: Int32) throws(GitError) {
        try write(tree, into: directory, at: TreePath())
    }

    private mutating func write(
        _ tree: borrowing Handle,
        into directory: Int32,
        at parent: TreePath
    ) throws(GitError) {
        guard parent.depth <= limits.depth else {
            throw .tooLarge(whole, parent.depth, limit: limits.depth)
        }
        for index in 0..<git_tree_entrycount(tree.pointer) {
            guard let entry = git_tree_entry_byindex(tree.pointer, index),
                let name = git_tree_entry_name(entry), let id = git_tree_entry_id(entry)
            else { continue }
            let path = parent.appending(UnsafeRawBufferPointer(start: name, count: strlen(name)))
            guard entries.count < limits.entries else {
                throw .tooLarge(whole, entries.count + 1, limit: limits.entries)
            }
            guard !TreeName.isUnsafe(path.name) else { throw unsafeName(path) }
            let kind = EntryKind(mode: git_tree_entry_filemode(entry))
            try write(id.pointee, kind, named: name, into: directory, at: path)
        }
    }

    private mutating func write(
        _ id: git_oid,
        _ kind: EntryKind,
        named name: UnsafePointer<CChar>,
        into directory: Int32,
        at path: TreePath
    ) throws(GitError) {
        let status =
            switch kind {
            case .directory: try writeDirectory(id, name, into: directory, at: path)
            case .submodule: try makeDirectory(name, in: directory, at: path)
            case .symbolicLink: try writeLink(id, name, into: directory, at: path)
            case .file: try writeFile(id, name, into: directory, at: path, mode: 0o644)
            case .executable: try writeFile(id, name, into: directory, at: path, mode: 0o755)
            }
        if kind != .directory { entries.append(IndexEntry(path.bytes, id, kind, status)) }
    }

    @discardableResult
    private func makeDirectory(
        _ name: UnsafePointer<CChar>,
        in directory: Int32,
        at path: TreePath
    ) throws(GitError) -> stat {
        guard mkdirat(directory, name, 0o755) == 0 else { throw failure(path) }
        let made = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard made >= 0 else { throw failure(path) }
        defer { close(made) }
        return try finish(made, 0o755, at: path)
    }

    private mutating func writeDirectory(
        _ id: git_oid,
        _ name: UnsafePointer<CChar>,
        into directory: Int32,
        at path: TreePath
    ) throws(GitError) -> stat {
        var id = id
        let tree = try Handle("read a tree", at: repository.path, release: git_tree_free) {
            git_tree_lookup(&$0, repository.pointer, &id)
        }
        let status = try makeDirectory(name, in: directory, at: path)
        let made = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard made >= 0 else { throw failure(path) }
        defer { close(made) }
        try write(tree, into: made, at: path)
        return status
    }

    private mutating func writeFile(
        _ id: git_oid,
        _ name: UnsafePointer<CChar>,
        into directory: Int32,
        at path: TreePath,
        mode: mode_t
    ) throws(GitError) -> stat {
        try spend(try repository.blobSize(id), on: path)
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let file = openat(directory, name, flags, mode)
        guard file >= 0 else { throw failure(path) }
        defer { close(file) }
        let problem = try repository.withBlob(id) { content in
            var rest = content[...]
            while !rest.isEmpty {
                let count = Glibc.write(
                    file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return count < 0 ? errno : EIO }
                rest = rest.dropFirst(count)
            }
            return 0
        }
        guard problem == 0 else { throw failure(path, problem) }
        return try finish(file, mode, at: path)
    }

    /// Sets the mode, which the umask may have cut down, and looks at what the index has to know.
    private func finish(
        _ file: Int32,
        _ mode: mode_t,
        at path: TreePath
    ) throws(GitError) -> stat {
        var status = stat()
        guard fchmod(file, mode) == 0, fstat(file, &status) == 0 else { throw failure(path) }
        return status
    }

    private mutating func writeLink(
        _ id: git_oid,
        _ name: UnsafePointer<CChar>,
        into directory: Int32,
        at path: TreePath
    ) throws(GitError) -> stat {
        guard try repository.blobSize(id) < PATH_MAX else { throw leaving(path, "a long path") }
        let target = LinkTarget(bytes: try repository.withBlob(id) { Array($0) })
        guard target.staysInside(depth: path.depth - 1) else {
            throw leaving(path, String(decoding: target.bytes, as: UTF8.self))
        }
        // Git would take what it leads to for the commit's own list of submodules.
        guard !TreeName.meansGitModules(path.name) else { throw unsafeName(path) }
        let text = target.bytes.map { CChar(bitPattern: $0) } + [0]
        var status = stat()
        guard symlinkat(text, directory, name) == 0,
            fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0
        else { throw failure(path) }
        return status
    }

    private mutating func spend(_ size: Int, on path: TreePath) throws(GitError) {
        guard size <= limits.fileBytes else {
            throw .tooLarge("\(path) of commit \(commit.short)", size, limit: limits.fileBytes)
        }
        bytes += size
        guard bytes <= limits.bytes else { throw .tooLarge(whole, bytes, limit: limits.bytes) }
    }

    private var whole: String { "The tree of commit \(commit.short)" }

    private func failure(_ path: TreePath, _ code: Int32 = errno) -> GitError {
        .system("write \(path) of commit \(commit.short)", code)
    }

    private func unsafeName(_ path: TreePath) -> GitError {
        GitError(
            .unsafeName,
            "Commit \(commit.short) holds the unsafe name \(path).",
            hint: "Whoever pushed it should look at how it came there; remove it."
        )
    }

    private func leaving(_ path: TreePath, _ target: String) -> GitError {
        GitError(
            .linkLeavesTree,
            "The link \(path) of commit \(commit.short) leads to "
                + "\(target.debugDescription), which may be outside the tree.",
            hint: "Use a relative target with .. only at its beginning, or commit the file itself."
        )
    }
}

/// A path in a tree, of any bytes.
struct TreePath: CustomStringConvertible {
    private(set) var bytes: [UInt8] = []
    private(set) var depth = 0
    private(set) var name: ArraySlice<UInt8> = []

    func appending(_ name: UnsafeRawBufferPointer) -> TreePath {
        var path = TreePath()
        path.bytes = bytes + (depth == 0 ? [] : [UInt8(ascii: "/")]) + name
        path.depth = depth + 1
        path.name = path.bytes.suffix(name.count)
        return path
    }

    /// In quotes, for a message.
    var description: String { String(decoding: bytes, as: UTF8.self).debugDescription }
}
