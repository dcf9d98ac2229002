import CLibgit2
import Foundation

/// The files of a repository beside its objects, looked at before libgit2 reads them.
///
/// Somebody else may have put them there. libgit2 waits for a pipe in the place of one, for ever,
/// and reads whatever is there as a whole.
enum RepositoryFiles {
    private static let limit = 64 << 20
    private static let smallLimit = 64 << 10
    private static let includeDepth = 10
    private static let includeLimit = 100

    /// Makes sure that opening the repository at a path reads nothing but files of a usual size.
    ///
    /// What is not there, or does not name what is needed, is left for libgit2 to tell.
    static func check(_ path: String) throws(GitError) {
        let directory = try link(at: "\(path)/.git", in: path) ?? directory(in: path)
        let common = try link(at: "\(directory)/commondir", in: directory) ?? directory
        for name in ["HEAD", "gitdir"] { try require("\(directory)/\(name)", limit: smallLimit) }
        try require("\(common)/packed-refs")
        var count = 0
        try checkConfiguration("\(common)/config", depth: 0, &count)
    }

    /// Makes sure that a file is one, if there is something.
    static func require(
        _ path: String, limit: Int = limit, allowsDirectory: Bool = false
    ) throws(GitError) {
        var status = stat()
        guard stat(path, &status) == 0 else { return }
        let type = status.st_mode & S_IFMT
        if type == S_IFDIR, allowsDirectory { return }
        guard type == S_IFREG else { throw .damaged(path, "it is not a file") }
        guard status.st_size <= limit else {
            throw .damaged(path, "it has \(status.st_size) bytes")
        }
    }

    /// Whether below a directory of references is nothing that a reader would wait for.
    static func areListable(in directory: String) -> Bool {
        for case let name as String in FileManager.default.enumerator(atPath: directory) ?? .init()
        {
            guard (try? require("\(directory)/\(name)", allowsDirectory: true)) != nil else {
                return false
            }
        }
        return true
    }

    private static func directory(in path: String) -> String {
        var status = stat()
        let inner = "\(path)/.git"
        return stat(inner, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR ? inner : path
    }

    /// The directory that a small file names; `nil` when there is no such file.
    private static func link(at file: String, in directory: String) throws(GitError) -> String? {
        var status = stat()
        guard stat(file, &status) == 0, status.st_mode & S_IFMT != S_IFDIR,
            let bytes = try PlainFile.bytes(at: file, limit: smallLimit)
        else { return nil }
        var text = String(decoding: bytes, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        if text.hasPrefix("gitdir:") {
            text = text.dropFirst(7).trimmingCharacters(in: .whitespaces)
        }
        return absolute(text, in: directory)
    }

    /// Follows what a configuration includes; conditions are taken as met.
    private static func checkConfiguration(
        _ file: String, depth: Int, _ count: inout Int
    ) throws(GitError) {
        count += 1
        guard depth <= includeDepth, count <= includeLimit else {
            throw .damaged(file, "configurations include each other too often")
        }
        guard let bytes = try PlainFile.bytes(at: file, limit: limit) else { return }
        guard bytes.lazy.map({ $0 | 0x20 }).contains("include".utf8) else { return }
        let directory = (file as NSString).deletingLastPathComponent
        for path in includes(in: String(decoding: bytes, as: UTF8.self)) {
            try checkConfiguration(absolute(path, in: directory), depth: depth + 1, &count)
        }
    }

    private static func includes(in text: String) -> [String] {
        var found: [String] = []
        var isIncluding = false
        for line in text.split(whereSeparator: \.isNewline) {
            var line = line.trimmingCharacters(in: .whitespaces)
            if line.hasPrefix("[") {
                isIncluding = line.lowercased().hasPrefix("[include")
                line = line.split(separator: "]", maxSplits: 1).last.map(String.init) ?? ""
                line = line.trimmingCharacters(in: .whitespaces)
            }
            let parts = line.split(separator: "=", maxSplits: 1)
            guard isIncluding, parts.count == 2,
                parts[0].trimmingCharacters(in: .whitespaces).lowercased() == "path"
            else { continue }
            found.append(value(String(parts[1])))
        }
        return found
    }

    /// What stands behind the equals sign, without quotes and comments.
    private static func value(_ text: String) -> String {
        var value = ""
        var isQuoted = false
        var isEscaped = false
        for character in text.trimmingCharacters(in: .whitespaces) {
            switch character {
            case "\\" where !isEscaped:
                isEscaped = true
                continue
            case "\"" where !isEscaped: isQuoted.toggle()
            case "#" where !isQuoted, ";" where !isQuoted:
                return value.trimmingCharacters(in: .whitespaces)
            default: value.append(character)
            }
            isEscaped = false
        }
        return value.trimmingCharacters(in: .whitespaces)
    }

    private static func absolute(_ path: String, in directory: String) -> String {
        path.hasPrefix("/") ? path : "\(directory)/\(path)"
    }
}
