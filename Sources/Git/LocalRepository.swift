import CLibgit2
import Foundation

/// An open repository, for one thread at a time.
///
/// ``GitRepository`` keeps one on its own queue; the worker process has one on its only thread.
final class LocalRepository {
    /// The largest commit that is read, in bytes: its message is not meant for files.
    static let commitLimit = 16 << 20

    let handle: Handle
    let path: String

    /// Opens the repository whose work tree or Git directory is `path`; parents are not searched.
    init(at path: String) throws(GitError) {
        try GitLibrary.start()
        self.path = path
        do {
            handle = try Handle("open", at: path, release: git_repository_free) {
                git_repository_open_ext(&$0, path, GIT_REPOSITORY_OPEN_NO_SEARCH.rawValue, nil)
            }
        } catch {
            guard error.kind != .sha256Repository, !Self.looksLikeRepository(path) else {
                throw error
            }
            throw GitError(
                .notARepository,
                "No Git repository is at \(path).",
                hint: "Name the top of a work tree, or a bare repository."
            )
        }
        try ObjectStore.install(in: handle.pointer, at: path)
    }

    var pointer: OpaquePointer { handle.pointer }

    var isShallow: Bool { git_repository_is_shallow(pointer) == 1 }

    /// Whether no branch and no tag exists; libgit2's own answer depends on the name of `HEAD`.
    var isEmpty: Bool {
        var names = git_strarray()
        guard git_reference_list(&names, pointer) == 0 else { return false }
        defer { git_strarray_dispose(&names) }
        return names.count == 0
    }

    private static func looksLikeRepository(_ path: String) -> Bool {
        MirrorFiles.exists(path + "/.git") || MirrorFiles.exists(path + "/HEAD")
    }

    /// Looks an object up that must be there, and says what its absence means.
    func lookUp(
        _ id: CommitID,
        _ look: (inout OpaquePointer?, inout git_oid) -> Int32
    ) throws(GitError) -> Handle {
        var oid = id.oid
        var absent = false
        do {
            return try Handle("read commit \(id)", at: path, release: git_commit_free) { made in
                let code = look(&made, &oid)
                absent = code == GIT_ENOTFOUND.rawValue
                return code
            }
        } catch {
            throw absent ? .commitMissing(id, path) : error
        }
    }

    /// Opens a commit; throws `tooLarge` before it reads one that no person wrote.
    func commitHandle(_ id: CommitID) throws(GitError) -> Handle {
        try requireUsualSize(id.oid)
        return try lookUp(id) { git_commit_lookup(&$0, pointer, &$1) }
    }

    /// What is absent or cannot be read passes: whoever reads it says so.
    func requireUsualSize(_ id: git_oid) throws(GitError) {
        guard let size = try? blobSize(id), size > Self.commitLimit else { return }
        throw .tooLarge("Commit \(hexadecimal(id))", size, limit: Self.commitLimit)
    }

    /// The tree of a commit.
    func treeHandle(of id: CommitID) throws(GitError) -> Handle {
        let commit = try commitHandle(id)
        return try Handle("read the tree of \(id)", at: path, release: git_tree_free) {
            git_commit_tree(&$0, commit.pointer)
        }
    }

    func commit(_ id: CommitID) throws(GitError) -> Commit {
        let handle = try commitHandle(id)
        let parents = (0..<git_commit_parentcount(handle.pointer)).compactMap { index in
            git_commit_parent_id(handle.pointer, index).map { CommitID($0.pointee) }
        }
        let author = git_commit_author(handle.pointer)?.pointee.name
        return Commit(
            id: id,
            parents: parents,
            authorName: author.map { String(cString: $0) } ?? "",
            time: .init(timeIntervalSince1970: Double(git_commit_time(handle.pointer))),
            message: git_commit_message(handle.pointer).map { String(cString: $0) } ?? ""
        )
    }

    /// The newest commit of a branch.
    func tip(of branch: BranchName, at place: String) throws(GitError) -> CommitID {
        if let tip = try target(of: branch.reference) { return tip }
        throw isEmpty ? .empty(place) : .branchMissing(branch, place)
    }

    /// The commit that a reference leads to, through tags and symbolic references; `nil` when the
    /// reference does not exist.
    func target(of reference: String) throws(GitError) -> CommitID? {
        var valid: Int32 = 0
        guard git_reference_name_is_valid(&valid, reference) == 0, valid == 1 else { return nil }
        var absent = false
        do {
            let found = try Handle("read \(reference)", at: path, release: git_reference_free) {
                var code = git_reference_lookup(&$0, pointer, reference)
                if code == 0, let symbolic = $0,
                    git_reference_type(symbolic) == GIT_REFERENCE_SYMBOLIC
                {
                    $0 = nil
                    code = git_reference_resolve(&$0, symbolic)
                    git_reference_free(symbolic)
                }
                absent = code == GIT_ENOTFOUND.rawValue
                return code
            }
            return try peel(found, named: reference)
        } catch {
            guard absent else { throw error }
            return nil
        }
    }
}
