import CLibgit2
import Foundation

/// A directory that is replaced as a whole: made beside its place, then moved there in one step.
///
/// The names beside it are fixed, so that what a killed process left is found and removed. What
/// cannot be removed gets another name there, out of the way, and is tried again each time.
struct SwapPlace {
    let directory: String
    private let incoming: String
    private let outgoing: String

    /// What the names of leftovers begin with.
    private let leftover: String

    init(_ directory: String) throws(GitError) {
        let trimmed = String(directory.reversed().drop { $0 == "/" }.reversed())
        guard trimmed.hasPrefix("/"), let slash = trimmed.lastIndex(of: "/"),
            !trimmed.utf8.contains(0)
        else {
            throw GitError(
                .invalidPath,
                "\(directory.debugDescription) is not an absolute path of a directory to replace.",
                hint: "Give an absolute path below /."
            )
        }
        self.directory = trimmed
        let name = trimmed[trimmed.index(after: slash)...]
        incoming = "\(trimmed[...slash]).\(name).incoming"
        outgoing = "\(trimmed[...slash]).\(name).outgoing"
        leftover = ".\(name).leftover-"
    }

    /// Removes what a process that was killed in the middle left beside the place, and says what.
    ///
    /// A place that is empty, since it was killed between two moves, gets back what stood there.
    /// What cannot be removed is told too, and holds nothing up.
    @discardableResult
    func sweep() throws(GitError) -> [String] {
        var told: [String] = []
        if !MirrorFiles.exists(directory), MirrorFiles.exists(outgoing) {
            guard rename(outgoing, directory) == 0 else {
                throw .system("move \(outgoing) to \(directory)")
            }
            flushParent()
            told.append(
                "\(name(of: directory)) was moved aside by a process that was killed; put back.")
        }
        for path in [incoming, outgoing] + leftovers {
            switch discard(path) {
            case .nothing: break
            case .removed:
                told.append("Removed what a process that was killed left: \(name(of: path)).")
            case .stays(let reason):
                told.append("What a process that was killed left stays on the disk: \(reason)")
            }
        }
        return told
    }

    /// Lets `make` fill a new directory, and puts it in the place; on an error nothing changes.
    ///
    /// Says in sentences what of the old one could not be removed: the new one stands all the same.
    @discardableResult
    func replace(_ make: (String) throws(GitError) -> Void) throws(GitError) -> [String] {
        try sweep()
        let incoming = MirrorFiles.exists(incoming) ? freshLeftover() : incoming
        do {
            try make(incoming)
            try swap(incoming)
        } catch {
            _ = try? FileRemoval.remove(incoming)
            throw error
        }
        return [incoming, outgoing].compactMap { path in
            guard case .stays(let reason) = discard(path) else { return nil }
            return "What \(name(of: directory)) was before stays on the disk: \(reason)"
        }
    }

    private enum Removal {
        case nothing
        case removed
        case stays(String)
    }

    /// Removes what is at a path, or gives it the name of a leftover; one that has it already is
    /// not told again.
    private func discard(_ path: String) -> Removal {
        do throws(GitError) {
            return try FileRemoval.remove(path) ? .removed : .nothing
        } catch {
            guard !name(of: path).hasPrefix(leftover) else { return .nothing }
            let aside = freshLeftover()
            guard rename(path, aside) == 0 else { return .stays(error.description) }
            return .stays("\(error.description) It is now \(aside).")
        }
    }

    private var parent: String { (directory as NSString).deletingLastPathComponent }

    private var leftovers: [String] {
        MirrorFiles.names(in: parent).filter { $0.hasPrefix(leftover) }
            .map { (parent as NSString).appendingPathComponent($0) }
    }

    private func freshLeftover() -> String {
        (parent as NSString).appendingPathComponent("\(leftover)\(UUID().uuidString)")
    }

    private func swap(_ incoming: String) throws(GitError) {
        if rename(incoming, directory) == 0 { return flushParent() }
        guard [EEXIST, ENOTEMPTY, ENOTDIR].contains(errno) else {
            throw .system("move \(incoming) to \(directory)")
        }
        if cgit_exchange(incoming, directory) == 0 { return flushParent() }
        // Some file systems cannot exchange; then the place is empty for a moment.
        guard rename(directory, outgoing) == 0 else { throw .system("move \(directory) aside") }
        guard rename(incoming, directory) == 0 else {
            let code = errno
            rename(outgoing, directory)
            throw .system("move \(incoming) to \(directory)", code)
        }
        flushParent()
    }

    private func flushParent() {
        let descriptor = open(parent, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private func name(of path: String) -> String { (path as NSString).lastPathComponent }
}
