import Foundation

/// The submodules of a commit, and theirs, with everything that a checkout needs of them.
public struct SubmoduleSet: Sendable {
    struct Part: Hashable, Sendable {
        /// The path from the top of the checkout.
        let path: String
        let commit: CommitID
        let url: RemoteURL

        /// A repository on this machine that has the commit.
        let repository: String

        /// Removes a copy that proves to be broken, so that it is fetched anew.
        ///
        /// A worker that is at work on it does so by itself.
        func discard(after error: GitError) {
            guard !url.isLocal, [.damaged, .commitMissing].contains(error.kind),
                let lock = try? MirrorFiles.lock(
                    (repository as NSString).deletingLastPathComponent, patience: .zero)
            else { return }
            defer { close(lock) }
            _ = try? FileRemoval.remove(repository)
        }
    }

    /// Each behind the one that it is in.
    var parts: [Part] = []

    /// The paths from the top of the checkout.
    public var paths: [String] { parts.map(\.path) }

    /// What was mended or cleared away on the way, in sentences.
    public internal(set) var remarks: [String] = []
}
