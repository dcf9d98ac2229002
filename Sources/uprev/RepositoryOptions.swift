import Agent
import ArgumentParser
import Foundation
import Git

/// Where the commits are that a command looks at.
struct RepositoryOptions: ParsableArguments {
    @Option(help: "A clone of the infrastructure repository, bare or not.")
    var repository = "."

    @Option(help: "A uprev.hcl from outside, for commits that are older than theirs.")
    var config: String?

    /// Opens the repository, and reads the configuration from outside when one is named.
    func reading(fetchesSubmodules: Bool = false) throws -> CommitReading {
        let path = URL(fileURLWithPath: repository).standardizedFileURL.path
        return CommitReading(
            repository: try GitRepository(at: path),
            configuration: try config.map(configurationFile(at:)),
            fetchesSubmodules: fetchesSubmodules)
    }
}

/// Reads a definition file from outside the repository.
func configurationFile(at path: String) throws -> ConfigurationFile {
    guard let data = FileManager.default.contents(atPath: path) else {
        throw ValidationError("--config is '\(path)', which cannot be read.")
    }
    return ConfigurationFile(name: path, bytes: Array(data))
}
