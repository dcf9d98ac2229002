import CLibgit2
import Glibc

/// What Git's index says of one file in a work tree.
///
/// With the file's own times and numbers in it, `git status` sees at a glance that nothing changed.
struct IndexEntry {
    /// The path from the top of the work tree, of any bytes.
    let path: [UInt8]

    /// What the path holds.
    let kind: EntryKind

    private var entry = git_index_entry()

    init(_ path: [UInt8], _ id: git_oid, _ kind: EntryKind, _ status: stat) {
        self.path = path
        self.kind = kind
        entry.id = id
        entry.mode = Self.mode(of: kind)
        // The index keeps the lower half of each number, and so does who compares.
        entry.ctime = Self.time(status.st_ctim)
        entry.mtime = Self.time(status.st_mtim)
        entry.dev = UInt32(truncatingIfNeeded: status.st_dev)
        entry.ino = UInt32(truncatingIfNeeded: status.st_ino)
        entry.uid = status.st_uid
        entry.gid = status.st_gid
        entry.file_size = kind == .submodule ? 0 : UInt32(truncatingIfNeeded: status.st_size)
    }

    /// Puts the entry into an index.
    func add(to index: borrowing Handle, at place: String) throws(GitError) {
        var entry = entry
        let text = path.map { CChar(bitPattern: $0) } + [0]
        let index = index.pointer
        try libgit2("write the index", at: place) {
            text.withUnsafeBufferPointer {
                entry.path = $0.baseAddress
                return git_index_add(index, &entry)
            }
        }
    }

    private static func mode(of kind: EntryKind) -> UInt32 {
        let mode =
            switch kind {
            case .file: GIT_FILEMODE_BLOB
            case .executable: GIT_FILEMODE_BLOB_EXECUTABLE
            case .symbolicLink: GIT_FILEMODE_LINK
            case .directory: GIT_FILEMODE_TREE
            case .submodule: GIT_FILEMODE_COMMIT
            }
        return mode.rawValue
    }

    private static func time(_ time: timespec) -> git_index_time {
        git_index_time(
            seconds: Int32(truncatingIfNeeded: time.tv_sec), nanoseconds: UInt32(time.tv_nsec))
    }
}
