import CLibgit2
import Glibc

/// Writes the files of a tree below a new, empty directory.
///
/// Every name is looked at before it reaches the file system, and every file is created relative
/// to the open directory that must hold it, never through a link. A hostile tree can make the
/// checkout fail; it cannot write anywhere else.
struct TreeWriter {
    private static let depthLimit = 200

    private let commit: CommitID
    private let repository: LocalRepository
    private var entriesLeft: Int
    private var bytesLeft: Int

    init(
        of commit: CommitID,
        from repository: LocalRepository,
        entryLimit: Int = 1_000_000,
        byteLimit: Int = 8 << 30
    ) {
        self.commit = commit
        self.repository = repository
        entriesLeft = entryLimit
        bytesLeft = byteLimit
    }

    /// Writes everything in `tree` into the open directory.
    mutating func write(_ tree: borrowing Handle, into directory: Int32) throws(GitError) {
        try write(tree, into: directory, at: [])
    }

    private mutating func write(
        _ tree: borrowing Handle,
        into directory: Int32,
        at parents: [String]
    ) throws(GitError) {
        guard parents.count <= Self.depthLimit else {
            throw .tooLarge(whole, parents.count, limit: Self.depthLimit)
        }
        for index in 0..<git_tree_entrycount(tree.pointer) {
            guard let entry = git_tree_entry_byindex(tree.pointer, index),
                let name = git_tree_entry_name(entry), let id = git_tree_entry_id(entry)
            else { continue }
            let path = parents + [String(cString: name)]
            try check(name, at: path)
            switch EntryKind(mode: git_tree_entry_filemode(entry)) {
            case .directory:
                try writeDirectory(id.pointee, name, into: directory, at: path)
            case .submodule:
                guard mkdirat(directory, name, 0o777) == 0 else { throw failure(path) }
            case .symbolicLink:
                try writeLink(id.pointee, name, into: directory, at: path)
            case .file:
                try writeFile(id.pointee, name, into: directory, at: path, mode: 0o666)
            case .executable:
                try writeFile(id.pointee, name, into: directory, at: path, mode: 0o777)
            }
        }
    }

    private mutating func writeDirectory(
        _ id: git_oid,
        _ name: UnsafePointer<CChar>,
        into directory: Int32,
        at path: [String]
    ) throws(GitError) {
        var id = id
        let tree = try Handle("read a tree", at: repository.path, release: git_tree_free) {
            git_tree_lookup(&$0, repository.pointer, &id)
        }
        guard mkdirat(directory, name, 0o777) == 0 else { throw failure(path) }
        let made = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard made >= 0 else { throw failure(path) }
        defer { close(made) }
        try write(tree, into: made, at: path)
    }

    private mutating func writeFile(
        _ id: git_oid,
        _ name: UnsafePointer<CChar>,
        into directory: Int32,
        at path: [String],
        mode: mode_t
    ) throws(GitError) {
        try spend(try repository.blobSize(id))
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
    }

    private mutating func writeLink(
        _ id: git_oid,
        _ name: UnsafePointer<CChar>,
        into directory: Int32,
        at path: [String]
    ) throws(GitError) {
        guard try repository.blobSize(id) < PATH_MAX else { throw leaving(path, "a long path") }
        let target = try repository.withBlob(id) { Array($0) }
        guard Self.staysInside(target, depth: path.count - 1) else {
            throw leaving(path, String(decoding: target, as: UTF8.self))
        }
        let made = (target + [0]).map { CChar(bitPattern: $0) }.withUnsafeBufferPointer { text in
            text.baseAddress.map { symlinkat($0, directory, name) } ?? -1
        }
        guard made == 0 else { throw failure(path) }
    }

    /// Whether a link in a directory `depth` levels down can only lead to places in the tree.
    ///
    /// The target may go up first, at most to the top, and then down. Up again is refused, because
    /// what stands before it may itself be a link, and then up leads elsewhere than it seems. With
    /// this rule no chain of links leaves: each starts in a directory that really is in the tree.
    static func staysInside(_ target: [UInt8], depth: Int) -> Bool {
        guard let first = target.first, first != UInt8(ascii: "/"), !target.contains(0) else {
            return false
        }
        var up = 0
        var down = 0
        for name in target.split(separator: UInt8(ascii: "/")) where name != [UInt8(ascii: ".")] {
            if name == [UInt8(ascii: "."), UInt8(ascii: ".")] {
                guard down == 0, up < depth else { return false }
                up += 1
            } else {
                down += 1
            }
        }
        return true
    }

    private mutating func check(_ name: UnsafePointer<CChar>, at path: [String]) throws(GitError) {
        guard entriesLeft > 0 else { throw .tooLarge(whole, entriesLeft, limit: entriesLeft) }
        entriesLeft -= 1
        let text = String(cString: name)
        let reserved = ["", ".", "..", ".git", "git~1"].contains(text.lowercased())
        guard !reserved, !text.utf8.contains(UInt8(ascii: "/")) else {
            throw GitError(
                .unsafeName,
                "Commit \(commit.short) holds the unsafe name \(joined(path)).",
                hint: "Whoever pushed it should look at how it came there; remove it."
            )
        }
    }

    private mutating func spend(_ bytes: Int) throws(GitError) {
        guard bytes <= bytesLeft else { throw .tooLarge(whole, bytes, limit: bytesLeft) }
        bytesLeft -= bytes
    }

    private var whole: String { "The tree of commit \(commit.short)" }

    private func joined(_ path: [String]) -> String {
        path.joined(separator: "/").debugDescription
    }

    private func failure(_ path: [String], _ code: Int32 = errno) -> GitError {
        .system("write \(joined(path)) of commit \(commit.short)", code)
    }

    private func leaving(_ path: [String], _ target: String) -> GitError {
        GitError(
            .linkLeavesTree,
            "The link \(joined(path)) of commit \(commit.short) leads to "
                + "\(target.debugDescription), which may be outside the tree.",
            hint: "Use a relative target with .. only at its beginning, or commit the file itself."
        )
    }
}
