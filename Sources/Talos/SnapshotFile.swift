import Dispatch
import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A snapshot on its way to disk: it has its name only once it is whole, verified and flushed.
///
/// Writes happen on a queue of its own, since they block.
actor SnapshotFile {
    private let path: String
    private let executor = QueueExecutor(label: "uprev.snapshot")
    private var descriptor: Int32 = -1
    private var digest = SnapshotDigest()

    /// Where the bytes are until they are known to be good.
    private var partialPath: String { path + ".partial" }

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(path: String) { self.path = path }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Creates the file, and its directory where it is missing; only the owner may read it.
    func open() throws {
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw FileFailure(
                verb: "create the directory of", path: path, reason: error.localizedDescription)
        }
        // What an earlier attempt left behind when it was killed.
        unlink(partialPath)
        descriptor = try check("create") {
            Self.open(partialPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        }
    }

    /// Appends bytes.
    func write(_ bytes: [UInt8]) throws {
        digest.update(bytes)
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = try check("write") {
                rest.withUnsafeBytes { Self.write(descriptor, $0.baseAddress, $0.count) }
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Verifies what was written, flushes it, and gives it its name.
    func finish() throws -> (bytes: Int, sha256: String) {
        let sha256 = try digest.verified()
        try check("flush") { fsync(descriptor) }
        let closing = descriptor
        descriptor = -1
        try check("close") { close(closing) }
        try check("rename") { rename(partialPath, path) }
        try flushDirectory()
        return (digest.count, sha256)
    }

    /// Removes what was written.
    func discard() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
        unlink(partialPath)
    }

    /// Makes the new name survive a power cut.
    private func flushDirectory() throws {
        let folder = try check("open the directory of") {
            Self.open(directory, O_RDONLY | O_CLOEXEC, 0)
        }
        defer { close(folder) }
        try check("flush the directory of") { fsync(folder) }
    }

    private var directory: String {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        return folder.isEmpty ? "." : folder
    }

    /// Runs a system call again while signals interrupt it, and throws its error.
    @discardableResult
    private func check<Number: FixedWidthInteger>(
        _ verb: String, _ call: () -> Number
    ) throws -> Number {
        while true {
            let result = call()
            guard result < 0 else { return result }
            if errno == EINTR { continue }
            throw FileFailure(verb: verb, path: path, reason: String(cString: strerror(errno)))
        }
    }

    private static func open(_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32 {
        #if canImport(Glibc)
        Glibc.open(path, flags, mode)
        #else
        Darwin.open(path, flags, mode)
        #endif
    }

    private static func write(_ file: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
        #if canImport(Glibc)
        Glibc.write(file, bytes, count)
        #else
        Darwin.write(file, bytes, count)
        #endif
    }
}

/// A file that could not be written.
struct FileFailure: Error, CustomStringConvertible {
    let verb: String
    let path: String
    let reason: String

    var description: String { "cannot \(verb) \(path): \(reason)" }
}

/// Runs an actor's work on a dispatch queue, where it may block.
private final class QueueExecutor: SerialExecutor {
    private let queue: DispatchQueue

    init(label: String) { queue = DispatchQueue(label: label) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }
}
