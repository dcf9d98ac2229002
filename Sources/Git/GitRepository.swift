import Synchronization

/// A repository on this machine, bare or with a work tree, opened for reading.
///
/// It runs on a queue of its own, so a slow disk never holds up Swift's shared threads, and it is
/// the only owner of libgit2's objects: callers see values. Many may be open for one directory,
/// and one stays usable while a mirror below it gets new commits. Errors are ``GitError``. One that
/// says `damaged` is remembered, and leads to a new mirror when the ``GitSource`` is polled next.
public actor GitRepository {
    /// The directory that was opened.
    public nonisolated let path: String

    private let executor: BlockingExecutor
    let store: LocalRepository
    private nonisolated let damageFound = Mutex<GitError?>(nil)

    /// The queue that reads the disk.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// Opens the repository whose work tree or Git directory is `path`, and never creates one.
    ///
    /// Throws `notARepository`, `sha256Repository` or `damaged`.
    public init(at path: String) throws(GitError) {
        self.init(try LocalRepository(at: path))
    }

    /// Takes a repository that was just opened.
    init(_ store: sending LocalRepository) {
        path = store.path
        self.store = store
        executor = BlockingExecutor(label: "uprev.git.repository")
    }

    /// The first damage that somebody met.
    nonisolated var damage: GitError? { damageFound.withLock { $0 } }

    /// Reads, and remembers damage.
    func reading<R, Failure>(_ work: () throws(Failure) -> R) throws(Failure) -> R {
        do throws(Failure) {
            return try work()
        } catch {
            if let error = error as? GitError, error.kind == .damaged {
                damageFound.withLock { $0 = $0 ?? error }
            }
            throw error
        }
    }

    /// Finds the commit that a branch, tag, `HEAD`, full or short hash means, with `~N` or `^N`
    /// behind it; throws `revisionUnknown`, `revisionAmbiguous`, `commitMissing`, `emptyRepository`.
    public func resolve(_ revision: String) throws(GitError) -> CommitID {
        try reading { () throws(GitError) in try store.resolve(revision) }
    }

    /// The newest commit of a branch; throws `branchMissing` or `emptyRepository`.
    public func tip(of branch: BranchName) throws(GitError) -> CommitID {
        try reading { () throws(GitError) in try store.tip(of: branch, at: path) }
    }

    /// Reads a commit; throws `commitMissing` when the repository does not have it.
    public func commit(_ id: CommitID) throws(GitError) -> Commit {
        try reading { () throws(GitError) in try store.commit(id) }
    }

    /// The commits that were the tip of a line, newest first, from `tip` back to the first one that
    /// `exclusive` contains, which is left out; at most `limit` of them.
    ///
    /// It is what `git log --first-parent EXCLUSIVE..TIP` lists: merged side branches do not
    /// appear. Unrelated or rewritten history lists `tip`'s line down to the common part.
    public func firstParentHistory(
        from exclusive: CommitID?,
        to tip: CommitID,
        limit: Int = 10_000
    ) throws(GitError) -> [Commit] {
        try reading { () throws(GitError) in
            try store.firstParentHistory(from: exclusive, to: tip, limit: limit)
        }
    }

    /// Whether `ancestor` is `descendant` or is contained in its history.
    ///
    /// It is false after a rewrite, and for unrelated histories. Throws `commitMissing` when either
    /// is gone, which a rewrite can cause too.
    public func isAncestor(
        _ ancestor: CommitID,
        of descendant: CommitID
    ) throws(GitError) -> Bool {
        try reading { () throws(GitError) in try store.isAncestor(ancestor, of: descendant) }
    }

    /// How the history of `tip` stands to that of a known commit: whether it goes on from there, was
    /// moved back, or was rewritten, and by how many commits.
    ///
    /// Throws `commitMissing` when either is gone.
    public func relation(
        of known: CommitID,
        to tip: CommitID
    ) throws(GitError) -> HistoryRelation {
        try reading { () throws(GitError) in try store.relation(of: known, to: tip) }
    }

    /// Whether `id` is reached from `tip` over first parents only, so was once the tip itself.
    public func isOnFirstParentLine(_ id: CommitID, of tip: CommitID) throws(GitError) -> Bool {
        try reading { () throws(GitError) in try store.isOnFirstParentLine(id, of: tip) }
    }

    /// The paths that differ between two commits in content, kind or mode, deleted and added ones
    /// included, in Git's order and each once; a renamed file gives both of its paths.
    public func changedPaths(
        from old: CommitID,
        to new: CommitID
    ) throws(GitError) -> [String] {
        try reading { () throws(GitError) in try store.changedPaths(from: old, to: new) }
    }

    /// Lends a reader of a commit's files to `body`, which runs on this repository's own queue.
    ///
    /// The reader cannot leave the closure: only a `Sendable` result does.
    public func withTree<R: Sendable>(
        of commit: CommitID,
        _ body: @Sendable (CommitTree) throws -> R
    ) throws -> R {
        try reading { try body(CommitTree(of: commit, in: store)) }
    }

    /// Writes a clean work tree of exactly one commit, and returns the paths of its submodules.
    ///
    /// It is done at once: `directory` is either as it was or complete, and what stood there before
    /// is replaced.
    ///
    /// No hook, filter or submodule has a part in it (a submodule is an empty directory). Files have
    /// mode 0644, executable ones and directories 0755. A symbolic link is made only when it cannot
    /// lead out of the tree, else the checkout is refused with `linkLeavesTree`. The parent of
    /// `directory` must exist; without room for the tree on its disk nothing is written, and
    /// `diskFull` is thrown.
    ///
    /// It is a Git work tree that needs nothing else: `HEAD` is detached at the commit, the index
    /// matches, and the objects of the whole history are its own, so `git rev-parse`, `git status`,
    /// `git log` and Terragrunt's `get_repo_root` work, whatever becomes of this repository. It has
    /// no branch, tag, remote or credential; `git describe` needs `--always`.
    @discardableResult
    public func checkOut(
        _ commit: CommitID,
        into directory: String
    ) throws(GitError) -> [String] {
        try reading { () throws(GitError) in
            try Checkout(of: commit, from: store, at: directory).perform().submodules
        }
    }

    /// The checkout of a commit for a run, which serves all its stages and outlives a restart.
    ///
    /// It is made unless it is there whole, as ``checkOut(_:into:)`` makes it, and those of other
    /// runs are removed; nobody may use them any more. Each of the `submodules` that were fetched
    /// for the commit becomes a work tree in it that needs nothing else either.
    public func checkOut(
        _ commit: CommitID,
        for run: String,
        on shelf: CheckoutShelf,
        with submodules: SubmoduleSet? = nil
    ) throws(GitError) -> CheckoutShelf.Item {
        try reading { () throws(GitError) in
            try shelf.item(of: commit, for: run, from: store, with: submodules)
        }
    }

    /// Removes all checkouts on a shelf, and says in sentences which could not be removed.
    ///
    /// Nobody may use one of them any more.
    public func clear(_ shelf: CheckoutShelf) throws(GitError) -> [String] { try shelf.clear() }
}
