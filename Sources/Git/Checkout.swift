import CLibgit2
import Foundation

/// Makes one work tree beside its place, and puts it there when it is complete.
struct Checkout {
    private let commit: CommitID
    private let repository: LocalRepository
    private let place: SwapPlace

    init(
        of commit: CommitID,
        from repository: LocalRepository,
        at directory: String
    ) throws(GitError) {
        self.commit = commit
        self.repository = repository
        place = try SwapPlace(directory)
    }

    func perform() throws(GitError) {
        let tree = try repository.treeHandle(of: commit)
        try requireRoom(for: tree)
        try place.replace { incoming throws(GitError) in
            guard mkdir(incoming, 0o777) == 0 else { throw .system("create \(incoming)") }
            let descriptor = open(incoming, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard descriptor >= 0 else { throw .system("open \(incoming)") }
            defer { close(descriptor) }
            var writer = TreeWriter(of: commit, from: repository)
            try writer.write(tree, into: descriptor)
            try makeRepository(in: incoming)
            guard cgit_flush_file_system(descriptor) == 0 else {
                throw .system("flush \(incoming)")
            }
        }
    }

    /// Looks at the disk before anything is written; a checkout in the place is still there then.
    private func requireRoom(for tree: borrowing Handle) throws(GitError) {
        let parent = (place.directory as NSString).deletingLastPathComponent
        guard let root = git_tree_id(tree.pointer), let space = DiskSpace(at: parent) else {
            return
        }
        let size = try TreeSize(of: root.pointee, in: repository)
        try space.requireRoom(for: size, of: commit, in: parent)
    }

    /// Makes the directory a work tree that borrows its objects.
    private func makeRepository(in directory: String) throws(GitError) {
        var objects = git_buf()
        defer { git_buf_dispose(&objects) }
        try libgit2("find the objects", at: repository.path) {
            git_repository_item_path(&objects, repository.pointer, GIT_REPOSITORY_ITEM_OBJECTS)
        }
        try initialise(directory)
        let alternates = directory + "/.git/objects/info/alternates"
        do {
            try (String(cString: objects.ptr) + "\n")
                .write(toFile: alternates, atomically: false, encoding: .utf8)
        } catch {
            throw .system("write \(alternates)", because: error)
        }
        let made = try LocalRepository(at: directory)
        var oid = commit.oid
        try libgit2("set HEAD", at: directory) {
            git_repository_set_head_detached(made.pointer, &oid)
        }
        try writeIndex(of: made)
    }

    private func initialise(_ directory: String) throws(GitError) {
        var options = git_repository_init_options()
        git_repository_init_options_init(&options, UInt32(GIT_REPOSITORY_INIT_OPTIONS_VERSION))
        options.flags = GIT_REPOSITORY_INIT_NO_REINIT.rawValue
        _ = try Handle("make a work tree", at: directory, release: git_repository_free) {
            git_repository_init_ext(&$0, directory, &options)
        }
    }

    private func writeIndex(of made: LocalRepository) throws(GitError) {
        let tree = try made.treeHandle(of: commit)
        let index = try Handle("write the index", at: made.path, release: git_index_free) {
            git_repository_index(&$0, made.pointer)
        }
        try libgit2("write the index", at: made.path) {
            git_index_read_tree(index.pointer, tree.pointer)
        }
        try libgit2("write the index", at: made.path) { git_index_write(index.pointer) }
    }
}
