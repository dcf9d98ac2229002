import CLibgit2
import Glibc

/// A bare copy of a submodule's repository, kept by the worker process.
///
/// Its directory is like a ``Mirror``'s. It holds the commits that were asked for, each under a
/// reference of its own, which is made when everything of the commit is there. What is no longer
/// needed stays in it until it has many packs: then it is made anew, as when it is broken. Nobody
/// minds, since a checkout has its objects for itself.
struct SubmoduleCopy {
    private static let packLimit = 50

    private let url: RemoteURL
    private let access: AccessMaterial
    private let directory: String
    private let commit: CommitID
    private let place: SwapPlace
    private let patience: Duration

    init(_ request: WorkerRequest, of url: RemoteURL) throws(GitError) {
        guard let directory = request.directory, let commit = request.commit else {
            throw .worker("the request names no directory or no commit")
        }
        self.url = url
        self.directory = directory
        self.commit = commit
        access = request.access
        patience = .seconds(request.seconds / 2)
        place = try SwapPlace(Mirror.repositoryPath(in: directory))
    }

    /// The reference of a commit that is there whole.
    static func reference(of commit: CommitID) -> String { "refs/uprev/\(commit)" }

    /// Makes sure that the copy has the commit, and asks the server only when it does not.
    func fetch(telling notes: inout [String]) throws(GitError) -> WorkerReply {
        try MirrorFiles.create(directory)
        let lock = try MirrorFiles.lock(directory, patience: patience)
        defer { close(lock) }
        notes += try place.sweep()
        if MirrorFiles.exists(place.directory) {
            do throws(GitError) {
                notes += try MirrorFiles.heal(place.directory)
                if try MirrorPacks(in: place.directory).packs.count < Self.packLimit {
                    try fetch(into: try LocalRepository(at: place.directory))
                    return WorkerReply(tip: commit)
                }
            } catch {
                guard [.damaged, .notARepository, .commitMissing].contains(error.kind) else {
                    throw error
                }
                notes.append("The copy of a submodule is fetched anew: \(error.description)")
            }
        }
        notes += try place.replace { incoming throws(GitError) in
            try fetch(into: try Self.initialise(incoming))
            try MirrorFiles.renamePacks(in: incoming)
            try MirrorFiles.flush(incoming)
        }
        return WorkerReply(tip: commit)
    }

    private func fetch(into repository: LocalRepository) throws(GitError) {
        try repository.requireBare()
        if try !repository.holds(commit.oid) { try fetchFromServer(into: repository) }
        try repository.checkObjects(of: commit)
        var oid = commit.oid
        _ = try Handle("keep \(commit)", at: repository.path, release: git_reference_free) {
            git_reference_create(
                &$0, repository.pointer, Self.reference(of: commit), &oid, 1, nil)
        }
    }

    /// Asks for the one commit, which not every server gives, and then for all branches and tags.
    ///
    /// A server that does not give it may say so in many ways, or just end the connection.
    private func fetchFromServer(into repository: LocalRepository) throws(GitError) {
        let reference = Self.reference(of: commit)
        do throws(GitError) {
            try RemoteConnection(to: url, access, into: repository).fetch(
                ["+\(commit):\(reference)"], called: "commit \(commit.short)",
                leavingRoomIn: directory)
        } catch {
            guard [.library, .badAnswer, .unreachable].contains(error.kind) else { throw error }
            try RemoteConnection(to: url, access, into: repository).fetch(
                ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"], called: "all branches",
                leavingRoomIn: directory)
        }
        let found = try LocalRepository(at: repository.path)
        guard try found.holds(commit.oid) else { throw .submoduleMissing(commit, url.description) }
    }

    private static func initialise(_ path: String) throws(GitError) -> LocalRepository {
        var options = git_repository_init_options()
        git_repository_init_options_init(&options, UInt32(GIT_REPOSITORY_INIT_OPTIONS_VERSION))
        options.flags =
            GIT_REPOSITORY_INIT_BARE.rawValue | GIT_REPOSITORY_INIT_MKDIR.rawValue
            | GIT_REPOSITORY_INIT_NO_REINIT.rawValue
        _ = try Handle("make a copy of a submodule", at: path, release: git_repository_free) {
            git_repository_init_ext(&$0, path, &options)
        }
        return try LocalRepository(at: path)
    }
}

extension GitError {
    static func submoduleMissing(_ commit: CommitID, _ place: String) -> GitError {
        GitError(
            .submoduleMissing,
            "Commit \(commit) is not in the repository at \(place), or not in what it gives away.",
            hint: "Push it there, to any branch; it is looked for again."
        )
    }
}
