import CLibgit2
import Glibc

/// A bare copy of one branch, kept by the worker process.
///
/// One branch only, because libgit2 tells the server little of what it has: with many branches here
/// a fetch of one commit moves hundreds of objects. When another branch is watched, the objects of
/// the former one stay.
///
/// In its directory are `repository.git`, the copy, and `lock`. A worker holds the lock from the
/// first look to the last write, so two of them never meet, and the system lets go of it however
/// the worker ends. Whatever a killed worker left is removed by the next; a copy that is broken is
/// fetched anew beside the old one, which is replaced only when the new one is complete.
struct Mirror {
    private enum State {
        case absent
        case damaged(String)
        case usable(LocalRepository, tip: CommitID?)
    }

    private let url: RemoteURL
    private let branch: BranchName
    private let directory: String
    private let access: AccessMaterial
    private let place: SwapPlace

    init(
        of url: RemoteURL,
        _ branch: BranchName,
        in directory: String,
        _ access: AccessMaterial
    ) throws(GitError) {
        self.url = url
        self.branch = branch
        self.directory = directory
        self.access = access
        place = try SwapPlace(Self.repositoryPath(in: directory))
    }

    /// Where the copy is, in a mirror's directory.
    static func repositoryPath(in directory: String) -> String { directory + "/repository.git" }

    /// Makes the copy's branch equal to the server's, and moves nothing when it is already.
    func synchronise(
        discarding reason: String?,
        patience: Duration
    ) throws(GitError) -> WorkerReply {
        try MirrorFiles.create(directory)
        let lock = try MirrorFiles.lock(directory, patience: patience)
        defer { close(lock) }
        try place.sweep()
        switch reason.map(State.damaged) ?? state() {
        case .absent:
            return WorkerReply(tip: try rebuild())
        case .damaged(let reason):
            return WorkerReply(tip: try rebuild(), rebuilt: reason)
        case .usable(let repository, let tip):
            return try update(repository, from: tip)
        }
    }

    private func state() -> State {
        guard MirrorFiles.exists(place.directory) else { return .absent }
        do throws(GitError) {
            try MirrorFiles.heal(place.directory)
            let repository = try LocalRepository(at: place.directory)
            try repository.removeReferences(except: branch)
            let tip = try repository.target(of: branch.reference)
            if let tip { _ = try repository.treeHandle(of: tip) }
            return .usable(repository, tip: tip)
        } catch {
            return .damaged(error.description)
        }
    }

    private func update(
        _ repository: LocalRepository,
        from old: CommitID?
    ) throws(GitError) -> WorkerReply {
        do throws(GitError) {
            let connection = try RemoteConnection(to: url, access, into: repository)
            let tip = try connection.tip(of: branch)
            guard tip != old else { return WorkerReply(tip: tip) }
            try connection.fetch(branch)
            try libgit2("set HEAD", at: place.directory) {
                git_repository_set_head(repository.pointer, branch.reference)
            }
            return WorkerReply(tip: try verifiedTip(of: repository))
        } catch {
            guard let reason = damage(behind: error, in: repository, at: old) else { throw error }
            return WorkerReply(tip: try rebuild(), rebuilt: reason)
        }
    }

    /// Fetches a new copy beside the old one, and puts it in its place.
    private func rebuild() throws(GitError) -> CommitID {
        var tip: CommitID?
        try place.replace { incoming throws(GitError) in
            let repository = try initialise(incoming)
            let connection = try RemoteConnection(to: url, access, into: repository)
            _ = try connection.tip(of: branch)
            try connection.fetch(branch)
            tip = try verifiedTip(of: repository)
        }
        guard let tip else { preconditionFailure("A mirror was made without a tip.") }
        return tip
    }

    private func initialise(_ path: String) throws(GitError) -> LocalRepository {
        var options = git_repository_init_options()
        git_repository_init_options_init(&options, UInt32(GIT_REPOSITORY_INIT_OPTIONS_VERSION))
        options.flags =
            GIT_REPOSITORY_INIT_BARE.rawValue | GIT_REPOSITORY_INIT_MKDIR.rawValue
            | GIT_REPOSITORY_INIT_NO_REINIT.rawValue
        let head = strdup(branch.description)
        defer { free(head) }
        options.initial_head = UnsafePointer(head)
        _ = try Handle("make a mirror", at: path, release: git_repository_free) {
            git_repository_init_ext(&$0, path, &options)
        }
        return try LocalRepository(at: path)
    }

    private func verifiedTip(of repository: LocalRepository) throws(GitError) -> CommitID {
        let tip = try repository.tip(of: branch, at: url.description)
        _ = try repository.treeHandle(of: tip)
        return tip
    }

    /// Why a failed fetch is the copy's own fault; `nil` when it is not.
    ///
    /// A pack that cannot be completed may be the server's doing or come from objects that the copy
    /// has lost; only in the second case a new copy helps, so the copy is looked through.
    private func damage(
        behind error: GitError,
        in repository: LocalRepository,
        at tip: CommitID?
    ) -> String? {
        if error.kind == .damaged { return error.description }
        guard error.kind == .library, let tip else { return nil }
        do throws(GitError) {
            try repository.checkObjects(of: tip)
            return nil
        } catch {
            return error.description
        }
    }
}
