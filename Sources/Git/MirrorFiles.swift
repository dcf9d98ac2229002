import CLibgit2
import Foundation

/// The files of a mirror that Git itself knows nothing about.
enum MirrorFiles {
    /// Which copy it is, whatever its name is.
    ///
    /// A file system may give the number of a directory that was removed to the next one, so each
    /// copy has a word of its own.
    struct Identity: Hashable {
        private let device: UInt
        private let file: UInt
        private let word: String

        private static let name = "/uprev-copy"

        init?(of path: String) {
            var status = stat()
            guard lstat(path, &status) == 0 else { return nil }
            device = UInt(status.st_dev)
            file = UInt(status.st_ino)
            word = (try? String(contentsOfFile: path + Self.name, encoding: .utf8)) ?? ""
        }

        static func create(in path: String) throws(GitError) {
            do {
                try UUID().uuidString.write(
                    toFile: path + name, atomically: false, encoding: .utf8)
            } catch {
                throw .system("write \(path)\(name)", because: error)
            }
        }
    }

    /// Makes the directory, readable by its owner only, where it is missing.
    static func create(_ directory: String) throws(GitError) {
        do {
            try FileManager.default.createDirectory(
                atPath: directory,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw .system("create \(directory)", because: error)
        }
    }

    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// The names in a directory; none when it cannot be read, which opening it explains better.
    static func names(in directory: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).sorted()
    }

    /// The names in a directory, without `.` and `..`; none when it is not there.
    static func list(_ directory: String) throws(GitError) -> [String] {
        do throws(ObjectFault) {
            return try DirectoryNames.read(directory).sorted()
        } catch {
            guard case .system(let code) = error else {
                throw .damaged(directory, "it cannot be listed")
            }
            guard code == ENOENT else { throw .system("list \(directory)", code) }
            return []
        }
    }

    /// Takes the mirror's lock; the caller closes the descriptor to let go of it.
    ///
    /// Another holder can only be the worker of an agent that was killed: it ends soon, at the
    /// latest at its own deadline.
    static func lock(_ directory: String, patience: Duration) throws(GitError) -> Int32 {
        let path = directory + "/lock"
        let file = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .system("open \(path)") }
        let deadline = ContinuousClock.now.advanced(by: patience)
        while flock(file, LOCK_EX | LOCK_NB) != 0 {
            let code = errno
            guard code == EWOULDBLOCK || code == EINTR else {
                close(file)
                throw .system("lock \(path)", code)
            }
            guard ContinuousClock.now < deadline else {
                close(file)
                throw GitError(
                    .mirrorBusy,
                    "Another process still writes to the mirror in \(directory).",
                    hint: "It ends by itself; two agents must not share a state directory."
                )
            }
            usleep(20_000)
        }
        return file
    }

    /// Removes what a worker that was killed left in a bare repository, and says what it was.
    ///
    /// These are lock files, which would make every later fetch fail, and half-received packs, which
    /// would fill the disk. Only the holder of the mirror's lock may do this.
    static func heal(_ repository: String) throws(GitError) -> [String] {
        let locks = staleLocks(in: repository)
        let packs = halfPacks(in: repository)
        for name in locks + packs {
            let path = "\(repository)/\(name)"
            guard unlink(path) == 0 || errno == ENOENT else { throw .system("remove \(path)") }
        }
        return [("stale locks", locks), ("half-received packs", packs)].compactMap { what, names in
            guard !names.isEmpty else { return nil }
            let rest = names.count > 5 ? " and \(names.count - 5) more" : ""
            return "Removed \(what) that a process that was killed left in the mirror: "
                + "\(names.prefix(5).joined(separator: ", "))\(rest)."
        }
    }

    private static func staleLocks(in repository: String) -> [String] {
        let top = names(in: repository)
        let walk = FileManager.default.enumerator(atPath: repository + "/refs")
        let references = (walk?.compactMap { $0 as? String } ?? []).map { "refs/\($0)" }
        return (top + references.sorted()).filter { $0.hasSuffix(".lock") }
    }

    /// The files of a pack that did not become one.
    ///
    /// The index gets its name before its pack does. So an index without a pack is a leftover while
    /// the nameless pack lies beside it, which is removed last; otherwise a pack was lost.
    private static func halfPacks(in repository: String) -> [String] {
        let names = names(in: repository + "/objects/pack")
        let nameless = names.filter { $0.hasPrefix("pack_git2_") }
        guard !nameless.isEmpty else { return [] }
        let early = names.filter { name in
            name.hasPrefix("pack-") && name.hasSuffix(".idx")
                && !names.contains("\(name.dropLast(4)).pack")
        }
        return (early + nameless).map { "objects/pack/\($0)" }
    }

    /// Gives the packs of a new copy names of their own.
    ///
    /// libgit2 shares open packs of one path in a process, also when the file is another by now: a
    /// pack that was found damaged would live on under its name while somebody holds it open.
    static func renamePacks(in repository: String) throws(GitError) {
        let folder = repository + "/objects/pack"
        for name in names(in: folder) where name.hasSuffix(".pack") {
            let digits = (0..<40).map { _ in "0123456789abcdef".randomElement() ?? "0" }
            for type in ["pack", "idx"] {
                let old = "\(folder)/\(name.dropLast(5)).\(type)"
                let new = "\(folder)/pack-\(String(digits)).\(type)"
                guard rename(old, new) == 0 else { throw .system("move \(old)") }
            }
        }
    }

    /// Lets everything that was written to a directory reach the disk.
    static func flush(_ directory: String) throws(GitError) {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system("open \(directory)") }
        defer { close(descriptor) }
        guard cgit_flush_file_system(descriptor) == 0 else { throw .system("flush \(directory)") }
    }

    /// Removes the packs that came since; only the holder of the mirror's lock may do this.
    static func removePacks(of repository: String, except kept: [String]) {
        // An index without its pack would be an error, and a pack without its index is nothing.
        let folder = repository + "/objects/pack"
        let added = names(in: folder).filter { !kept.contains($0) }
        let isIndex = { (name: String) in name.hasSuffix(".idx") }
        for name in added.filter(isIndex) + added.filter({ !isIndex($0) }) {
            unlink("\(folder)/\(name)")
        }
    }
}

extension LocalRepository {
    /// Removes every branch and tag but one; the commits that they named stay.
    func removeReferences(except branch: BranchName) throws(GitError) {
        var names = git_strarray()
        try libgit2("list references", at: path) { git_reference_list(&names, pointer) }
        defer { git_strarray_dispose(&names) }
        for case let name? in UnsafeBufferPointer(start: names.strings, count: names.count)
        where String(cString: name) != branch.reference {
            try libgit2("remove a reference", at: path) { git_reference_remove(pointer, name) }
        }
    }

    /// Makes sure that the settings are those of a mirror: libgit2 itself takes some files for empty
    /// that Git cannot read.
    func requireBare() throws(GitError) {
        let settings = try Handle("read config", at: path, release: git_config_free) {
            git_repository_config_snapshot(&$0, pointer)
        }
        var isBare: Int32 = 0
        guard git_config_get_bool(&isBare, settings.pointer, "core.bare") == 0, isBare == 1 else {
            throw .damaged(path, "its config is not that of a mirror")
        }
    }

    /// Lets `HEAD` name the branch; throws when it is no reference at all.
    func pointHead(at branch: BranchName) throws(GitError) {
        let head = try Handle("read HEAD", at: path, release: git_reference_free) {
            git_reference_lookup(&$0, pointer, "HEAD")
        }
        let target = git_reference_symbolic_target(head.pointer).map { String(cString: $0) }
        guard target != branch.reference else { return }
        try libgit2("set HEAD", at: path) {
            git_repository_set_head(pointer, branch.reference)
        }
    }
}
