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
    /// What is in the directory.
    enum State {
        case absent
        case damaged(String)
        case usable(LocalRepository, tip: CommitID?, MirrorPacks)
    }

    let url: RemoteURL
    let branch: BranchName
    let access: AccessMaterial
    let place: SwapPlace
    let limits: MirrorLimits

    /// Commits that must not get lost when the copy is replaced, also when the branch drops them.
    let kept: [CommitID]

    /// After this nothing is begun that can be left out.
    let deadline: ContinuousClock.Instant

    private let directory: String
    private let patience: Duration

    init(_ request: WorkerRequest, of url: RemoteURL, _ branch: BranchName) throws(GitError) {
        guard let directory = request.directory else {
            throw .worker("the request names no mirror directory")
        }
        self.url = url
        self.branch = branch
        self.directory = directory
        access = request.access
        kept = request.kept
        limits = request.limits
        patience = .seconds(request.seconds / 2)
        deadline = .now.advanced(by: .seconds(request.seconds * 0.8))
        place = try SwapPlace(Self.repositoryPath(in: directory))
    }

    /// Where the copy is, in a mirror's directory.
    static func repositoryPath(in directory: String) -> String { directory + "/repository.git" }

    /// Takes the lock, removes what a killed worker left, and looks at the copy.
    ///
    /// What is mended is told in `notes`, also when an error ends it.
    func locked(
        discarding reason: String? = nil,
        telling notes: inout [String],
        _ work: (State, inout [String]) throws(GitError) -> WorkerReply
    ) throws(GitError) -> WorkerReply {
        try MirrorFiles.create(directory)
        let lock = try MirrorFiles.lock(directory, patience: patience)
        defer { close(lock) }
        notes += try place.sweep()
        guard MirrorFiles.exists(place.directory) else { return try work(.absent, &notes) }
        // What cannot be read could end this process.
        if let reason { return try work(.damaged(reason), &notes) }
        return try work(try state(telling: &notes), &notes)
    }

    /// Makes the copy's branch equal to the server's, and moves nothing when it is already.
    func synchronise(
        discarding reason: String?, telling notes: inout [String]
    ) throws(GitError) -> WorkerReply {
        try locked(discarding: reason, telling: &notes) { state, notes throws(GitError) in
            switch state {
            case .absent:
                return WorkerReply(tip: try rebuild(replacing: .none, telling: &notes))
            case .damaged(let reason):
                let tip = try rebuild(replacing: .broken, telling: &notes)
                return WorkerReply(tip: tip, rebuilt: reason)
            case .usable(let repository, let tip, let packs):
                var reply = try update(repository, from: tip, telling: &notes)
                let packs = reply.tip == tip ? packs : try? MirrorPacks(in: place.directory)
                reply.isTidyDue = packs.map { chore(for: $0, repository) != .nothing }
                // Without room for it the former list stays, which asks for less.
                if let packs { try? MirrorInventory(of: place.directory).replace(by: packs) }
                return reply
            }
        }
    }

    /// Removes what a worker that this process ended left in a mirror's directory, unless another
    /// one is at work.
    static func sweep(_ directory: String) {
        guard MirrorFiles.exists(directory),
            let lock = try? MirrorFiles.lock(directory, patience: .zero)
        else { return }
        defer { close(lock) }
        let path = repositoryPath(in: directory)
        _ = try? SwapPlace(path).sweep()
        if MirrorFiles.exists(path) { _ = try? MirrorFiles.heal(path) }
    }

    private func state(telling notes: inout [String]) throws(GitError) -> State {
        do throws(GitError) {
            notes += try MirrorFiles.heal(place.directory)
            let packs = try MirrorPacks(in: place.directory)
            try MirrorInventory(of: place.directory).requireAll(of: packs)
            let repository = try LocalRepository(at: place.directory)
            try repository.requireBare()
            try repository.removeReferences(except: branch)
            try repository.pointHead(at: branch)
            let tip = try repository.target(of: branch.reference)
            if let tip { _ = try repository.treeHandle(of: tip) }
            return .usable(repository, tip: tip, packs)
        } catch {
            // What time may mend, such as a lack of descriptors, is no reason to fetch everything.
            guard error.isOfBrokenFiles else { throw error }
            return .damaged(error.description)
        }
    }

    private func update(
        _ repository: LocalRepository, from old: CommitID?, telling notes: inout [String]
    ) throws(GitError) -> WorkerReply {
        let packs = MirrorFiles.names(in: place.directory + "/objects/pack")
        do throws(GitError) {
            let connection = try RemoteConnection(to: url, access, into: repository)
            let tip = try connection.tip(of: branch)
            guard tip != old else { return WorkerReply(tip: tip) }
            try connection.fetch(branch, leavingRoomIn: directory)
            return WorkerReply(tip: try sentTip(of: repository))
        } catch {
            // libgit2 keeps a pack that it has read, also when no branch may lead into it.
            if isBack(to: old, repository) {
                MirrorFiles.removePacks(of: place.directory, except: packs)
            }
            guard let reason = damage(behind: error, in: repository, at: old) else { throw error }
            let tip = try rebuild(replacing: .broken, telling: &notes)
            return WorkerReply(tip: tip, rebuilt: reason)
        }
    }

    /// Lets the branch lead to where it led before a fetch that failed; false when it cannot.
    private func isBack(to old: CommitID?, _ repository: LocalRepository) -> Bool {
        do throws(GitError) {
            guard try repository.target(of: branch.reference) != old else { return true }
            guard let old else { return false }
            try repository.create(branch, at: old)
            return true
        } catch {
            return false
        }
    }

    /// The tip after a fetch: what is missing then was not sent.
    func sentTip(of repository: LocalRepository, whole: Bool = false) throws(GitError) -> CommitID {
        do throws(GitError) {
            let tip = try verifiedTip(of: repository)
            if whole { try repository.checkObjects(of: tip) }
            return tip
        } catch {
            guard [.damaged, .commitMissing].contains(error.kind) else { throw error }
            throw .badAnswer(url.description, error.description)
        }
    }

    func verifiedTip(of repository: LocalRepository) throws(GitError) -> CommitID {
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
        guard [.library, .badAnswer].contains(error.kind), let tip else { return nil }
        do throws(GitError) {
            // The packs of the fetch that failed are not seen any more.
            try LocalRepository(at: repository.path).checkObjects(of: tip)
            return nil
        } catch {
            return error.isOfBrokenFiles ? error.description : nil
        }
    }
}

extension GitError {
    /// Whether files of a mirror are the cause, and not what the system denied for now.
    fileprivate var isOfBrokenFiles: Bool {
        switch kind {
        case .damaged, .notARepository, .library, .commitMissing: true
        case .fileSystem:
            [ENOENT, ENOTDIR, EISDIR, ELOOP].contains { code in
                description.contains(String(cString: strerror(code)))
            }
        default: false
        }
    }
}
