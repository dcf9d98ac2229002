import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A file or a symbolic link below a folder.
struct FolderEntry: Hashable, Sendable {
    /// The path from the folder.
    var path: String

    /// Where it points, when it is a link.
    var link: String?

    /// The permission bits, without those that change the user.
    var mode: mode_t

    /// The size in bytes.
    var size: Int

    /// When it was changed last.
    var modified: ModificationTime

    /// Takes the rest from what the file system says about the file.
    init(path: String, link: String?, info: stat) {
        self.path = path
        self.link = link
        mode = info.st_mode & 0o777
        size = Int(info.st_size)
        #if canImport(Darwin)
        let time = info.st_mtimespec
        #else
        let time = info.st_mtim
        #endif
        modified = ModificationTime(seconds: time.tv_sec, nanoseconds: time.tv_nsec)
    }

    /// Whether it is a link that leads out of the folder.
    var leadsOut: Bool {
        guard let link else { return false }
        guard !link.hasPrefix("/") else { return true }
        var depth = path.split(separator: "/").count - 1
        for name in link.split(separator: "/") where name != "." {
            depth += name == ".." ? -1 : 1
            if depth < 0 { return true }
        }
        return false
    }
}

/// When a file was changed, in parts that can be compared.
struct ModificationTime: Hashable, Sendable {
    var seconds: Int
    var nanoseconds: Int
}

/// Lists what is below a folder, without ever following a link.
///
/// Names that are no UTF-8 are left out: no pattern can mean them.
enum FolderWalk {
    /// Every file and link below `folder`, sorted by path; sockets and devices are left out.
    static func entries(
        of folder: String, leavingOut names: Set<String>
    ) throws -> [FolderEntry] {
        var found: [FolderEntry] = []
        var pending = [""]
        while let prefix = pending.popLast() {
            let here = prefix.isEmpty ? folder : "\(folder)/\(prefix)"
            for name in try FileManager.default.contentsOfDirectory(atPath: here)
            where !names.contains(name) {
                let path = prefix.isEmpty ? name : "\(prefix)/\(name)"
                switch try item(at: path, in: folder) {
                case .folder: pending.append(path)
                case .entry(let entry): found.append(entry)
                case .other: break
                }
            }
        }
        return found.sorted { $0.path < $1.path }
    }

    /// The file or link at a path; `nil` when there is something else or nothing.
    static func entry(at path: String, in folder: String) -> FolderEntry? {
        guard case .entry(let entry) = try? item(at: path, in: folder) else { return nil }
        return entry
    }

    private enum Item {
        case folder
        case entry(FolderEntry)
        case other
    }

    private static func item(at path: String, in folder: String) throws -> Item {
        var info = stat()
        guard lstat("\(folder)/\(path)", &info) == 0 else {
            guard errno == ENOENT else { throw FileError(path) }
            return .other
        }
        switch info.st_mode & S_IFMT {
        case S_IFDIR: return .folder
        case S_IFREG: return .entry(FolderEntry(path: path, link: nil, info: info))
        case S_IFLNK:
            let link = try FileManager.default.destinationOfSymbolicLink(
                atPath: "\(folder)/\(path)")
            return .entry(FolderEntry(path: path, link: link, info: info))
        default: return .other
        }
    }
}

/// A file operation that failed.
struct FileError: Error, Hashable, CustomStringConvertible {
    var path: String
    var reason: String

    /// Takes the reason from `errno`.
    init(_ path: String) {
        self.path = path
        reason = String(cString: strerror(errno))
    }

    init(_ path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    var description: String { "\(path): \(reason)" }
}
