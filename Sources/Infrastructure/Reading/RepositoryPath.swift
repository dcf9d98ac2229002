/// Joins paths inside a repository, and refuses every path that leaves it.
///
/// Terragrunt works with absolute paths. The repository has none here, so its top is given a
/// symbolic one; whatever `get_repo_root` or `get_terragrunt_dir` returned comes back under it.
enum RepositoryPath {
    /// The symbolic absolute path of the top of the repository.
    static let root = "/repository"

    /// Why a path was refused, as a phrase that completes "the path … ".
    struct Refusal: Error {
        let reason: String
    }

    /// The path from the top, for a path that is relative to a directory or under the symbolic
    /// root; the top itself is the empty path.
    static func resolve(_ path: String, from directory: String) throws(Refusal) -> String {
        var names: [Substring]
        var rest = Substring(path)
        if path == root || path.hasPrefix(root + "/") {
            names = []
            rest = rest.dropFirst(root.count)
        } else if path.hasPrefix("/") || path.hasPrefix("~") {
            throw Refusal(reason: "is outside the repository")
        } else {
            names = directory.split(separator: "/")
        }
        guard !path.utf8.contains(0) else { throw Refusal(reason: "contains a null byte") }
        for name in rest.split(separator: "/") where name != "." {
            guard name == ".." else {
                names.append(name)
                continue
            }
            guard names.popLast() != nil else { throw Refusal(reason: "leaves the repository") }
        }
        return names.joined(separator: "/")
    }

    /// The symbolic absolute form of a path from the top.
    static func absolute(_ path: String) -> String {
        path.isEmpty ? root : "\(root)/\(path)"
    }

    /// The directory of a path; the empty path for what is at the top.
    static func directory(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }

    /// The last name of a path.
    static func name(of path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? ""
    }

    /// Joins a directory and a path below it, without looking at either.
    static func join(_ directory: String, _ path: String) -> String {
        directory.isEmpty ? path : path.isEmpty ? directory : "\(directory)/\(path)"
    }

    /// Whether a path is a directory or lies below it.
    static func isInside(_ path: String, _ directory: String) -> Bool {
        directory.isEmpty || path == directory || path.hasPrefix(directory + "/")
    }

    /// The way from one directory to another, such as `../../clusters/sol`; `.` for the same.
    static func relative(from start: String, to end: String) -> String {
        let origin = start.split(separator: "/")
        let target = end.split(separator: "/")
        var shared = 0
        while shared < min(origin.count, target.count), origin[shared] == target[shared] {
            shared += 1
        }
        let up = Array(repeating: Substring(".."), count: origin.count - shared)
        let way = (up + target[shared...]).joined(separator: "/")
        return way.isEmpty ? "." : way
    }
}
