import ClusterModel
import Foundation
import Synchronization

/// A directory that one writing process owns for as long as it lives.
///
/// The lock is `flock` on a file whose text says who holds it; the system gives the lock back when
/// the process ends, however it ends.
final class StateDirectory: Sendable {
    private let lock: Mutex<Int32?>

    /// Takes the directory, creating it with mode 0700 when it does not exist.
    init(owning path: String) throws {
        try? FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let file = "\(path)/lock"
        let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            throw StoreError(
                message: "The state directory \(path) cannot be used: \(reason).",
                hint: "Create it, and let the agent's user write in it.",
                disposition: .stalled)
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let owner = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
            close(descriptor)
            throw StoreError.owned(
                by: owner.isEmpty ? "another process" : owner, directory: path)
        }
        ftruncate(descriptor, 0)
        let owner = Array("process \(getpid())".utf8)
        _ = owner.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        self.lock = Mutex(descriptor)
    }

    deinit { release() }

    /// Gives the directory back; nothing may be written in it any more.
    ///
    /// The lock is undone by name and not by closing alone: a child between `fork` and `exec` has
    /// a copy of the descriptor, which would hold the directory for as long as the child takes.
    func release() {
        lock.withLock { descriptor in
            guard let held = descriptor else { return }
            flock(held, LOCK_UN)
            close(held)
            descriptor = nil
        }
    }
}
