import CLibgit2
import Foundation

/// The copy is replaced as a whole, so that a kill leaves the old one or the new one.
extension Mirror {
    private static let sizeWhenNew = "uprev.sizewhennew"

    /// What keeps a merge of packs with large files in them within the worker's memory.
    private static let packSettings: [(name: String, value: Int64)] = [
        ("core.bigfilethreshold", 32 << 20), ("pack.windowmemory", 64 << 20),
        ("pack.deltacachesize", 32 << 20),
    ]

    /// What there is before a rebuild.
    enum Former {
        case none, broken, whole
    }

    private var objects: String { place.directory + "/objects" }

    /// Fetches a new copy beside the old one, brings along what must be kept, and swaps them.
    ///
    /// What a broken copy has lost is told; a copy that is whole is not replaced at such a price.
    func rebuild(
        replacing former: Former, telling notes: inout [String]
    ) throws(GitError) -> CommitID {
        var tip: CommitID?
        var lost: [MirrorKept.Loss] = []
        notes += try place.replace { incoming throws(GitError) in
            tip = try fetchAnew(into: incoming, whole: former != .none)
            try MirrorFiles.renamePacks(in: incoming)
            if former != .none {
                lost = MirrorKept(
                    objects: objects, repository: incoming, limit: limits.mergedObjects,
                    deadline: deadline
                ).carry(kept)
            }
            if former == .whole, let loss = lost.first(where: { !$0.wasAbsent }) {
                throw GitError(.library, loss.description, hint: loss.reason.hint)
            }
            let packs = try MirrorPacks(in: incoming)
            try set(Self.sizeWhenNew, Int64(packs.bytes), in: incoming)
            try finish(incoming, with: packs)
        }
        if former == .broken { notes += lost.map(\.description) }
        guard let tip else { preconditionFailure("A mirror was made without a tip.") }
        return tip
    }

    /// A server that leaves out a file would be asked for everything again and again, because of
    /// what looks like damage here; so after a rebuild everything is looked for.
    private func fetchAnew(into incoming: String, whole: Bool) throws(GitError) -> CommitID {
        let repository = try initialise(incoming)
        let connection = try RemoteConnection(to: url, access, into: repository)
        _ = try connection.tip(of: branch)
        try connection.fetch(branch, leavingRoomIn: incoming)
        return try sentTip(of: repository, whole: whole)
    }

    /// Tidies the copy when there is something to tidy, and says what was done.
    ///
    /// Needs no network unless the copy has grown out of proportion. A copy that is damaged is left
    /// to ``synchronise(discarding:telling:)``.
    func tidy(telling notes: inout [String]) throws(GitError) -> WorkerReply {
        try locked(telling: &notes) { state, notes throws(GitError) in
            guard case .usable(let repository, let tip?, let packs) = state else {
                return WorkerReply(isTidyDue: false)
            }
            switch chore(for: packs, repository) {
            case .nothing:
                return WorkerReply(tip: tip)
            case .merge(let small):
                try merge(small, of: packs, at: tip, sizeWhenNew(repository))
                let left = try MirrorPacks(in: place.directory)
                return WorkerReply(
                    tip: tip,
                    tidied: "The mirror was compacted: \(packs.packs.count) packs of "
                        + "\(packs.bytes.inMebibytes) became \(left.packs.count) of "
                        + "\(left.bytes.inMebibytes).")
            case .renew(let reason):
                let tip = try rebuild(replacing: .whole, telling: &notes)
                return WorkerReply(
                    tip: tip, tidied: "The mirror was fetched anew, since \(reason).")
            }
        }
    }

    func chore(for packs: MirrorPacks, _ repository: LocalRepository) -> MirrorPacks.Chore {
        packs.chore(within: limits, sizeWhenNew: sizeWhenNew(repository).map(Int.init))
    }

    /// Writes the objects of small packs into one, beside hard links to the large packs.
    ///
    /// Nothing is dropped, so commits that no branch has any more stay readable.
    private func merge(
        _ small: [MirrorPack], of packs: MirrorPacks, at tip: CommitID, _ sizeWhenNew: Int64?
    ) throws(GitError) {
        try place.replace { incoming throws(GitError) in
            try initialise(incoming)
            for pack in packs.packs where !small.contains(pack) {
                try pack.link(into: incoming + "/objects/pack")
            }
            let large = try LocalRepository(at: incoming)
            let writer = try MirrorPackWriter(into: incoming, from: objects, until: deadline)
            for pack in small {
                for id in try pack.objectIDs() where try !large.holds(id) { try writer.insert(id) }
            }
            for id in packs.looseObjects where try !large.holds(id.oid) {
                try writer.insert(id.oid)
            }
            let count = writer.count
            try writer.write()
            let repository = try LocalRepository(at: incoming)
            try repository.create(branch, at: tip)
            _ = try verifiedTip(of: repository)
            let made = try MirrorPacks(in: incoming)
            let written = made.packs.reduce(0) { $0 + $1.objects }
            let linked = packs.packs.reduce(0) { $0 + (small.contains($1) ? 0 : $1.objects) }
            guard written == linked + count else {
                throw .damaged(incoming, "\(written) objects are there of \(linked + count)")
            }
            try set(Self.sizeWhenNew, sizeWhenNew ?? Int64(packs.bytes), in: incoming)
            try finish(incoming, with: made)
        }
    }

    private func finish(_ incoming: String, with packs: MirrorPacks) throws(GitError) {
        try MirrorInventory(of: incoming).replace(by: packs)
        try MirrorFiles.flush(incoming)
    }

    @discardableResult
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
        for setting in Self.packSettings { try set(setting.name, setting.value, in: path) }
        try MirrorFiles.Identity.create(in: path)
        return try LocalRepository(at: path)
    }

    private func set(_ name: String, _ value: Int64, in repository: String) throws(GitError) {
        let settings = try Handle("write settings", at: repository, release: git_config_free) {
            git_config_open_ondisk(&$0, repository + "/config")
        }
        try libgit2("write settings", at: repository) {
            git_config_set_int64(settings.pointer, name, value)
        }
    }

    /// The bytes that the packs took when everything was fetched; `nil` in a mirror of a version
    /// that did not write it.
    private func sizeWhenNew(_ repository: LocalRepository) -> Int64? {
        guard
            let settings = try? Handle(
                "read settings", at: repository.path, release: git_config_free,
                { git_repository_config_snapshot(&$0, repository.pointer) })
        else { return nil }
        var value: Int64 = 0
        guard git_config_get_int64(&value, settings.pointer, Self.sizeWhenNew) == 0 else {
            return nil
        }
        return value
    }
}

extension MirrorPack {
    /// Shows the pack in another directory too, without a copy where the file system can do that.
    fileprivate func link(into folder: String) throws(GitError) {
        let name = path.split(separator: "/").last ?? ""
        for type in ["pack", "idx"] {
            let (old, new) = ("\(path).\(type)", "\(folder)/\(name).\(type)")
            if Glibc.link(old, new) == 0 { continue }
            guard [EPERM, EOPNOTSUPP, EMLINK, ENOSYS].contains(errno) else {
                throw .system("link \(old) to \(new)")
            }
            var status = stat()
            guard stat(old, &status) == 0 else { throw .system("read \(old)") }
            try DiskSpace.requireRoom(toCopy: Int(status.st_size), to: new)
            do {
                try FileManager.default.copyItem(atPath: old, toPath: new)
            } catch {
                throw .system("copy \(old) to \(new)", because: error)
            }
        }
    }
}

extension LocalRepository {
    func create(_ branch: BranchName, at tip: CommitID) throws(GitError) {
        var oid = tip.oid
        _ = try Handle("set \(branch)", at: path, release: git_reference_free) {
            git_reference_create(&$0, pointer, branch.reference, &oid, 1, nil)
        }
    }
}
