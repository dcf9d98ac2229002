import Agent
import ArgumentParser
import ClusterModel
import Foundation
import Git
import Infrastructure
import Talos

/// `uprev check`: validates everything before the agent is started.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a repository's uprev.hcl and, if given, the credentials of its clusters.",
        discussion: """
            Reads the newest commit of a clone as the agent would. With --allowed-signers or \
            --gpg-keyring its signature is verified first. With --talosconfig it also \
            looks at each cluster, and says what it sees; nothing is changed.

            Examples:
              uprev check --repository .
              uprev check --repository . --talosconfig talosconfig
            """
    )

    @OptionGroup
    var source: RepositoryOptions

    @Argument(help: "The commit to check.")
    var revision = "HEAD"

    @OptionGroup
    var signers: SignerOptions

    @Option(help: "The talosconfig file; the context of the cluster's name is used, if it has one.")
    var talosconfig: String?

    @Option(help: "A kubeconfig file. (default: asked from the Talos API)")
    var kubeconfig: String?

    func run() async throws {
        try await reportingErrors {
            let reading = try source.reading()
            let commit = try await reading.repository.resolve(revision)
            try await verify(commit, in: reading.repository)
            let checks = try await Checking(reading: reading).findings(at: commit)
            for finding in checks { print(finding) }
            guard let talosconfig = talosconfig ?? fromEnvironment("UPREV_TALOSCONFIG") else {
                return print("Clusters were not looked at; name --talosconfig to do so.")
            }
            try await look(talosconfig, reading: reading, commit: commit)
        }
    }

    /// Says who signed the commit; the agent asks that of every one since the reconciled one.
    private func verify(_ commit: CommitID, in repository: GitRepository) async throws {
        let files = try signers.files()
        guard !files.isEmpty else { return }
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("uprev-check-\(UUID().uuidString)").path
        let verified = try await SignaturePolicy(files: files, folder: folder)
            .verify(commit, in: repository)
        print("\(commit.short) is signed by \(verified.signer).")
    }

    private func look(
        _ talosconfig: String, reading: CommitReading, commit: CommitID
    ) async throws {
        var settings = AgentSettings(
            repository: source.repository, stateDirectory: ".", talosConfig: absolute(talosconfig))
        settings.kubeConfig = (kubeconfig ?? fromEnvironment("UPREV_KUBECONFIG")).map(absolute)
        let checking = Checking(reading: reading)
        for line in try await checking.observations(
            at: commit, through: LiveClusters(settings: settings))
        {
            print(line)
        }
    }
}
