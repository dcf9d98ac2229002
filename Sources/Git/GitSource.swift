import Synchronization

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

        /// What was mended in the mirror since the last poll that succeeded, and what could not be,
        /// in sentences; worth a warning each.
        public let mirrorNotes: [String]

        /// Whether the mirror is another one than at the last poll: what was opened before should
        /// be let go, since it may hold files that are gone.
        public let isMirrorNew: Bool
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
    private var opened: (repository: GitRepository, identity: MirrorFiles.Identity?)?
    private var polled: MirrorFiles.Identity?
    private let kept = Mutex<Set<CommitID>>([])
    private let turns = MirrorTurns()
    private var tip: CommitID?
    private var notes: [String] = []
    private var chores = MirrorChores()

    /// Why the last workers died that could not read the mirror.
    private var unreadable: [GitError] = []

    private var limits = MirrorLimits()

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
    ///
    /// It does not wait for ``tidy(within:)``, which it ends.
    public nonisolated func poll() async throws -> Revision {
        turns.pollComes()
        return try await pollInTurn()
    }

    private func pollInTurn() async throws -> Revision {
        turns.pollBegins()
        if case .file(let path) = url.transport { return try await pollLocal(path) }
        var request = try request(.synchronise)
        // What was opened before the mirror was replaced says nothing of the new one.
        if opened?.identity == identity { request.discard = opened?.repository.damage?.description }
        if let error = unreadable.last { request.discard = error.description }
        // Once more it dies of what it brings along.
        if unreadable.count > 1, !request.kept.isEmpty {
            let lost = request.kept.map(\.short).joined(separator: ", ")
            notes.append("What the mirror has only by itself was given up, if any: \(lost).")
            request.kept = []
        }
        let reply = try await perform(request)
        unreadable = []
        guard let tip = reply.tip else { throw GitError.worker("it named no tip") }
        self.tip = tip
        chores.isDue = reply.isTidyDue ?? false
        if reply.rebuilt != nil { opened = nil }
        let repository = try repository()
        defer {
            notes = []
            polled = opened?.identity
        }
        let isReplaced = reply.rebuilt != nil || polled != opened?.identity
        return Revision(
            tip: tip, repository: repository, mirrorRebuilt: reply.rebuilt, mirrorNotes: notes,
            isMirrorNew: polled != nil && isReplaced)
    }

    /// Names commits that the mirror must not lose, although the branch may not have them any more.
    ///
    /// They replace those that were named before. Commits of the branch are kept anyway, and so is
    /// the tip of the last poll.
    public nonisolated func keep(_ commits: Set<CommitID>) async { kept.withLock { $0 = commits } }

    /// Tidies at other limits than the product's, which take hundreds of fetches to reach.
    ///
    /// It counts as due then, as after a poll that found so.
    func tidy(at limits: MirrorLimits) async throws -> String? {
        self.limits = limits
        chores = MirrorChores(isDue: true)
        return try await tidy(within: timeout)
    }

    /// Tidies the mirror when fetches have left many packs in it, and says what was done; `nil` when
    /// there was nothing to do, or when it was tried not long ago.
    ///
    /// Meant for the pause between two polls, whose length is `pause`: it takes no longer than that,
    /// unless it was too short before or is less than fifteen seconds. Cancelling it leaves the
    /// mirror as it was, and so does a poll that comes meanwhile: both end it with a
    /// `CancellationError`. It needs no server but for a mirror that has grown out of proportion,
    /// which is fetched anew.
    public func tidy(within pause: Duration) async throws -> String? {
        let limit = max(timeout, MirrorChores.longestTime)
        guard !url.isLocal, let stop = turns.tidyingBegins() else { return nil }
        defer { turns.tidyingEnds() }
        guard let time = chores.begin(within: pause, limit: limit) else { return nil }
        do {
            let reply = try await perform(
                try request(.tidy, timeout: time), timeout: time, stop: stop)
            chores.succeed()
            return reply.tidied
        } catch {
            guard (error as? GitError)?.kind == .deadlinePassed else { throw error }
            chores.wasLate()
            throw GitError.tooSlow(mirrorDirectory)
        }
    }

    /// The repository to read from, as the last poll left it, also while the server is away.
    ///
    /// Throws `notARepository` before the first poll of a mirror.
    public func repository() throws(GitError) -> GitRepository {
        // A worker that was ended may have replaced the mirror without having said so.
        let identity = identity
        if let opened, opened.identity == identity { return opened.repository }
        let made = try GitRepository(at: path)
        opened = (made, identity)
        return made
    }

    private var path: String {
        switch url.transport {
        case .file(let path): path
        case .http, .https, .ssh: Mirror.repositoryPath(in: mirrorDirectory)
        }
    }

    /// Which mirror there is; `nil` for a source that is opened in place.
    private var identity: MirrorFiles.Identity? {
        url.isLocal ? nil : MirrorFiles.Identity(of: path)
    }

    private func request(
        _ operation: WorkerRequest.Operation, timeout: Duration? = nil
    ) throws(GitError) -> WorkerRequest {
        WorkerRequest(
            operation: operation,
            url: url.description,
            branch: branch.description,
            directory: mirrorDirectory,
            seconds: (timeout ?? self.timeout) / .seconds(1),
            kept: kept.withLock { $0 }.union(tip.map { [$0] } ?? [])
                .sorted { $0.description < $1.description },
            limits: limits,
            access: try access.read(for: url)
        )
    }

    private func perform(
        _ request: WorkerRequest, timeout: Duration? = nil, stop: StopSignal = StopSignal()
    ) async throws -> WorkerReply {
        let timeout = timeout ?? self.timeout
        let reply = try await withTaskCancellationHandler {
            do throws(GitError) {
                return try worker.perform(request, timeout: timeout, stop: stop)
            } catch {
                if error.kind == .damaged { unreadable = unreadable.suffix(1) + [error] }
                // The next worker would do it, too, but may be long in coming, and would tell of a
                // process that was killed.
                if stop.isAsked || error.kind == .deadlinePassed {
                    Mirror.sweep(mirrorDirectory)
                }
                throw stop.isAsked ? CancellationError() : error
            }
        } onCancel: {
            stop.ask()
        }
        notes = Array((notes + (reply.notes ?? [])).suffix(20))
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
        let repository = GitRepository(source)
        opened = (repository, nil)
        return Revision(
            tip: tip, repository: repository, mirrorRebuilt: nil, mirrorNotes: [],
            isMirrorNew: false)
    }
}
