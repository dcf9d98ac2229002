import CLibgit2
import Foundation

/// Makes one work tree beside its place, and puts it there when it is complete.
///
/// Each submodule becomes a work tree with a repository of its own, as a clone with submodules has.
struct Checkout {
    private let commit: CommitID
    private let repository: LocalRepository
    private let submodules: [SubmoduleSet.Part]
    private let place: SwapPlace

    init(
        of commit: CommitID,
        from repository: LocalRepository,
        with submodules: SubmoduleSet? = nil,
        at directory: String
    ) throws(GitError) {
        self.commit = commit
        self.repository = repository
        self.submodules = submodules?.parts ?? []
        place = try SwapPlace(directory)
    }

    private var parent: String { (place.directory as NSString).deletingLastPathComponent }

    /// What there is to say of a checkout that was made.
    struct Made {
        /// The paths of the submodules that are empty directories.
        var submodules: [String] = []

        /// What of a former one could not be removed, in sentences.
        var leftBehind: [String] = []
    }

    /// Makes it; a look at the disk beforehand spares the work when there is no room.
    @discardableResult
    func perform(lookingAtDisk: Bool = true) throws(GitError) -> Made {
        if lookingAtDisk { try requireRoom() }
        var made = Made()
        made.leftBehind = try place.replace { incoming throws(GitError) in
            guard mkdir(incoming, 0o755) == 0, chmod(incoming, 0o755) == 0 else {
                throw .system("create \(incoming)")
            }
            let descriptor = open(incoming, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard descriptor >= 0 else { throw .system("open \(incoming)") }
            defer { close(descriptor) }
            let empty = try write(
                commit, of: repository, to: incoming, descriptor, lookingAtDisk: lookingAtDisk)
            made.submodules = empty.filter { path in !submodules.contains { $0.path == path } }
            for part in submodules {
                do throws(GitError) {
                    try write(part, below: incoming, descriptor, lookingAtDisk: lookingAtDisk)
                } catch {
                    part.discard(after: error)
                    throw error.of(submodule: part.path)
                }
            }
            guard cgit_flush_file_system(descriptor) == 0 else {
                throw .system("flush \(incoming)")
            }
        }
        return made
    }

    /// Writes a work tree into an empty directory, and returns the paths of its submodules.
    @discardableResult
    private func write(
        _ commit: CommitID, of repository: LocalRepository, to directory: String,
        _ descriptor: Int32, lookingAtDisk: Bool
    ) throws(GitError) -> [String] {
        let own = try makeRepository(in: directory)
        let copied = try ObjectLinks(of: repository).share(into: directory + "/.git/objects")
        if lookingAtDisk, copied > 0 {
            try requireRoom(
                for: TreeSize(of: repository, at: commit), of: commit, in: parent)
        }
        try setHead(of: own, to: commit)
        var writer = TreeWriter(of: commit, from: own)
        try writer.write(try own.treeHandle(of: commit), into: descriptor)
        try writeIndex(of: own, writer.entries)
        return writer.entries.filter { $0.kind == .submodule }.map {
            String(decoding: $0.path, as: UTF8.self)
        }
    }

    /// Writes a submodule into the empty directory that stands for it, reached through no link.
    private func write(
        _ part: SubmoduleSet.Part, below top: String, _ descriptor: Int32, lookingAtDisk: Bool
    ) throws(GitError) {
        var folder = dup(descriptor)
        defer { close(folder) }
        for name in part.path.split(separator: "/") {
            let next = openat(
                folder, String(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard next >= 0 else { throw .system("open \(part.path.debugDescription)") }
            close(folder)
            folder = next
        }
        try write(
            part.commit, of: try LocalRepository(at: part.repository), to: "\(top)/\(part.path)",
            folder, lookingAtDisk: lookingAtDisk)
    }

    /// Looks at the disk before files are written; a checkout in the place is still there then.
    private func requireRoom() throws(GitError) {
        var size = try TreeSize(of: repository, at: commit)
        size.bytes += try ObjectLinks(of: repository).bytesToCopy(into: parent)
        for part in submodules {
            do throws(GitError) {
                let store = try LocalRepository(at: part.repository)
                let own = try TreeSize(of: store, at: part.commit)
                size.add(own, besides: try ObjectLinks(of: store).bytesToCopy(into: parent))
            } catch {
                part.discard(after: error)
                throw error.of(submodule: part.path)
            }
        }
        try requireRoom(for: size, of: commit, in: parent)
    }

    private func requireRoom(
        for size: TreeSize, of commit: CommitID, in directory: String
    ) throws(GitError) {
        guard let space = DiskSpace(at: directory) else { return }
        try space.requireRoom(for: size, of: commit, in: directory)
    }

    /// Makes the directory a work tree that will have objects of its own, so that it needs nobody.
    ///
    /// The tree is written from these, which proves that they are complete.
    private func makeRepository(in directory: String) throws(GitError) -> LocalRepository {
        var options = git_repository_init_options()
        git_repository_init_options_init(&options, UInt32(GIT_REPOSITORY_INIT_OPTIONS_VERSION))
        options.flags = GIT_REPOSITORY_INIT_NO_REINIT.rawValue
        _ = try Handle("make a work tree", at: directory, release: git_repository_free) {
            git_repository_init_ext(&$0, directory, &options)
        }
        let made = try LocalRepository(at: directory)
        try configure(made, in: directory)
        return made
    }

    private func setHead(
        of made: LocalRepository, to commit: CommitID
    ) throws(GitError) {
        var oid = commit.oid
        try libgit2("set HEAD", at: made.path) {
            git_repository_set_head_detached(made.pointer, &oid)
        }
    }

    /// Lets `git` take the files as they are, whatever the commit's attributes and the user's
    /// configuration say, and tidy up nothing behind a stage's back.
    private func configure(_ made: LocalRepository, in directory: String) throws(GitError) {
        let attributes = directory + "/.git/info/attributes"
        do {
            try FileManager.default.createDirectory(
                atPath: directory + "/.git/info", withIntermediateDirectories: true)
            try "* -text !eol !filter !ident !working-tree-encoding\n"
                .write(toFile: attributes, atomically: false, encoding: .utf8)
        } catch {
            throw .system("write \(attributes)", because: error)
        }
        let configuration = try Handle("configure", at: directory, release: git_config_free) {
            git_repository_config(&$0, made.pointer)
        }
        try libgit2("configure", at: directory) {
            git_config_set_int32(configuration.pointer, "gc.auto", 0)
        }
        try libgit2("configure", at: directory) {
            git_config_set_bool(configuration.pointer, "maintenance.auto", 0)
        }
    }

    private func writeIndex(of made: LocalRepository, _ entries: [IndexEntry]) throws(GitError) {
        let index = try Handle("write the index", at: made.path, release: git_index_free) {
            git_repository_index(&$0, made.pointer)
        }
        for entry in entries { try entry.add(to: index, at: made.path) }
        try libgit2("write the index", at: made.path) { git_index_write(index.pointer) }
    }
}
