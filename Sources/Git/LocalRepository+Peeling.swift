import CLibgit2

extension LocalRepository {
    /// The commit that a reference leads to, through tags.
    func peel(_ reference: borrowing Handle, named name: String) throws(GitError) -> CommitID {
        let pointer = reference.pointer
        let target = git_reference_target(pointer)?.pointee
        if let target { try requireUsualSize(target) }
        let commit: Handle
        do {
            commit = try Handle("read \(name)", at: path, release: git_object_free) {
                git_reference_peel(&$0, pointer, GIT_OBJECT_COMMIT)
            }
        } catch {
            if let target { try explain(target, named: name) }
            throw error
        }
        guard let id = git_object_id(commit.pointer) else {
            preconditionFailure("libgit2 gave a commit without a name.")
        }
        return CommitID(id.pointee)
    }

    /// Says what is wrong with an object or with what it leads to, where libgit2 says only that
    /// something is.
    private func explain(_ id: git_oid, named name: String) throws(GitError) {
        var id = id
        var found: OpaquePointer?
        git_error_clear()
        let code = git_object_lookup(&found, pointer, &id, GIT_OBJECT_ANY)
        guard let found else {
            let failure = LibraryFailure(lastOf: code)
            if failure.isMalformed, isCommit(id) { _ = try commitHandle(CommitID(id)) }
            guard failure.isDamage, !failure.isMalformed else {
                throw GitError.library(failure, while: "read \(name)", at: path)
            }
            throw .damaged(path, "\(name) leads to \(hexadecimal(id)), and \(failure.reason)")
        }
        defer { git_object_free(found) }
        if git_object_type(found) == GIT_OBJECT_COMMIT { _ = try commitHandle(CommitID(id)) }
        guard git_object_type(found) == GIT_OBJECT_TAG, let next = git_tag_target_id(found) else {
            return
        }
        try explain(next.pointee, named: name)
    }
}
