import CLibgit2
import Glibc

/// The directories that hold the objects of a repository: its own, and those that it borrows from.
enum ObjectFolders {
    /// Git itself follows no list that is further away.
    private static let depthLimit = 5
    private static let countLimit = 1000
    private static let listLimit = 1 << 20

    /// Follows `info/alternates` from an objects directory, which comes first; each comes once.
    ///
    /// One that is not there is listed, too: what it would hold is found to be missing when it is
    /// read. What is borrowed over too many others is left out, as by Git.
    static func all(from directory: String) throws(GitError) -> [String] {
        let directory = directory.hasSuffix("/") ? String(directory.dropLast()) : directory
        var found = [directory]
        var seen: Set = [Identity(of: directory)]
        var lenders = found
        for _ in 0...depthLimit {
            var next: [String] = []
            for lender in lenders {
                for borrowed in try alternates(of: lender)
                where seen.insert(Identity(of: borrowed)).inserted {
                    next.append(borrowed)
                }
            }
            found += next
            guard found.count <= countLimit else {
                throw .damaged(directory, "its objects are borrowed from too many repositories")
            }
            lenders = next
        }
        return found
    }

    /// The names in a directory of objects; none when there is no such directory.
    static func names(in directory: String) throws(ObjectFault) -> [String] {
        do throws(ObjectFault) {
            return try DirectoryNames.read(directory)
        } catch {
            guard case .system(let code) = error else { throw error }
            guard [ENOENT, ENOTDIR].contains(code) else { throw .unlisted(directory, code) }
            return []
        }
    }

    private static func alternates(of directory: String) throws(GitError) -> [String] {
        let list = "\(directory)/info/alternates"
        guard let bytes = try PlainFile.bytes(at: list, limit: listLimit) else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
            .filter { !$0.hasPrefix("#") }
            .map { line in
                let path = line.hasPrefix("/") ? String(line) : "\(directory)/\(line)"
                // With `..` behind a link only the system knows where that leads.
                guard let real = realpath(path, nil) else { return path }
                defer { free(real) }
                return String(cString: real)
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
