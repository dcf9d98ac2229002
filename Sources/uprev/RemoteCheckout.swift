import Agent
import Foundation
import Git

/// A remote repository that a command looks at once, in a directory that is removed afterwards.
struct RemoteCheckout {
    private let source: GitSource
    private let directory: String

    /// Returns `nil` when the text names a local path.
    init?(_ repository: String, _ branch: String, _ access: GitAccess) throws {
        guard RemoteURL.looksRemote(repository) else { return nil }
        directory = "\(NSTemporaryDirectory())/uprev-check-\(UUID().uuidString)"
        source = GitSource(
            url: try RemoteURL(repository), branch: try BranchName(branch),
            mirrorDirectory: directory, access: access)
    }

    /// Fetches the branch, as the agent would.
    func reading(
        _ options: RepositoryOptions, fetchesSubmodules: Bool
    ) async throws -> CommitReading {
        CommitReading(
            repository: try await source.poll().repository,
            configuration: try options.config.map(configurationFile(at:)),
            fetchesSubmodules: fetchesSubmodules)
    }

    /// Removes what was fetched.
    func remove() { try? FileManager.default.removeItem(atPath: directory) }
}
