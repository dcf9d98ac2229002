/// What the agent asks the worker for: one line of JSON on standard input.
struct WorkerRequest: Codable, Hashable, Sendable {
    enum Operation: String, Codable, Sendable {
        /// Say which commit the branch is at.
        case list
        /// Bring the mirror to that commit too.
        case synchronise
    }

    var operation: Operation
    var url: String
    var branch: String

    /// Where the mirror is kept; not used by `list`.
    var directory: String?

    /// After this many seconds the worker ends itself, should the agent be gone by then.
    var seconds: Double

    /// Why the mirror must be fetched anew, where the agent found it broken.
    var discard: String?
}

/// What the worker answers: one line of JSON on standard output.
struct WorkerReply: Codable, Hashable, Sendable {
    /// The newest commit of the branch.
    var tip: CommitID?

    /// Why the mirror was fetched anew, where it was.
    var rebuilt: String?

    /// Why there is no tip.
    var error: GitError?
}
