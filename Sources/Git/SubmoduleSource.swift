import CLibgit2
import Foundation

/// Fetches the submodules of commits, each exactly at the commit that its parent names.
///
/// The repository's own URL decides where they may come from: the same host, reached in the same
/// way with the same credentials. Those of a `file://` repository are opened where they are. Of
/// others a copy is kept, by a child process that is dead when a call returns. Errors are
/// ``GitError``, and `CancellationError` when the task was cancelled.
public actor SubmoduleSource {
    /// Submodules of submodules, and theirs, are followed so deep.
    static let depthLimit = 5

    /// As many submodules are fetched for a commit, those of submodules included.
    static let countLimit = 100

    /// How long a copy is kept that no commit needs.
    static let patience: TimeInterval = 30 * 24 * 60 * 60

    private let url: RemoteURL
    private let access: GitAccess
    private let directory: String
    private let worker: WorkerCommand
    private let timeout: Duration
    private let executor = BlockingExecutor(label: "uprev.git.submodules")

    /// The queue that waits for the child process.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// Describes the submodules of the repository at `url`; nothing is read or written yet.
    ///
    /// `directory` is an absolute path for the copies, which nobody else writes to. `timeout` bounds
    /// what is done for one submodule, all of it.
    public init(
        of url: RemoteURL, directory: String, access: GitAccess,
        worker: WorkerCommand = .current, timeout: Duration = .seconds(60)
    ) {
        self.url = url
        self.directory = directory
        self.access = access
        self.worker = worker
        self.timeout = timeout
    }

    /// Makes sure that everything of a commit's submodules, and of theirs, can be read here.
    ///
    /// The network is used only for what is not here yet. Throws `submoduleRefused` for one that must
    /// not be fetched, and `submoduleMissing` when a server does not have the commit.
    public func fetch(
        of commit: CommitID, in repository: GitRepository
    ) async throws -> SubmoduleSet {
        var set = SubmoduleSet()
        var waiting = [
            (prefix: "", links: try await repository.submodules(of: commit, from: url), depth: 1)
        ]
        while !waiting.isEmpty {
            let next = waiting.removeFirst()
            for link in next.links {
                try Task.checkCancellation()
                let path = next.prefix + link.path
                guard next.depth <= Self.depthLimit, set.parts.count < Self.countLimit else {
                    throw GitError.tooManySubmodules(path, commit)
                }
                do {
                    let part = SubmoduleSet.Part(
                        path: path, commit: link.commit, url: link.url,
                        repository: try await bring(link, remarks: &set.remarks))
                    waiting.append(("\(path)/", try links(in: part), next.depth + 1))
                    set.parts.append(part)
                } catch let error as GitError {
                    throw error.of(submodule: path)
                }
            }
        }
        collect()
        return set
    }

    /// The submodules of a submodule; a copy in which they cannot be read is fetched anew next time.
    private func links(in part: SubmoduleSet.Part) throws(GitError) -> [SubmoduleLink] {
        do {
            return try SubmoduleLink.all(
                of: part.commit, in: LocalRepository(at: part.repository), from: part.url)
        } catch {
            part.discard(after: error)
            throw error
        }
    }

    /// Makes sure that a commit is here, and says in which repository.
    private func bring(
        _ link: SubmoduleLink, remarks: inout [String]
    ) async throws -> String {
        if case .file(let path) = link.url.transport {
            let store = try LocalRepository(at: path)
            guard !store.isShallow else { throw GitError.shallow(link.url.description) }
            guard try store.holds(link.commit.oid) else {
                throw GitError.submoduleMissing(link.commit, link.url.description)
            }
            return path
        }
        let folder = "\(directory)/\(try Self.name(for: link.url))"
        let copy = Mirror.repositoryPath(in: folder)
        if !isThere(link.commit, in: copy) {
            let reply = try await perform(
                WorkerRequest(
                    operation: .fetchCommit, url: link.url.description, branch: "main",
                    directory: folder, seconds: timeout / .seconds(1), commit: link.commit,
                    access: try access.read(for: link.url)))
            remarks += reply.notes ?? []
            if let error = reply.error { throw error }
        }
        utimes(folder, nil)
        return copy
    }

    private func isThere(_ commit: CommitID, in copy: String) -> Bool {
        guard MirrorFiles.exists(copy), let store = try? LocalRepository(at: copy) else {
            return false
        }
        return (try? store.target(of: SubmoduleCopy.reference(of: commit))) == commit
    }

    private func perform(_ request: WorkerRequest) async throws -> WorkerReply {
        let stop = StopSignal()
        return try await withTaskCancellationHandler {
            do throws(GitError) {
                return try worker.perform(request, timeout: timeout, stop: stop)
            } catch {
                throw stop.isAsked ? CancellationError() : error
            }
        } onCancel: {
            stop.ask()
        }
    }

    /// Removes the copies that no commit needed for long; what cannot be removed is tried again.
    private func collect() {
        for name in MirrorFiles.names(in: directory) {
            let folder = "\(directory)/\(name)"
            var status = stat()
            guard lstat(folder, &status) == 0,
                Date(timeIntervalSince1970: Double(status.st_mtim.tv_sec))
                    < Date(timeIntervalSinceNow: -Self.patience),
                let lock = try? MirrorFiles.lock(folder, patience: .zero)
            else { continue }
            defer { close(lock) }
            _ = try? FileRemoval.remove(folder)
        }
    }

    /// The name of a copy's directory: URLs may be long, and have any characters.
    private static func name(for url: RemoteURL) throws(GitError) -> String {
        var id = git_oid()
        let text = Array(url.address.utf8)
        try libgit2("name the copy of a submodule", at: url.description) {
            git_odb_hash(&id, text, text.count, GIT_OBJECT_BLOB)
        }
        return hexadecimal(id)
    }
}

extension GitRepository {
    /// The paths of a commit's submodules and where they are fetched from, when the repository
    /// itself is fetched from `url`.
    ///
    /// Throws `submoduleRefused` for one that must not be fetched. Submodules of submodules are not
    /// looked at.
    public func submoduleOrigins(
        of commit: CommitID, from url: RemoteURL
    ) throws(GitError) -> [(path: String, url: RemoteURL)] {
        try submodules(of: commit, from: url).map { ($0.path, $0.url) }
    }

    /// The submodules of a commit, where the repository itself is fetched from `url`.
    func submodules(of commit: CommitID, from url: RemoteURL) throws(GitError) -> [SubmoduleLink] {
        try reading { () throws(GitError) in
            try SubmoduleLink.all(of: commit, in: store, from: url)
        }
    }
}

extension GitError {
    /// The same of a submodule: what is wrong is not in the repository that is watched.
    func of(submodule path: String) -> GitError {
        // What is damaged is not the mirror, and a repository that is not there may come.
        let kind: Kind = kind == .damaged ? .fileSystem : kind
        return GitError(kind, "Submodule \(path): \(description)", hint: hint)
    }

    fileprivate static func tooManySubmodules(_ path: String, _ commit: CommitID) -> GitError {
        GitError(
            .submoduleRefused,
            "The submodule \(path.debugDescription) of commit \(commit.short) is one too many: at "
                + "most \(SubmoduleSource.countLimit) are fetched, nested "
                + "\(SubmoduleSource.depthLimit) deep.",
            hint: "Use fewer, or leave out --submodules.")
    }
}
