import CLibgit2
import Foundation

/// The files of a mirror that Git itself knows nothing about.
enum MirrorFiles {
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

    /// Removes what a worker that was killed left in a bare repository: lock files, which would make
    /// every later fetch fail, and half-received packs, which would fill the disk.
    ///
    /// Only the holder of the mirror's lock may do this.
    static func heal(_ repository: String) throws(GitError) {
        let files = FileManager.default
        var stale: [String] = []
        let packs = (try? files.contentsOfDirectory(atPath: repository + "/objects/pack")) ?? []
        stale += packs.filter { $0.hasPrefix("pack_git2_") }.map { "objects/pack/\($0)" }
        for name in (try? files.contentsOfDirectory(atPath: repository)) ?? []
        where name.hasSuffix(".lock") { stale.append(name) }
        for case let name as String in files.enumerator(atPath: repository + "/refs") ?? .init()
        where name.hasSuffix(".lock") { stale.append("refs/\(name)") }
        for name in stale {
            let path = "\(repository)/\(name)"
            guard unlink(path) == 0 || errno == ENOENT else { throw .system("remove \(path)") }
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
}
