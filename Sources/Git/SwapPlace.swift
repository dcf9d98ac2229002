import CLibgit2
import Foundation

/// A directory that is replaced as a whole: made beside its place, then moved there in one step.
///
/// The names beside it are fixed, so that what a killed process left is found and removed.
struct SwapPlace {
    let directory: String
    private let incoming: String
    private let outgoing: String

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
    }

    /// Removes what a process that was killed in the middle left beside the place, and says what.
    ///
    /// A place that is empty, since it was killed between two moves, gets back what stood there.
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
        for path in [incoming, outgoing] where try FileRemoval.remove(path) {
            told.append("Removed what a process that was killed left: \(name(of: path)).")
        }
        return told
    }

    /// Lets `make` fill a new directory, and puts it in the place; on an error nothing changes.
    ///
    /// Says in sentences what of the old one could not be removed: the new one stands all the same.
    @discardableResult
    func replace(_ make: (String) throws(GitError) -> Void) throws(GitError) -> [String] {
        try sweep()
        do {
            try make(incoming)
            try swap()
        } catch {
            _ = try? FileRemoval.remove(incoming)
            throw error
        }
        do throws(GitError) {
            try sweep()
            return []
        } catch {
            let name = name(of: directory)
            return ["What \(name) was before stays on the disk: \(error.description)"]
        }
    }

    private func swap() throws(GitError) {
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
        let parent = open((directory as NSString).deletingLastPathComponent, O_RDONLY | O_CLOEXEC)
        guard parent >= 0 else { return }
        fsync(parent)
        close(parent)
    }

    private func name(of path: String) -> String { (path as NSString).lastPathComponent }
}
