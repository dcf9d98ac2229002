import Glibc

/// Removes files and directories that a stage may have left in any state.
///
/// Directories that forbid writing (Go's module cache makes such) are opened up first, names may
/// be of any bytes, and a link is removed and never followed.
enum FileRemoval {
    /// Removes what is at a path; false when nothing was there.
    static func remove(_ path: String) throws(GitError) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0 else { return false }
        let code = remove(path, in: AT_FDCWD)
        guard code == 0 else { throw .system("remove \(path)", code) }
        return true
    }

    /// Removes an entry of an open directory, and returns 0 or the code of the first failure.
    private static func remove(_ name: UnsafePointer<CChar>, in parent: Int32) -> Int32 {
        var status = stat()
        guard fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            return errno == ENOENT ? 0 : errno
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            return unlinkat(parent, name, 0) == 0 ? 0 : errno
        }
        if status.st_mode & 0o700 != 0o700 { _ = fchmodat(parent, name, 0o700, 0) }
        let directory = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard directory >= 0 else { return errno }
        let failure = empty(directory)
        guard failure == 0 else { return failure }
        return unlinkat(parent, name, AT_REMOVEDIR) == 0 ? 0 : errno
    }

    /// Removes everything in an open directory, goes on after a failure, and closes it.
    private static func empty(_ directory: Int32) -> Int32 {
        guard let stream = fdopendir(directory) else {
            let code = errno
            close(directory)
            return code
        }
        defer { closedir(stream) }
        var failure: Int32 = 0
        while let entry = readdir(stream) {
            // The entry ends behind its name, so the declared 256 bytes must not be copied.
            let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
            let name = UnsafeRawPointer(entry).advanced(by: offset)
                .assumingMemoryBound(to: CChar.self)
            if strcmp(name, ".") == 0 || strcmp(name, "..") == 0 { continue }
            let code = remove(name, in: directory)
            if failure == 0 { failure = code }
        }
        return failure
    }
}
