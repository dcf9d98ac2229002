import Agent
import ArgumentParser
import ClusterModel
import Execution
import Foundation
import Reporting

/// The agent's own settings, by flag or environment variable.
///
/// Secrets come in files or in the environment of the process, never as the value of a flag, since
/// flags can be read by everybody on the machine.
struct AgentOptions: ParsableArguments {
    @Option(help: "URL of the infrastructure repository: https, ssh, git@host:path or file.")
    var repository: String?

    @OptionGroup
    var access: GitAccessOptions

    @Option(help: "The branch to follow.")
    var branch = fromEnvironment("UPREV_BRANCH") ?? "main"

    @Option(help: "Time between two polls, such as 60s.")
    var interval = fromEnvironment("UPREV_INTERVAL") ?? "60s"

    @Option(help: "Deadline of one network operation of Git.")
    var gitTimeout = fromEnvironment("UPREV_GIT_TIMEOUT") ?? "60s"

    @OptionGroup
    var modules: SubmoduleOptions

    @OptionGroup
    var state: StateOptions

    @Option(help: "Where etcd snapshots are kept. (default: STATE_DIR/backups)")
    var backupDir: String?

    @Option(help: "The talosconfig file; the context of the cluster's name is used, if it has one.")
    var talosconfig: String?

    @Option(help: "A kubeconfig file. (default: asked from the Talos API)")
    var kubeconfig: String?

    @OptionGroup
    var signers: SignerOptions

    @OptionGroup
    var http: HTTPOptions

    @Option(help: "Names of environment variables that stages get, with commas between them.")
    var stageEnv = fromEnvironment("UPREV_STAGE_ENV") ?? ""

    @Option(help: "The node that the agent runs on, which is taken last of its role.")
    var node: String?

    @Option(help: "How to write log lines: console or json.")
    var logFormat = fromEnvironment("UPREV_LOG_FORMAT") ?? "console"

    @Option(help: "The least important lines to write: debug, info, notice, warning or error.")
    var logLevel = fromEnvironment("UPREV_LOG_LEVEL") ?? "info"

    @Option(help: ArgumentHelp("Time between two looks at a node.", visibility: .hidden))
    var pollInterval = fromEnvironment("UPREV_POLL_INTERVAL") ?? "2s"

    /// The settings, validated; throws `ValidationError` for a value that cannot be used.
    func settings() throws -> AgentSettings {
        guard let repository = repository ?? fromEnvironment("UPREV_REPOSITORY") else {
            throw ValidationError("Name the repository: --repository URL or UPREV_REPOSITORY.")
        }
        guard let talosconfig = talosconfig ?? fromEnvironment("UPREV_TALOSCONFIG") else {
            throw ValidationError("Name the talosconfig: --talosconfig FILE or UPREV_TALOSCONFIG.")
        }
        var settings = AgentSettings(
            repository: repository, stateDirectory: absolute(state.stateDir),
            talosConfig: absolute(talosconfig))
        settings.access = access.access()
        settings.branch = branch
        settings.interval = try duration(interval, "--interval")
        settings.gitTimeout = try duration(gitTimeout, "--git-timeout")
        settings.fetchesSubmodules = try modules.areFetched()
        let backups = backupDir ?? fromEnvironment("UPREV_BACKUP_DIR")
        settings.backupDirectory = backups.map(absolute) ?? "\(settings.stateDirectory)/backups"
        settings.kubeConfig = (kubeconfig ?? fromEnvironment("UPREV_KUBECONFIG")).map(absolute)
        settings.signers = try signers.files()
        settings.stageEnvironment = stageEnv.split(separator: ",").map(String.init)
        settings.ownNode = (node ?? fromEnvironment("UPREV_NODE")).map { NodeName($0) }
        settings.logFormat = try choice(logFormat, "--log-format")
        settings.logLevel = try choice(logLevel, "--log-level")
        settings.usesColour = isTerminal
        settings.listen = try http.address()
        settings.hookSecretFile = http.secretFile
        guard settings.listen != nil || settings.hookSecretFile == nil else {
            throw ValidationError("--hook-secret-file needs --listen beside it.")
        }
        return settings
    }

    /// How long runs wait for what.
    func limits() throws -> RunLimits {
        var limits = RunLimits()
        limits.pollInterval = try duration(pollInterval, "--poll-interval")
        limits.mismatchPatience = limits.pollInterval * 15
        return limits
    }
}

/// The path from the root of the file system.
func absolute(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }

/// Reads a duration such as `500ms`, `60s`, `10m` or `2h`.
func duration(_ text: String, _ flag: String) throws -> Duration {
    let units: [(suffix: String, milliseconds: Int)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000),
    ]
    for unit in units where text.hasSuffix(unit.suffix) {
        let digits = text.dropLast(unit.suffix.count)
        if let number = Int(digits), number > 0, number <= 1_000_000 {
            return .milliseconds(number * unit.milliseconds)
        }
    }
    throw ValidationError(
        "\(flag) is '\(text)', which is no duration such as 500ms, 60s, 10m or 2h.")
}

/// Reads one of a set of words.
private func choice<Choice: RawRepresentable & CaseIterable>(
    _ text: String, _ flag: String
) throws -> Choice where Choice.RawValue == String {
    guard let choice = Choice(rawValue: text) else {
        let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("\(flag) is '\(text)'; it can be \(words).")
    }
    return choice
}
