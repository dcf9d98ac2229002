import Foundation

/// What the agent asks the worker for: one line of JSON on standard input.
struct WorkerRequest: Codable, Hashable, Sendable {
    enum Operation: String, Codable, Sendable {
        /// Bring the mirror to the commit that the branch is at, and say which it is.
        case synchronise
        /// Merge the mirror's packs, when they have piled up.
        case tidy
        /// Bring one commit of a submodule into the copy that is kept of it.
        case fetchCommit
        /// Say which host keys the server shows, and trust none.
        case scanHostKeys
    }

    var operation: Operation
    var url: String
    var branch: String

    /// Where the mirror is kept.
    var directory: String?

    /// After this many seconds the worker ends itself, should the agent be gone by then.
    var seconds: Double

    /// Why the mirror must be fetched anew, where the agent found it broken.
    var discard: String?

    /// The commit that is to be fetched, by itself.
    var commit: CommitID?

    /// Commits that are needed also when the branch does not have them any more.
    var kept: [CommitID] = []

    /// When the mirror is tidied.
    var limits = MirrorLimits()

    /// What the source is reached with.
    var access = AccessMaterial()
}

/// What the worker answers: one line of JSON on standard output.
struct WorkerReply: Codable, Hashable, Sendable {
    /// The newest commit of the branch.
    var tip: CommitID?

    /// Why the mirror was fetched anew, where it was.
    var rebuilt: String?

    /// What was mended in the mirror, and what could not be, in sentences.
    var notes: [String]?

    /// Whether the mirror's packs have piled up.
    var isTidyDue: Bool?

    /// What was done about it, in one sentence.
    var tidied: String?

    /// The host keys that a scan found.
    var hostKeys: [HostKey]?

    /// Why there is no answer.
    var error: GitError?

    /// Whether it is an answer at all.
    var isComplete: Bool {
        tip != nil || error != nil || hostKeys != nil || isTidyDue != nil
    }
}
