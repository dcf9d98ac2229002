import CLibgit2

/// What a repository reads its objects through.
///
/// libgit2 would make one by itself. This one looks at packs before libgit2 reads them, reads
/// loose objects by itself, and has no commit graph, a second opinion on history that is not hashed.
enum ObjectStore {
    private static let loosePriority: Int32 = 1
    private static let packPriority: Int32 = 2

    /// Lets a repository that was just opened read through one, and gives its packs.
    static func install(
        in repository: OpaquePointer, at place: String
    ) throws(GitError) -> [PackedObjects] {
        var directory = git_buf()
        defer { git_buf_dispose(&directory) }
        try libgit2("find the objects", at: place) {
            git_repository_item_path(&directory, repository, GIT_REPOSITORY_ITEM_OBJECTS)
        }
        let database = try Handle("read objects", at: place, release: git_odb_free) {
            git_odb_new(&$0)
        }
        let folders = try ObjectFolders.all(from: String(cString: directory.ptr))
        let packs = PackList()
        for (index, folder) in folders.enumerated() {
            try add(folder, to: database.pointer, isBorrowed: index > 0, beside: packs)
        }
        try libgit2("read objects", at: place) {
            git_repository_set_odb(repository, database.pointer)
        }
        return packs.all
    }

    /// Adds the objects of a directory; nothing is written to one that is borrowed from.
    static func add(
        _ folder: String, to database: OpaquePointer, isBorrowed: Bool,
        beside list: PackList = PackList()
    ) throws(GitError) {
        let add = isBorrowed ? git_odb_add_alternate : git_odb_add_backend
        let objects: PackedObjects
        do throws(ObjectFault) {
            objects = try PackedObjects(in: folder)
        } catch {
            if case .unlisted(let folder, let code) = error {
                throw .system("list \(folder)", code)
            }
            throw .damaged(folder, "its packs cannot be listed")
        }
        list.all.append(objects)
        let packs = objects.store()
        packs.pointee.writepack = { writer, store, database, progress, payload in
            PackedObjects.of(store)?.receive(writer, database, progress, payload)
                ?? GIT_EINVALID.rawValue
        }
        try libgit2("read the packs", at: folder) { add(database, packs, packPriority) }
        let loose = LooseObjects(in: folder, besides: list).store()
        try libgit2("read the objects", at: folder) { add(database, loose, loosePriority) }
    }
}

/// The packs of all directories that one repository reads.
final class PackList {
    fileprivate(set) var all: [PackedObjects] = []

    func contain(_ id: git_oid) -> Bool { all.contains { $0.contains(id) } }
}
