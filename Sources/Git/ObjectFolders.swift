import CLibgit2
import Foundation

/// The directories that hold the objects of a repository: its own, and those that it borrows from.
enum ObjectFolders {
    /// As many repositories as Git itself follows, each of which borrows from the next.
    private static let depthLimit = 5
    private static let countLimit = 1000
    private static let listLimit = 1 << 20

    /// Follows `info/alternates` from an objects directory, which comes first; each comes once.
    ///
    /// One that is not there is listed, too: what it would hold is found to be missing when it is
    /// read.
    static func all(from directory: String) throws(GitError) -> [String] {
        let directory = directory.hasSuffix("/") ? String(directory.dropLast()) : directory
        var found = [directory]
        var seen: Set = [Identity(of: directory)]
        var waiting = [(directory: directory, depth: 0)]
        while let next = waiting.popLast() {
            for borrowed in try alternates(of: next.directory)
            where seen.insert(Identity(of: borrowed)).inserted {
                guard next.depth < depthLimit, found.count < countLimit else {
                    throw .damaged(
                        directory, "its objects are borrowed over too many other repositories")
                }
                found.append(borrowed)
                waiting.append((borrowed, next.depth + 1))
            }
        }
        return found
    }

    private static func alternates(of directory: String) throws(GitError) -> [String] {
        let list = "\(directory)/info/alternates"
        guard let bytes = try PlainFile.bytes(at: list, limit: listLimit) else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
            .filter { !$0.hasPrefix("#") }
            .map { line in
                let path = line.hasPrefix("/") ? String(line) : "\(directory)/\(line)"
                return URL(fileURLWithPath: path).standardizedFileURL.path
            }
    }

    /// Which directory it is, whatever its name is; of none, its name.
    private enum Identity: Hashable {
        case directory(device: UInt, file: UInt)
        case nothing(String)

        init(of path: String) {
            var status = stat()
            self =
                stat(path, &status) == 0
                ? .directory(device: UInt(status.st_dev), file: UInt(status.st_ino))
                : .nothing(path)
        }
    }
}
