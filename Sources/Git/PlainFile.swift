import CLibgit2
import Glibc

/// Files of a repository that somebody else may have put there, looked at before they are read.
///
/// A pipe in the place of a file holds up whoever opens it, for ever, and a device may never end.
enum PlainFile {
    /// Opens a file, or what a link leads to; `nil` when nothing is there.
    ///
    /// Throws `damaged` when something else than a file is there, and does not wait for it.
    static func open(_ path: String) throws(GitError) -> (descriptor: Int32, size: Int)? {
        do throws(ObjectFault) {
            return try descriptor(of: path)
        } catch {
            if case .system(let code) = error { throw .system("open \(path)", code) }
            throw .damaged(path, "it is not a file")
        }
    }

    /// The same; throws `damaged` or `system`.
    static func descriptor(
        of path: String
    ) throws(ObjectFault) -> (descriptor: Int32, size: Int)? {
        let descriptor = Glibc.open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT, ENOTDIR: return nil
            // Sockets cannot be opened at all.
            case ENXIO, ELOOP, ENODEV: throw .damaged("is no file")
            case let code: throw .system(code)
            }
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .damaged("is no file")
        }
        return (descriptor, Int(status.st_size))
    }

    /// The content; `nil` when nothing is there.
    ///
    /// Throws `damaged` above `limit` bytes.
    static func bytes(at path: String, limit: Int) throws(GitError) -> [UInt8]? {
        guard let (descriptor, size) = try open(path) else { return nil }
        defer { close(descriptor) }
        guard size <= limit else { throw .damaged(path, "it has \(size) bytes") }
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
            while filled < size {
                let count = Glibc.read(
                    descriptor, buffer.baseAddress.map { $0 + filled }, size - filled)
                if count < 0, errno == EINTR { continue }
                if count < 0 { code = errno }
                guard count > 0 else { return }
                filled += count
            }
        }
        guard code == 0 else { throw .system("read \(path)", code) }
        return bytes
    }
}
