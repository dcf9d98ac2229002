extension GitRepository {
    /// The commits of a line that change something at one of the paths, newest first.
    ///
    /// It walks ``firstParentHistory(from:to:limit:)`` and gives those commits whose content, kind
    /// or mode at a path differs from that of their first parent, or from nothing for a first
    /// commit: what `git log --first-parent EXCLUSIVE..TIP -- PATHS` lists. A path may be a file or a
    /// directory with all that is in it, may be missing from some commits, and is taken as it is,
    /// without wildcards; the empty path is the top directory. Only the newest `limit` commits of
    /// the line are looked at.
    ///
    /// It is the cheap way to find the few commits that matter: no trees are compared in full, and
    /// each is read once. Throws `invalidPath` for a path that no tree can hold, `commitMissing`,
    /// `shallowRepository` where history is cut off, and `damaged` for an object that is not there
    /// or not what its name says.
    public func commitsChanging(
        _ paths: some Sequence<String> & Sendable,
        from exclusive: CommitID?,
        to tip: CommitID,
        searching limit: Int = .max
    ) throws(GitError) -> [Commit] {
        try reading { () throws(GitError) in
            try store.commitsChanging(paths, from: exclusive, to: tip, searching: limit)
        }
    }

    /// Those of the paths at which two commits differ in content, kind or mode, in Git's order.
    ///
    /// Paths are as in ``commitsChanging(_:from:to:searching:)``, and so are the errors. It reads
    /// only what leads to the paths, where ``changedPaths(from:to:)`` compares all that is in the
    /// commits.
    public func changedPaths(
        from old: CommitID,
        to new: CommitID,
        among paths: some Sequence<String> & Sendable
    ) throws(GitError) -> [String] {
        try reading { () throws(GitError) in
            try store.changedPaths(from: old, to: new, among: paths)
        }
    }

    /// The index of the first commit of a line, oldest first, that differs from the one before it
    /// at one of the paths; `nil` where none does.
    ///
    /// Paths are as in ``commitsChanging(_:from:to:searching:)``. Of `directories` it only counts
    /// that they are directories, or that they are not. The commits need not be parents of one
    /// another. The errors are those of ``changedPaths(from:to:among:)``.
    public func firstChange(
        on line: ArraySlice<CommitID>,
        of paths: some Sequence<String> & Sendable,
        kindsOf directories: some Sequence<String> & Sendable
    ) throws(GitError) -> Int? {
        try reading { () throws(GitError) in
            try store.firstChange(on: line, of: paths, kindsOf: directories)
        }
    }
}
