/// The watched branch of a repository, as the agent polls it.
///
/// A `file://` source is opened where it is. From any other a bare mirror of the one branch is kept
/// in a directory of its own, by a child process that is dead when a poll returns: no server can
/// hang the agent, crash it, or leave a thread or a descriptor behind. Errors are ``GitError``, and
/// `CancellationError` when the task was cancelled.
public actor GitSource {
    /// What a poll found.
    public struct Revision: Sendable {
        /// The newest commit of the branch.
        public let tip: CommitID

        /// Where the commit can be read.
        public let repository: GitRepository

        /// Why the mirror was fetched anew, when it had been found broken; worth a log line.
        public let mirrorRebuilt: String?
    }

    /// Where the repository is.
    public nonisolated let url: RemoteURL

    /// The branch that is watched.
    public nonisolated let branch: BranchName

    private let mirrorDirectory: String
    private let access: GitAccess
    private let worker: WorkerCommand
    private let timeout: Duration
    private let executor = BlockingExecutor(label: "uprev.git.source")
    private var opened: GitRepository?
    private var discard: String?

    /// The queue that waits for the child process.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// Describes a source; nothing is read or written yet.
    ///
    /// `mirrorDirectory` is an absolute path that belongs to this source alone; it is made when it
    /// is needed. What `access` names is read anew for each poll. `timeout` bounds one poll, all of it.
    public init(
        url: RemoteURL,
        branch: BranchName,
        mirrorDirectory: String,
        access: GitAccess = GitAccess(),
        worker: WorkerCommand = .current,
        timeout: Duration = .seconds(60)
    ) {
        self.url = url
        self.branch = branch
        self.mirrorDirectory = mirrorDirectory
        self.access = access
        self.worker = worker
        self.timeout = timeout
    }

    /// Finds the newest commit of the branch, and fetches it when the mirror does not have it.
    ///
    /// One connection lists the references; objects move only when the tip is another one. A
    /// rewritten branch gives its new tip, and the old commits stay readable in the mirror: whether
    /// to follow is for the caller to decide, with ``GitRepository/isAncestor(_:of:)``.
    public func poll() async throws -> Revision {
        if case .file(let path) = url.transport { return try await pollLocal(path) }
        var request = try request(.synchronise)
        request.discard = discard
        let reply = try await perform(request)
        discard = nil
        guard let tip = reply.tip else { preconditionFailure("A reply has a tip or an error.") }
        if reply.rebuilt != nil { opened = nil }
        return Revision(tip: tip, repository: try repository(), mirrorRebuilt: reply.rebuilt)
    }

    /// Asks the source which commit the branch is at, and fetches nothing.
    public func remoteTip() async throws -> CommitID {
        if case .file(let path) = url.transport { return try await pollLocal(path).tip }
        guard let tip = try await perform(try request(.list)).tip else {
            preconditionFailure("A reply has a tip or an error.")
        }
        return tip
    }

    /// The repository to read from, as the last poll left it, also while the server is away.
    ///
    /// Throws `notARepository` before the first poll of a mirror.
    public func repository() throws(GitError) -> GitRepository {
        if let opened { return opened }
        let made =
            switch url.transport {
            case .file(let path): try GitRepository(at: path)
            case .http, .https, .ssh:
                try GitRepository(at: Mirror.repositoryPath(in: mirrorDirectory))
            }
        opened = made
        return made
    }

    /// Lets the next poll fetch the mirror anew, because reading from it threw a `damaged` error.
    ///
    /// The broken mirror stays until the new one is complete. A `file://` source has no mirror.
    public func discardMirror(because error: GitError) {
        discard = url.isLocal ? nil : error.description
    }

    private func request(_ operation: WorkerRequest.Operation) throws(GitError) -> WorkerRequest {
        WorkerRequest(
            operation: operation,
            url: url.description,
            branch: branch.description,
            directory: mirrorDirectory,
            seconds: timeout / .seconds(1),
            access: try access.read(for: url)
        )
    }

    private func perform(_ request: WorkerRequest) async throws -> WorkerReply {
        let stop = StopSignal()
        let reply = try await withTaskCancellationHandler {
            do {
                return try worker.perform(request, timeout: timeout, stop: stop)
            } catch {
                throw stop.isAsked ? CancellationError() : error
            }
        } onCancel: {
            stop.ask()
        }
        if let error = reply.error { throw error }
        return reply
    }

    /// Opens the source anew each time: it costs less than a tenth of a millisecond, and sees a
    /// directory that was replaced.
    private func pollLocal(_ path: String) async throws -> Revision {
        let source = try LocalRepository(at: path)
        guard !source.isShallow else { throw GitError.shallow(url.description) }
        let tip = try source.tip(of: branch, at: url.description)
        _ = try source.treeHandle(of: tip)
        let repository = try GitRepository(at: path)
        opened = repository
        return Revision(tip: tip, repository: repository, mirrorRebuilt: nil)
    }
}
