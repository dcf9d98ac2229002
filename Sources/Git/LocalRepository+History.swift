import CLibgit2

extension LocalRepository {
    /// The commits of a line that `exclusive` does not have already, newest first.
    func firstParentHistory(
        from exclusive: CommitID?,
        to tip: CommitID,
        limit: Int
    ) throws(GitError) -> [Commit] {
        var commits: [Commit] = []
        for id in try line(from: exclusive, to: tip, limit: limit) {
            commits.append(try commit(id))
        }
        return commits
    }

    /// How many commits of a line `exclusive` does not have already; counted up to `limit`.
    func lengthOfLine(
        from exclusive: CommitID, to tip: CommitID, limit: Int
    ) throws(GitError) -> Int {
        try line(from: exclusive, to: tip, limit: limit).count
    }

    /// The commits of a line that `exclusive` does not have, newest first.
    ///
    /// libgit2 stops to look at what `exclusive` has when dates say that there is no more of it, so
    /// with wrong dates a walk goes too far. What is too much is at its end.
    private func line(
        from exclusive: CommitID?, to tip: CommitID, limit: Int
    ) throws(GitError) -> ArraySlice<CommitID> {
        let walk = try firstParentWalk(from: tip, hiding: exclusive)
        var line: [CommitID] = []
        while line.count < limit, let id = try next(walk) { line.append(id) }
        guard let exclusive, let last = line.last, try isAncestor(last, of: exclusive) else {
            return line[...]
        }
        var (low, high) = (0, line.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if try isAncestor(line[middle], of: exclusive) {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return line[..<low]
    }

    /// Whether `ancestor` is `descendant`, or can be reached from it.
    func isAncestor(_ ancestor: CommitID, of descendant: CommitID) throws(GitError) -> Bool {
        _ = try commitHandle(ancestor)
        _ = try commitHandle(descendant)
        guard ancestor != descendant else { return true }
        var (old, new) = (ancestor.oid, descendant.oid)
        return try explainingShallow { () throws(GitError) in
            try libgit2("compare histories", at: path) {
                git_graph_descendant_of(pointer, &new, &old)
            } == 1
        }
    }

    /// Whether `id` was the tip before `tip`, or any time before that.
    func isOnFirstParentLine(_ id: CommitID, of tip: CommitID) throws(GitError) -> Bool {
        guard try isAncestor(id, of: tip) else { return false }
        let walk = try firstParentWalk(from: tip)
        while let candidate = try next(walk) {
            if candidate == id { return true }
        }
        return false
    }

    private func firstParentWalk(
        from tip: CommitID, hiding known: CommitID? = nil
    ) throws(GitError) -> Handle {
        if let known { _ = try commitHandle(known) }
        _ = try commitHandle(tip)
        let walk = try Handle("read history", at: path, release: git_revwalk_free) {
            git_revwalk_new(&$0, pointer)
        }
        var oid = tip.oid
        try libgit2("read history", at: path) { git_revwalk_simplify_first_parent(walk.pointer) }
        try libgit2("read history", at: path) { git_revwalk_push(walk.pointer, &oid) }
        if var hidden = known?.oid {
            try libgit2("read history", at: path) { git_revwalk_hide(walk.pointer, &hidden) }
        }
        return walk
    }

    func next(_ walk: borrowing Handle) throws(GitError) -> CommitID? {
        let walk = walk.pointer
        var oid = git_oid()
        var ended = false
        try explainingShallow { () throws(GitError) in
            _ = try libgit2("read history", at: path) {
                let code = git_revwalk_next(&oid, walk)
                ended = code == GIT_ITEROVER.rawValue
                return ended ? 0 : code
            }
        }
        return ended ? nil : CommitID(oid)
    }

    /// Runs a walk; where it breaks off in a shallow repository, that is the reason to give.
    func explainingShallow<R>(_ walk: () throws(GitError) -> R) throws(GitError) -> R {
        do {
            return try walk()
        } catch {
            throw isShallow ? .shallow(path) : error
        }
    }
}
