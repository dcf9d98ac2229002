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
            Reads the newest commit of a clone, or of a remote repository as the agent would. With \
            --allowed-signers or --gpg-keyring its signature is verified first. With --talosconfig \
            it also looks at each cluster, and says what it sees; nothing is changed. The flags of \
            the agent's HTTP server, --listen and --hook-secret-file, are validated, and nothing \
            listens.

            Examples:
              uprev check --repository .
              uprev check --repository . --talosconfig talosconfig
              uprev check --repository git@github.com:example/infra.git --scan-host-key
            """
    )

    @OptionGroup
    var source: RepositoryOptions

    @OptionGroup
    var access: GitAccessOptions

    @Option(help: "The branch of a remote repository.")
    var branch = fromEnvironment("UPREV_BRANCH") ?? "main"

    @OptionGroup
    var modules: SubmoduleOptions

    @Flag(help: "Only print the SSH host keys of the repository's server, for you to compare.")
    var scanHostKey = false

    @Argument(help: "The commit to check. (default: HEAD, or the branch of a remote repository)")
    var revision: String?

    @OptionGroup
    var signers: SignerOptions

    @OptionGroup
    var http: HTTPOptions

    @Option(help: "The talosconfig file; the context of the cluster's name is used, if it has one.")
    var talosconfig: String?

    @Option(help: "A kubeconfig file. (default: asked from the Talos API)")
    var kubeconfig: String?

    func run() async throws {
        try await reportingErrors {
            if scanHostKey { return try await printHostKeys() }
            for finding in try await http.findings() { print(finding) }
            let remote = try RemoteCheckout(source.repository, branch, access.access())
            defer { remote?.remove() }
            let fetched = try modules.areFetched()
            let reading =
                try await remote?.reading(source, fetchesSubmodules: fetched)
                ?? source.reading(fetchesSubmodules: fetched)
            let wanted = revision ?? (remote == nil ? "HEAD" : branch)
            let commit = try await reading.repository.resolve(wanted)
            try await verify(commit, in: reading.repository)
            let checks = try await Checking(reading: reading).findings(
                at: commit, from: remote == nil ? nil : RemoteURL(source.repository))
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

    /// Standard output gets lines for a file, standard error what a person must do with them.
    private func printHostKeys() async throws {
        let url = try RemoteURL(source.repository)
        for finding in try await HostKeyScan(of: url).findings() {
            print("# \(finding.fingerprint)\n\(finding.line)")
        }
        complain(
            "These keys are what the server showed just now; nothing was written, and nothing is "
                + "trusted.",
            hint: "Compare the fingerprints with those that the host's owner publishes, then put "
                + "the lines into the file of --known-hosts.")
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
