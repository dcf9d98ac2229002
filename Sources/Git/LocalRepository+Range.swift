import CLibgit2

extension LocalRepository {
    /// Every commit that `tip` reaches over any parent and none of `known` does, parents before
    /// their children; `nil` when there are more than `limit`.
    ///
    /// Of `known`, commits that the repository does not have exclude nothing.
    func commits(
        to tip: CommitID,
        notIn known: [CommitID],
        limit: Int
    ) throws(GitError) -> [CommitID]? {
        _ = try commitHandle(tip)
        let walk = try Handle("read history", at: path, release: git_revwalk_free) {
            git_revwalk_new(&$0, pointer)
        }
        let order = GIT_SORT_TOPOLOGICAL.rawValue | GIT_SORT_REVERSE.rawValue
        try libgit2("read history", at: path) { git_revwalk_sorting(walk.pointer, order) }
        var oid = tip.oid
        try libgit2("read history", at: path) { git_revwalk_push(walk.pointer, &oid) }
        var hidden: [CommitID] = []
        for commit in known where try has(commit) {
            var oid = commit.oid
            try libgit2("read history", at: path) { git_revwalk_hide(walk.pointer, &oid) }
            hidden.append(commit)
        }
        var commits: [CommitID] = []
        var found: Set<CommitID> = []
        while let commit = try next(walk) {
            guard try isNew(commit, after: found, hidden) else { continue }
            guard commits.count < limit else { return nil }
            commits.append(commit)
            found.insert(commit)
        }
        return commits
    }

    /// Whether none of `hidden` has a commit of a walk: with wrong dates libgit2 walks too far.
    ///
    /// A child of one that is new is new itself, so few are looked for.
    private func isNew(
        _ commit: CommitID, after found: Set<CommitID>, _ hidden: [CommitID]
    ) throws(GitError) -> Bool {
        guard !hidden.isEmpty else { return true }
        if try self.commit(commit).parents.contains(where: found.contains) { return true }
        for known in hidden where try isAncestor(commit, of: known) { return false }
        return true
    }

    private func has(_ commit: CommitID) throws(GitError) -> Bool {
        do {
            _ = try commitHandle(commit)
            return true
        } catch {
            guard error.kind == .commitMissing else { throw error }
            return false
        }
    }

    /// The bytes of a commit object; `nil` when they are more than `limit`.
    func object(of commit: CommitID, limit: Int) throws(GitError) -> [UInt8]? {
        _ = try commitHandle(commit)
        let database = try Handle("read objects", at: path, release: git_odb_free) {
            git_repository_odb(&$0, pointer)
        }
        var oid = commit.oid
        var size = 0
        var type = GIT_OBJECT_INVALID
        try libgit2("read commit \(commit)", at: path) {
            git_odb_read_header(&size, &type, database.pointer, &oid)
        }
        guard size <= limit else { return nil }
        let object = try Handle("read commit \(commit)", at: path, release: git_odb_object_free) {
            git_odb_read(&$0, database.pointer, &oid)
        }
        let bytes = UnsafeRawBufferPointer(
            start: git_odb_object_data(object.pointer), count: git_odb_object_size(object.pointer))
        return Array(bytes)
    }
}
