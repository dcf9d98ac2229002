import CLibgit2
import Foundation

/// Gives a new repository every object of another, for good.
///
/// Files of objects are never changed once they are written, only made and removed. So the two can
/// have the same ones, by hard links: nothing that Git does in the one changes the other, and a
/// mirror may be fetched anew, compacted or rewritten while a work tree with its objects is used.
/// Where there can be no link, on another disk or when the files are somebody else's, they are
/// copied.
struct ObjectLinks {
    private static let attempts = 6
    private static let pause: UInt32 = 20_000

    /// The directories that the objects are in: the repository's own, and those that it borrows
    /// from.
    private let sources: [String]

    /// Finds the objects; throws when it cannot be read where they are.
    init(of repository: LocalRepository) throws(GitError) {
        var objects = git_buf()
        defer { git_buf_dispose(&objects) }
        try libgit2("find the objects", at: repository.path) {
            git_repository_item_path(&objects, repository.pointer, GIT_REPOSITORY_ITEM_OBJECTS)
        }
        sources = try ObjectFolders.all(from: String(cString: objects.ptr))
    }

    /// What linking into a directory takes on its disk, in bytes; nothing where links are possible.
    ///
    /// Some links fail against all appearances; ``share(into:)`` looks at the disk for those.
    func bytesToCopy(into directory: String) throws(GitError) -> Int {
        var place = stat()
        guard stat(directory, &place) == 0 else { return 0 }
        var sum = 0
        for source in sources {
            var status = stat()
            let canLink =
                stat(source, &status) == 0 && status.st_dev == place.st_dev
                && (status.st_uid == geteuid() || geteuid() == 0)
            guard !canLink else { continue }
            for name in try Self.files(in: source) ?? [] {
                var status = stat()
                if stat("\(source)/\(name)", &status) == 0 { sum += Int(status.st_size) }
            }
        }
        return sum
    }

    /// Links or copies everything into an empty `objects` directory, and says how many bytes were
    /// copied.
    ///
    /// Somebody may pack, fetch or put another copy in the source's place meanwhile. What vanishes
    /// while it is linked is in a new pack or place, so after a pause the list is made anew then;
    /// when that does not help, time will. Whether the commit that is wanted is complete shows when
    /// its files are written from the new repository.
    func share(into objects: String) throws(GitError) -> Int {
        var copied = 0
        for source in sources {
            var vanished: String? = source
            for attempt in 0..<Self.attempts {
                if attempt > 0 { usleep(Self.pause << UInt32(attempt)) }
                vanished = try Self.shareAll(of: source, objects, &copied)
                if vanished == nil { break }
            }
            if let vanished { throw .changing(source, vanished) }
        }
        return copied
    }

    /// Shares what is there, and gives a file or directory that vanished meanwhile.
    private static func shareAll(
        of source: String, _ objects: String, _ copied: inout Int
    ) throws(GitError) -> String? {
        guard let files = try files(in: source) else { return source }
        var vanished: String?
        for name in files {
            // An index without its pack would be damage.
            if let vanished, name.hasSuffix(".idx"), vanished == "\(name.dropLast(4)).pack" {
                continue
            }
            if try !share("\(source)/\(name)", "\(objects)/\(name)", &copied) { vanished = name }
        }
        return vanished
    }

    /// Loose objects first: an object that is packed in between is then found twice and not never.
    ///
    /// An index counts only with its pack, whose remains it may be. Gives `nil` when the directory
    /// or one in it is gone.
    private static func files(in source: String) throws(GitError) -> [String]? {
        guard let top = try names(in: source) else { return nil }
        var files: [String] = []
        for folder in top where folder.utf8.count == 2 && folder.allSatisfy(\.isHexDigit) {
            guard let names = try names(in: "\(source)/\(folder)") else { return nil }
            files += names.filter { $0.utf8.count == 38 && $0.allSatisfy(\.isHexDigit) }
                .map { "\(folder)/\($0)" }
        }
        guard top.contains("pack") else { return files }
        guard let packs = try names(in: "\(source)/pack") else { return nil }
        let whole = Set(packs)
        return files
            + packs.filter { $0.hasPrefix("pack-") && $0.hasSuffix(".idx") }
            .map { $0.dropLast(4) }.filter { whole.contains("\($0).pack") }
            .flatMap { ["pack/\($0).pack", "pack/\($0).idx"] }
    }

    /// The names in a directory; `nil` when it is not there.
    private static func names(in directory: String) throws(GitError) -> [String]? {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: directory)
        } catch {
            guard MirrorFiles.exists(directory) else { return nil }
            throw .system("list the objects in \(directory)", because: error)
        }
    }

    /// Puts one file in its place; false when it is not there any more.
    ///
    /// What is there and no file is left out: it is missed when it is read.
    private static func share(
        _ source: String, _ target: String, _ copied: inout Int
    ) throws(GitError) -> Bool {
        var status = stat()
        if stat(source, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFREG else { return true }
        } else if [ENOENT, ELOOP].contains(errno), MirrorFiles.exists(source) {
            return true
        }
        if link(following: source, target) == 0 || errno == EEXIST { return true }
        if errno == ENOENT, MirrorFiles.exists(source) {
            let folder = (target as NSString).deletingLastPathComponent
            guard mkdir(folder, 0o777) == 0 || errno == EEXIST else {
                throw .system("create \(folder)")
            }
            if link(following: source, target) == 0 { return true }
        }
        guard errno != ENOENT else { return false }
        guard [EXDEV, EPERM, EMLINK, EACCES, EOPNOTSUPP].contains(errno) else {
            throw .system("link \(target)")
        }
        guard stat(source, &status) == 0 else { return false }
        let size = Int(status.st_size)
        try DiskSpace.requireRoom(toCopy: size, to: target)
        do {
            try FileManager.default.copyItem(atPath: source, toPath: target)
        } catch {
            guard MirrorFiles.exists(source) else { return false }
            throw .system("copy \(source) to \(target)", because: error)
        }
        copied += size
        return true
    }
}

extension GitError {
    fileprivate static func changing(_ source: String, _ vanished: String) -> GitError {
        GitError(
            .fileSystem,
            "The objects in \(source) cannot be had: \(vanished) is not there, or goes whenever it "
                + "is looked for.",
            hint: "It is tried again; `git gc` or a new copy of the mirror may be at work there."
        )
    }
}

/// Gives a file a second name; of a link, the file that it leads to.
private func link(following source: String, _ target: String) -> Int32 {
    linkat(AT_FDCWD, source, AT_FDCWD, target, AT_SYMLINK_FOLLOW)
}
