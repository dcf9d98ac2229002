public import ClusterModel
public import Execution
public import Git
public import Reporting

/// The agent's own settings: what its flags and environment say, validated.
///
/// Who may change the cluster is never decided by the commit being judged, so nothing here can be
/// set in the watched repository (behaviour page, section 2.2).
public struct AgentSettings: Sendable {
    /// The URL of the repository.
    public var repository: String
    /// What the repository is reached with.
    public var access: GitAccess
    /// The branch to follow.
    public var branch: String
    /// Time between two polls.
    public var interval: Duration
    /// The deadline of one network operation of Git.
    public var gitTimeout: Duration
    /// Whether stages find the submodules of a commit, or empty folders.
    public var fetchesSubmodules: Bool
    /// Where the journal, the mirror and checkouts are.
    public var stateDirectory: String
    /// Where etcd snapshots are kept.
    public var backupDirectory: String
    /// The talosconfig file.
    public var talosConfig: String
    /// A kubeconfig file; `nil` to ask the Talos API for one.
    public var kubeConfig: String?
    /// Who may sign commits; with none named, signatures are not looked at.
    public var signers: SignerFiles
    /// The names of environment variables that stages get.
    public var stageEnvironment: [String]
    /// The node that the agent runs on.
    public var ownNode: NodeName?
    /// How log lines are written.
    public var logFormat: LogFormat
    /// Whether log lines are coloured.
    public var usesColour: Bool
    /// The least important level that is written.
    public var logLevel: LogRecord.Level
    /// The program that is run for Git's network operations, with its arguments.
    public var gitWorker: [String]
    /// Where the HTTP server listens; `nil` for nowhere.
    public var listen: ListenAddress?
    /// The file of the secrets that webhooks are checked with; without one they are refused.
    public var hookSecretFile: String?

    /// How long a poll that is asked for may take: the one before it has to end first, and the
    /// repository is read besides.
    var pollPatience: Duration { gitTimeout * 2 + .seconds(60) }

    /// Creates settings with the documented defaults.
    public init(repository: String, stateDirectory: String, talosConfig: String) {
        self.repository = repository
        access = GitAccess()
        branch = "main"
        interval = .seconds(60)
        gitTimeout = .seconds(60)
        fetchesSubmodules = false
        self.stateDirectory = stateDirectory
        backupDirectory = "\(stateDirectory)/backups"
        self.talosConfig = talosConfig
        kubeConfig = nil
        signers = SignerFiles()
        stageEnvironment = []
        ownNode = nil
        logFormat = .console
        usesColour = false
        logLevel = .info
        gitWorker = []
        listen = nil
        hookSecretFile = nil
    }

    var worker: WorkerCommand {
        guard let program = gitWorker.first else { return .current }
        return WorkerCommand(executable: program, arguments: Array(gitWorker.dropFirst()))
    }
}
