import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Copies files between folders: complete or not at all, with their modes, and through no link.
enum FileCopy {
    /// Whether anything is at the path, be it a link that leads nowhere.
    static func exists(_ path: String) throws -> Bool {
        var info = stat()
        if lstat(path, &info) == 0 { return true }
        guard errno == ENOENT || errno == ENOTDIR else { throw FileError(path) }
        return false
    }

    /// Creates the folders above `path` in `root`; throws when one of them is a link or a file.
    static func makeFolders(for path: String, in root: String) throws {
        var folder = root
        for name in path.split(separator: "/").dropLast() {
            folder += "/\(name)"
            var info = stat()
            if lstat(folder, &info) == 0 {
                guard info.st_mode & S_IFMT == S_IFDIR else {
                    throw FileError(folder, reason: "a link or a file where a folder is needed")
                }
            } else if mkdir(folder, 0o755) != 0 {
                throw FileError(folder)
            }
        }
    }

    /// Copies one entry; it appears under its name when it is complete and on the disk.
    static func copy(_ entry: FolderEntry, from source: String, to target: String) throws {
        let destination = "\(target)/\(entry.path)"
        if let link = entry.link {
            guard symlink(link, destination) == 0 else { throw FileError(destination) }
            return
        }
        let draft = "\(destination).uprev-draft"
        unlink(draft)
        do {
            try copyBytes(entry, from: "\(source)/\(entry.path)", to: draft)
            guard rename(draft, destination) == 0 else { throw FileError(destination) }
        } catch {
            unlink(draft)
            throw error
        }
    }

    /// Gives `target` the same file that `source` has, without copying its bytes.
    static func share(_ entry: FolderEntry, from source: String, to target: String) throws {
        guard entry.link == nil else { return try copy(entry, from: source, to: target) }
        let destination = "\(target)/\(entry.path)"
        guard link("\(source)/\(entry.path)", destination) == 0 else {
            throw FileError(destination)
        }
    }

    /// Renames, and makes the new name survive a power cut.
    static func move(_ source: String, to target: String) throws {
        guard rename(source, target) == 0 else { throw FileError(target) }
        try synchronizeFolder((target as NSString).deletingLastPathComponent)
    }

    /// Makes a link point elsewhere in one step, and makes that survive a power cut.
    static func replaceLink(_ path: String, with destination: String) throws {
        let draft = "\(path).draft"
        unlink(draft)
        guard symlink(destination, draft) == 0 else { throw FileError(draft) }
        try move(draft, to: path)
    }

    /// Makes the names in a folder and in all below it survive a power cut.
    static func synchronize(_ folder: String) throws {
        try synchronizeFolder(folder)
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            var info = stat()
            let path = "\(folder)/\(name)"
            guard lstat(path, &info) == 0, info.st_mode & S_IFMT == S_IFDIR else { continue }
            try synchronize(path)
        }
    }

    /// Makes the content of a file survive a power cut.
    static func flush(_ file: String) throws {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(file) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileError(file) }
    }

    private static func synchronizeFolder(_ folder: String) throws {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileError(folder) }
    }

    private static func copyBytes(
        _ entry: FolderEntry, from source: String, to target: String
    ) throws {
        let input = open(source, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard input >= 0 else { throw FileError(source) }
        defer { close(input) }
        let output = open(target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw FileError(target) }
        defer { close(output) }
        try pump(from: input, to: output, source: source, target: target)
        let time = timespec(
            tv_sec: entry.modified.seconds, tv_nsec: entry.modified.nanoseconds)
        guard fchmod(output, entry.mode) == 0, futimens(output, [time, time]) == 0,
            fsync(output) == 0
        else { throw FileError(target) }
    }

    private static func pump(
        from input: Int32, to output: Int32, source: String, target: String
    ) throws {
        try withUnsafeTemporaryAllocation(byteCount: 1 << 18, alignment: 16) { buffer in
            while true {
                let count = read(input, buffer.baseAddress, buffer.count)
                guard count >= 0 else { throw FileError(source) }
                if count == 0 { return }
                var written = 0
                while written < count {
                    let step = write(
                        output, buffer.baseAddress?.advanced(by: written), count - written)
                    guard step > 0 else { throw FileError(target) }
                    written += step
                }
            }
        }
    }
}
