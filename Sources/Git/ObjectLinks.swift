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
    private static let attempts = 5
    private static let depthLimit = 5

    /// The directories that the objects are in: the repository's own, and those that it borrows
    /// from.
    private let sources: [String]

    init(of repository: LocalRepository) throws(GitError) {
        var objects = git_buf()
        defer { git_buf_dispose(&objects) }
        try libgit2("find the objects", at: repository.path) {
            git_repository_item_path(&objects, repository.pointer, GIT_REPOSITORY_ITEM_OBJECTS)
        }
        var found: [String] = []
        Self.collect(String(cString: objects.ptr), depth: 0, into: &found)
        sources = found
    }

    /// What linking into a directory takes on its disk, in bytes; nothing where links are possible.
    func bytesToCopy(into directory: String) -> Int {
        var place = stat()
        guard stat(directory, &place) == 0 else { return 0 }
        return sources.reduce(0) { sum, source in
            var status = stat()
            let canLink =
                stat(source, &status) == 0 && status.st_dev == place.st_dev
                && (status.st_uid == geteuid() || geteuid() == 0)
            guard !canLink else { return sum }
            return sum
                + Self.files(in: source).reduce(0) { sum, name in
                    var status = stat()
                    return sum + (stat("\(source)/\(name)", &status) == 0 ? Int(status.st_size) : 0)
                }
        }
    }

    /// Links or copies everything into an empty `objects` directory.
    ///
    /// Somebody may pack or fetch meanwhile. What vanishes while it is linked is in a new pack, so
    /// the list is made anew then. Whether the commit that is wanted is complete shows when its
    /// files are written from the new repository.
    func share(into objects: String) throws(GitError) {
        for source in sources {
            for attempt in 1... {
                var isComplete = true
                for name in Self.files(in: source) {
                    let isShared = try Self.share("\(source)/\(name)", "\(objects)/\(name)")
                    isComplete = isComplete && isShared
                }
                if isComplete || attempt == Self.attempts { break }
            }
        }
    }

    /// Loose objects first: an object that is packed in between is then found twice and not never.
    private static func files(in source: String) -> [String] {
        let files = FileManager.default
        let names = (try? files.contentsOfDirectory(atPath: source)) ?? []
        let loose = names.filter { $0.utf8.count == 2 && $0.allSatisfy(\.isHexDigit) }.flatMap {
            folder in
            ((try? files.contentsOfDirectory(atPath: "\(source)/\(folder)")) ?? [])
                .filter { $0.utf8.count == 38 && $0.allSatisfy(\.isHexDigit) }
                .map { "\(folder)/\($0)" }
        }
        let packs = (try? files.contentsOfDirectory(atPath: "\(source)/pack")) ?? []
        return loose
            + packs.filter { $0.hasPrefix("pack-") && $0.hasSuffix(".idx") }.flatMap { index in
                ["pack/\(index.dropLast(4)).pack", "pack/\(index)"]
            }
    }

    /// Puts one file in its place; false when it is not there any more.
    private static func share(_ source: String, _ target: String) throws(GitError) -> Bool {
        if link(source, target) == 0 || errno == EEXIST { return true }
        if errno == ENOENT, MirrorFiles.exists(source) {
            let folder = (target as NSString).deletingLastPathComponent
            guard mkdir(folder, 0o777) == 0 || errno == EEXIST else {
                throw .system("create \(folder)")
            }
            if link(source, target) == 0 { return true }
        }
        guard errno != ENOENT else { return false }
        guard [EXDEV, EPERM, EMLINK, EACCES, EOPNOTSUPP].contains(errno) else {
            throw .system("link \(target)")
        }
        do {
            try FileManager.default.copyItem(atPath: source, toPath: target)
        } catch {
            guard MirrorFiles.exists(source) else { return false }
            throw .system("copy \(source) to \(target)", because: error)
        }
        return true
    }

    private static func collect(_ directory: String, depth: Int, into found: inout [String]) {
        let path = URL(fileURLWithPath: directory).standardizedFileURL.path
        guard depth <= depthLimit, !found.contains(path) else { return }
        found.append(path)
        let text = try? String(contentsOfFile: "\(path)/info/alternates", encoding: .utf8)
        for line in (text ?? "").split(separator: "\n") where !line.hasPrefix("#") {
            collect(
                line.hasPrefix("/") ? "\(line)" : "\(path)/\(line)", depth: depth + 1, into: &found)
        }
    }
}
