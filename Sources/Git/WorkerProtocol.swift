import Foundation

/// What the agent asks the worker for: one line of JSON on standard input.
struct WorkerRequest: Codable, Hashable, Sendable {
    enum Operation: String, Codable, Sendable {
        /// Say which commit the branch is at.
        case list
        /// Bring the mirror to that commit too.
        case synchronise
        /// Say which host keys the server shows, and trust none.
        case scanHostKeys
    }

    var operation: Operation
    var url: String
    var branch: String

    /// Where the mirror is kept; `list` writes there only what SSH needs.
    var directory: String?

    /// After this many seconds the worker ends itself, should the agent be gone by then.
    var seconds: Double

    /// Why the mirror must be fetched anew, where the agent found it broken.
    var discard: String?

    /// What the source is reached with.
    var access = AccessMaterial()
}

/// What the worker answers: one line of JSON on standard output.
struct WorkerReply: Codable, Hashable, Sendable {
    /// The newest commit of the branch.
    var tip: CommitID?

    /// Why the mirror was fetched anew, where it was.
    var rebuilt: String?

    /// The host keys that a scan found.
    var hostKeys: [HostKey]?

    /// Why there is no answer.
    var error: GitError?

    /// Whether it is an answer at all.
    var isComplete: Bool { tip != nil || error != nil || hostKeys != nil }
}
