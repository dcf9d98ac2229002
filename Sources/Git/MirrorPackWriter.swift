import CLibgit2

/// Writes objects of one copy into another, as one pack.
final class MirrorPackWriter {
    /// The copy that is written to, which meanwhile sees the objects of the other one too.
    let repository: LocalRepository

    private let builder: Handle
    private let room: MirrorRoom
    private var problem: GitError?
    private let deadline: ContinuousClock.Instant

    /// Prepares to write into the bare repository at a path what is in an objects directory.
    init(
        into path: String, from objects: String, until deadline: ContinuousClock.Instant
    ) throws(GitError) {
        self.deadline = deadline
        room = MirrorRoom(directory: path)
        let repository = try LocalRepository(at: path)
        let database = try Handle("read objects", at: path, release: git_odb_free) {
            git_repository_odb(&$0, repository.pointer)
        }
        try ObjectStore.add(objects, to: database.pointer, isBorrowed: true)
        builder = try Handle("write a pack", at: path, release: git_packbuilder_free) {
            git_packbuilder_new(&$0, repository.pointer)
        }
        self.repository = repository
    }

    /// How many objects are to be written.
    var count: Int { git_packbuilder_object_count(builder.pointer) }

    func insert(_ id: git_oid) throws(GitError) {
        var id = id
        try libgit2("write \(hexadecimal(id))", at: repository.path) {
            git_packbuilder_insert(builder.pointer, &id, nil)
        }
    }

    /// Writes the pack, in which every object was read and named anew; nothing when there is none.
    func write() throws(GitError) {
        guard count > 0 else { return }
        let payload = Unmanaged.passUnretained(self).toOpaque()
        try libgit2("write a pack", at: repository.path) {
            git_packbuilder_set_callbacks(
                builder.pointer, { _, _, _, payload in MirrorPackWriter.verdict(payload) }, payload)
        }
        do throws(GitError) {
            try libgit2("write a pack", at: repository.path) {
                git_packbuilder_write(
                    builder.pointer, nil, 0, { _, payload in MirrorPackWriter.verdict(payload) },
                    payload)
            }
        } catch {
            if let problem { throw problem }
            throw isLate(after: count) ? .tooSlow(repository.path) : error
        }
    }

    /// Whether there is no time left; a few objects are always written, which takes no time.
    func isLate(after count: Int) -> Bool { count > 1000 && ContinuousClock.now >= deadline }

    private static func verdict(_ payload: UnsafeMutableRawPointer?) -> Int32 {
        guard let payload else { return 0 }
        let writer = Unmanaged<MirrorPackWriter>.fromOpaque(payload).takeUnretainedValue()
        writer.problem = writer.room.problem()
        let mustEnd = writer.problem != nil || writer.isLate(after: writer.count)
        return mustEnd ? GIT_EUSER.rawValue : 0
    }
}

extension LocalRepository {
    /// Whether an object is there, in the packs that were there when this was opened.
    func holds(_ id: git_oid) throws(GitError) -> Bool {
        var id = id
        let database = try Handle("read objects", at: path, release: git_odb_free) {
            git_repository_odb(&$0, pointer)
        }
        let flags = GIT_ODB_LOOKUP_NO_REFRESH.rawValue
        return git_odb_exists_ext(database.pointer, &id, flags) == 1
    }
}

extension GitError {
    static func tooSlow(_ place: String) -> GitError {
        GitError(
            .deadlinePassed,
            "Copying objects into \(place) took too long.",
            hint: "It is tried again, with more time; if this stays, the disk is too slow."
        )
    }
}
