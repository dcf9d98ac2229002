import CLibgit2
import Glibc

/// What a tree takes on a disk.
struct TreeSize: Hashable {
    /// As many entries are counted; a larger tree is refused when it is written.
    static let entryLimit = 1_000_000

    /// The bytes, each file in whole blocks.
    var bytes = 0

    /// The files, links and directories.
    private(set) var entries = 0

    private static let block = 4096

    /// Adds up a tree from the headers of its objects, without reading a file.
    init(of tree: git_oid, in repository: LocalRepository) throws(GitError) {
        var waiting = [tree]
        while let next = waiting.popLast() {
            for entry in try repository.entries(ofTree: next) {
                entries += 1
                guard entries <= Self.entryLimit else { return }
                switch entry.kind {
                case .directory:
                    waiting.append(entry.id)
                    bytes += Self.block
                case .file, .executable, .symbolicLink:
                    let size = try repository.blobSize(entry.id)
                    bytes += (size + Self.block - 1) / Self.block * Self.block
                case .submodule:
                    bytes += Self.block
                }
            }
        }
    }

    /// The size of a commit's tree.
    init(of repository: LocalRepository, at commit: CommitID) throws(GitError) {
        let tree = try repository.treeHandle(of: commit)
        guard let root = git_tree_id(tree.pointer) else {
            preconditionFailure("libgit2 gave a tree without a name.")
        }
        try self.init(of: root.pointee, in: repository)
    }

    /// Adds another tree, which has a Git directory of its own, and other bytes.
    mutating func add(_ other: TreeSize, besides bytes: Int) {
        self.bytes += other.bytes + DiskSpace.gitDirectory + bytes
        entries += other.entries
    }

    init(bytes: Int, entries: Int) {
        self.bytes = bytes
        self.entries = entries
    }
}

/// What is free on the disk that holds a directory, for a user that is not root.
struct DiskSpace: Hashable {
    /// The index has about this much for an entry, and the rest of the Git directory this much.
    static let indexEntry = 256
    static let gitDirectory = 128 << 10

    /// What the journal and others must find free afterwards, at most a twentieth of the disk.
    static let reserve = 64 << 20

    let free: Int
    let total: Int

    /// The files that can still be made; `nil` where the file system has no such limit.
    let freeEntries: Int?

    /// Asks the file system; `nil` where there is no answer, which writing will explain better.
    init?(at directory: String) {
        var status = statvfs()
        guard statvfs(directory, &status) == 0 else { return nil }
        let block = Int(clamping: status.f_frsize)
        free = Int(clamping: status.f_bavail).multipliedReportingOverflow(by: block).partialValue
        total = Int(clamping: status.f_blocks).multipliedReportingOverflow(by: block).partialValue
        freeEntries = status.f_files == 0 ? nil : Int(clamping: status.f_favail)
    }

    init(free: Int, total: Int, freeEntries: Int?) {
        self.free = free
        self.total = total
        self.freeEntries = freeEntries
    }

    /// Throws `diskFull` unless a checkout of this size fits into a directory, with a reserve left.
    func requireRoom(for size: TreeSize, of commit: CommitID, in directory: String) throws(GitError)
    {
        let needed = size.bytes + size.entries * Self.indexEntry + Self.gitDirectory
        let available = free - min(Self.reserve, total / 20)
        guard needed <= available else {
            throw Self.full(
                commit, directory,
                "\(Self.mebibytes(needed)) MiB, and \(Self.mebibytes(max(0, available))) MiB can "
                    + "be used")
        }
        if let freeEntries, size.entries > freeEntries {
            throw Self.full(
                commit, directory, "\(size.entries) files, and \(freeEntries) more can be made")
        }
    }

    /// Throws `diskFull` unless a file of so many bytes fits where it is to be, with a reserve left.
    static func requireRoom(toCopy bytes: Int, to file: String) throws(GitError) {
        guard let slash = file.lastIndex(of: "/"), let space = DiskSpace(at: "\(file[..<slash])")
        else { return }
        guard space.free - bytes >= min(reserve, space.total / 20) else {
            throw .diskFull(
                "A copy of \(bytes.inMebibytes) does not fit, with \(space.free.inMebibytes) free",
                file)
        }
    }

    private static func full(_ commit: CommitID, _ directory: String, _ what: String) -> GitError {
        GitError(
            .diskFull,
            "The checkout of commit \(commit.short) needs \(what) in \(directory).",
            hint: "Free space there; the checkout is tried again, and nothing was written."
        )
    }

    /// Rounded up, so that what is needed is never said to be nothing.
    private static func mebibytes(_ bytes: Int) -> Int { (bytes + (1 << 20) - 1) >> 20 }
}
