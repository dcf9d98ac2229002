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
    private let packs: [PackedObjects]

    /// Opens the repository whose work tree or Git directory is `path`; parents are not searched.
    init(at path: String) throws(GitError) {
        try GitLibrary.start()
        self.path = path
        try RepositoryFiles.check(path)
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
        packs = try ObjectStore.install(in: handle.pointer, at: path)
    }

    var pointer: OpaquePointer { handle.pointer }

    /// Why a pack cannot be used, which may have what is missing; `nil` when all can.
    var brokenPack: GitError? {
        packs.lazy.compactMap(\.broken.first).first.map {
            .damaged(path, "the pack \($0.key).pack or its index \($0.value)")
        }
    }

    var isShallow: Bool { git_repository_is_shallow(pointer) == 1 }

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
            guard absent else { throw error }
            throw brokenPack ?? .commitMissing(id, path)
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
}
