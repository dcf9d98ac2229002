import Glibc

/// Removes files and directories that a stage may have left in any state.
///
/// Directories that forbid writing (Go's module cache makes such) are opened up first, names may
/// be of any bytes, and a link is removed and never followed. However deep a tree is, it takes
/// three descriptors.
struct FileRemoval {
    private struct Level {
        /// Its name in the level above.
        let name: [CChar]

        let device: dev_t
        let file: ino_t

        /// The names of the directories in it that were not entered yet.
        var waiting: [[CChar]] = []
    }

    private var levels: [Level] = []

    /// The open directory of the last level.
    private var current: Int32 = -1

    /// The code of the first failure.
    private var failure: Int32 = 0

    /// Removes what is at a path, goes on after a failure, and throws the first one; false when
    /// nothing was there.
    static func remove(_ path: String) throws(GitError) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0 else { return false }
        var removal = FileRemoval()
        removal.remove(Array(path.utf8CString))
        guard removal.failure == 0 else { throw .system("remove \(path)", removal.failure) }
        return true
    }

    private mutating func remove(_ path: [CChar]) {
        unlink(path, in: AT_FDCWD) { removal in removal.enter(path, in: AT_FDCWD) }
        while let level = levels.last {
            if let next = level.waiting.last {
                levels[levels.count - 1].waiting.removeLast()
                enter(next, in: current)
            } else {
                leave(level)
            }
        }
    }

    /// Removes an entry of an open directory, unless it is a directory itself.
    private mutating func unlink(
        _ name: [CChar], in parent: Int32, orDirectory work: (inout FileRemoval) -> Void
    ) {
        var status = stat()
        guard fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return note() }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            if unlinkat(parent, name, 0) != 0 { note() }
            return
        }
        if status.st_mode & 0o700 != 0o700 { _ = fchmodat(parent, name, 0o700, 0) }
        work(&self)
    }

    /// Opens a directory and removes the files in it; the one above is left for it.
    private mutating func enter(_ name: [CChar], in parent: Int32) {
        let directory = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        var status = stat()
        guard directory >= 0, fstat(directory, &status) == 0, leads(directory, back: levels.last)
        else {
            note()
            if directory >= 0 { close(directory) }
            return
        }
        if current >= 0 { close(current) }
        current = directory
        levels.append(Level(name: name, device: status.st_dev, file: status.st_ino))
        empty()
    }

    /// Whether the way back up is open, which takes the right to search the directory.
    private func leads(_ directory: Int32, back level: Level?) -> Bool {
        guard let level else { return true }
        var status = stat()
        guard fstatat(directory, "..", &status, AT_SYMLINK_NOFOLLOW) == 0 else { return false }
        errno = ESTALE
        return status.st_dev == level.device && status.st_ino == level.file
    }

    /// Goes back up, and removes the directory that was left.
    private mutating func leave(_ level: Level) {
        levels.removeLast()
        var parent = AT_FDCWD
        if let above = levels.last {
            // Somebody may have moved it meanwhile: then nothing is known of where it is now.
            guard leads(current, back: above) else { return give(up: errno) }
            parent = openat(current, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard parent >= 0 else { return give(up: errno) }
        }
        close(current)
        current = parent == AT_FDCWD ? -1 : parent
        if unlinkat(parent, level.name, AT_REMOVEDIR) != 0 { note() }
    }

    /// Removes the files in the open directory, and lists the directories in it.
    private mutating func empty() {
        let descriptor = openat(current, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return note() }
        guard let stream = fdopendir(descriptor) else {
            note()
            close(descriptor)
            return
        }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            // The entry ends behind its name, so the declared 256 bytes must not be copied.
            let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
            let start = UnsafeRawPointer(entry).advanced(by: offset)
                .assumingMemoryBound(to: CChar.self)
            if strcmp(start, ".") == 0 || strcmp(start, "..") == 0 { continue }
            let name = Array(UnsafeBufferPointer(start: start, count: strlen(start) + 1))
            unlink(name, in: current) { removal in
                removal.levels[removal.levels.count - 1].waiting.append(name)
            }
        }
    }

    private mutating func give(up code: Int32) {
        if failure == 0 { failure = code }
        levels = []
        close(current)
        current = -1
    }

    private mutating func note() {
        if failure == 0, errno != ENOENT { failure = errno }
    }
}
