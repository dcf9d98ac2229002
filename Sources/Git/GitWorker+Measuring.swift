/// What the worker does, in the caller's own process: the benchmark's door.
///
/// The agent never does this, since nothing here has a deadline.
package struct WorkerBody {
    private let url: RemoteURL
    private let branch: BranchName

    package init(url: RemoteURL, branch: BranchName) {
        self.url = url
        self.branch = branch
    }

    /// Opens the mirror in a directory, lists the server's references, and compares the branch; gives
    /// nothing when it is at another commit.
    package func poll(_ directory: String) throws(GitError) -> CommitID? {
        let repository = try LocalRepository(at: Mirror.repositoryPath(in: directory))
        let known = try repository.target(of: branch.reference)
        let access = AccessMaterial()
        try GuardedStreams.register(for: url, access)
        let tip = try RemoteConnection(to: url, access, into: repository).tip(of: branch)
        return tip == known ? tip : nil
    }

    /// Brings the mirror in a directory to the commit that the branch is at; lists the references,
    /// and fetches when that is another commit than before.
    package func synchronise(_ directory: String) throws(GitError) -> CommitID {
        let request = WorkerRequest(
            operation: .synchronise, url: url.description, branch: branch.description,
            directory: directory, seconds: 600)
        let reply = GitWorker.perform(request)
        if let error = reply.error { throw error }
        guard let tip = reply.tip else { preconditionFailure("A reply has a tip or an error.") }
        return tip
    }
}
