import CLibgit2

extension LocalRepository {
    /// The commits of a line, up to those that `exclusive` has already, whose content at one of the
    /// paths differs from that of their first parent; newest first.
    func commitsChanging(
        _ paths: some Sequence<String>,
        from exclusive: CommitID?,
        to tip: CommitID,
        searching limit: Int
    ) throws(GitError) -> [Commit] {
        if let exclusive { _ = try commitHandle(exclusive) }
        _ = try commitHandle(tip)
        let watch = try PathWatch(paths)
        let search = try search(with: watch, from: exclusive?.oid, to: tip.oid, limit)
        var found = search.found[...]
        if let exclusive, !search.isComplete {
            let length = try lengthOfLine(from: exclusive, to: tip, limit: limit)
            found = found.prefix { $0.position < length }
        }
        var commits: [Commit] = []
        for hit in found { commits.append(try commit(CommitID(hit.id))) }
        return commits
    }

    /// The index of the first commit of `line` that differs from the one before it in content, kind
    /// or mode at one of the paths, or in kind at one of the directories.
    func firstChange(
        on line: ArraySlice<CommitID>, of paths: some Sequence<String>,
        kindsOf directories: some Sequence<String>
    ) throws(GitError) -> Int? {
        guard let first = line.first else { return nil }
        let watch = try PathWatch(paths, kinds: directories)
        let objects = try RawObjects(of: self)
        _ = try watch.move(to: objects.commit(first.oid).tree, in: objects)
        for index in line.indices.dropFirst() {
            let tree = try objects.commit(line[index].oid).tree
            if try !watch.move(to: tree, in: objects).isEmpty { return index }
        }
        return nil
    }

    /// Those of the paths whose content, kind or mode differs between two commits, in Git's order.
    func changedPaths(
        from old: CommitID, to new: CommitID, among paths: some Sequence<String>
    ) throws(GitError) -> [String] {
        for commit in [old, new] { _ = try commitHandle(commit) }
        let watch = try PathWatch(paths)
        let objects = try RawObjects(of: self)
        _ = try watch.move(to: objects.commit(old.oid).tree, in: objects)
        return try watch.move(to: objects.commit(new.oid).tree, in: objects)
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Goes down a line from commit to commit, to `end` or, where that is not on the line, as far
    /// as the limit allows.
    private func search(
        with watch: PathWatch, from end: git_oid?, to tip: git_oid, _ limit: Int
    ) throws(GitError) -> (found: [(position: Int, id: git_oid)], isComplete: Bool) {
        let objects = try RawObjects(of: self)
        var found: [(Int, git_oid)] = []
        var id = tip
        var commit = try objects.commit(id)
        _ = try watch.move(to: commit.tree, in: objects)
        for position in 0..<max(limit, 0) {
            if let end, id.isSame(as: end) { return (found, true) }
            guard let parent = commit.firstParent else {
                if try !watch.move(to: nil, in: objects).isEmpty { found.append((position, id)) }
                break
            }
            commit = try explainingShallow { () throws(GitError) in try objects.commit(parent) }
            if try !watch.move(to: commit.tree, in: objects).isEmpty {
                found.append((position, id))
            }
            id = parent
        }
        return (found, false)
    }
}
