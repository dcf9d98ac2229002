import CLibgit2
import Glibc

/// What a tree holds at a path.
public enum EntryKind: String, Hashable, Sendable {
    /// A plain file.
    case file
    /// A file that may be executed.
    case executable
    /// A symbolic link.
    case symbolicLink
    /// A directory.
    case directory
    /// Another repository, by the name of a commit in it.
    case submodule

    init(mode: git_filemode_t) {
        self =
            switch mode {
            case GIT_FILEMODE_TREE: .directory
            case GIT_FILEMODE_LINK: .symbolicLink
            case GIT_FILEMODE_COMMIT: .submodule
            case GIT_FILEMODE_BLOB_EXECUTABLE: .executable
            default: .file
            }
    }
}

/// Reads the files of one commit, without a checkout.
///
/// It lives only inside the closure of ``GitRepository/withTree(of:_:)`` and on its thread. Paths
/// are relative to the top of the repository, with `/` between names. Links are never followed.
/// Names that are not UTF-8 are listed with replacement characters and cannot be read by path.
public final class CommitTree {
    /// The commit that is read.
    public let commit: CommitID

    let repository: LocalRepository
    let root: Handle
    private let entryLimit: Int

    init(
        of commit: CommitID,
        in repository: LocalRepository,
        entryLimit: Int = 1_000_000
    ) throws(GitError) {
        self.commit = commit
        self.entryLimit = entryLimit
        self.repository = repository
        root = try repository.treeHandle(of: commit)
    }

    /// The content of the file at a path, or `nil` when nothing is there.
    ///
    /// Throws `symbolicLink`, `submodule` or `directory` when the path is no file (a link or a
    /// submodule on the way counts), and `tooLarge` above `limit` bytes, before reading them.
    public func bytes(at path: String, limit: Int) throws(GitError) -> [UInt8]? {
        guard let entry = try find(path) else { return nil }
        guard entry.kind == .file || entry.kind == .executable else {
            throw .wrongKind(path, entry.kind, in: commit)
        }
        let size = try repository.blobSize(entry.id)
        guard size <= limit else {
            throw .tooLarge(
                "\(path.debugDescription) at commit \(commit.short)", size, limit: limit)
        }
        return try repository.withBlob(entry.id) { Array($0) }
    }

    /// What is at a path, or `nil` when nothing is there; the empty path is the top directory.
    public func entryKind(at path: String) throws(GitError) -> EntryKind? {
        path.isEmpty ? .directory : try find(path)?.kind
    }

    /// The name of the object at a path (a file's blob, a directory's tree, a submodule's commit),
    /// as 40 hexadecimal digits, or `nil` when nothing is there.
    ///
    /// Two equal names mean equal content, so this is the cheap way to compare.
    public func objectID(at path: String) throws(GitError) -> String? {
        try find(path).map { hexadecimal($0.id) }
    }

    /// The name of the file content at a path; `nil` when no file or link is there.
    public func blobID(at path: String) throws(GitError) -> String? {
        guard let entry = try find(path), entry.kind != .directory, entry.kind != .submodule else {
            return nil
        }
        return hexadecimal(entry.id)
    }

    /// The paths of everything at or below a path that is no directory, in Git's order.
    ///
    /// Nothing there gives an empty list; the empty path lists the whole commit. Throws `tooLarge`
    /// for more than a million entries, or a path that no file system takes.
    public func paths(under path: String) throws(GitError) -> [String] {
        try entries(under: path).map(\.path)
    }

    /// The paths of the commit's submodules, in Git's order.
    ///
    /// Nothing is searched without a `.gitmodules`, without which Git itself knows none.
    public func submodules() throws(GitError) -> [String] {
        guard try find(".gitmodules") != nil else { return [] }
        return try submoduleEntries().map(\.path)
    }

    /// All submodules, whatever `.gitmodules` says of them, with the commits that they are at.
    func submoduleEntries() throws(GitError) -> [(path: String, commit: git_oid)] {
        try entries(under: "").filter { $0.kind == .submodule }.map { ($0.path, $0.id) }
    }

    private typealias Entry = (path: String, id: git_oid, kind: EntryKind)

    private func entries(under path: String) throws(GitError) -> [Entry] {
        var found: [Entry] = []
        var waiting: [Entry] = []
        if path.isEmpty {
            guard let id = git_tree_id(root.pointer) else { return [] }
            waiting.append(("", id.pointee, .directory))
        } else if let entry = try find(path) {
            waiting.append((path, entry.id, entry.kind))
        }
        while let next = waiting.popLast() {
            guard next.kind == .directory else {
                found.append(next)
                continue
            }
            let prefix = next.path.isEmpty ? "" : next.path + "/"
            let entries = try repository.entries(ofTree: next.id)
            for entry in entries.reversed() {
                waiting.append((prefix + entry.name, entry.id, entry.kind))
            }
            let count = found.count + waiting.count
            guard count <= entryLimit, prefix.utf8.count <= PATH_MAX else {
                throw .tooLarge("The tree of commit \(commit.short)", count, limit: entryLimit)
            }
        }
        return found
    }

    /// Whether a tree can have anything at a path: names with `/` between them, none of them empty,
    /// `.` or `..`.
    public static func canHold(_ path: String) -> Bool {
        let names = path.split(separator: "/", omittingEmptySubsequences: false)
        return !path.utf8.contains(0) && !names.contains { ["", ".", ".."].contains($0) }
    }

    private func find(_ path: String) throws(GitError) -> (id: git_oid, kind: EntryKind)? {
        let names = path.split(separator: "/", omittingEmptySubsequences: false)
        guard Self.canHold(path) else { throw .invalidPath(path) }
        if let entry = try repository.entry(at: path, in: root) { return entry }
        for count in names.indices.dropFirst() {
            let parent = names[..<count].joined(separator: "/")
            guard let entry = try repository.entry(at: parent, in: root) else { return nil }
            if entry.kind == .symbolicLink || entry.kind == .submodule {
                throw .wrongKind(parent, entry.kind, in: commit)
            }
        }
        return nil
    }
}

@available(*, unavailable)
extension CommitTree: Sendable {}
