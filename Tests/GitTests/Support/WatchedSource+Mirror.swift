import Foundation
import Glibc
import Testing

@testable import Git

extension WatchedSource {
    /// The same source with a mirror that is a copy of this one's.
    func withCopyOfMirror() throws -> WatchedSource {
        let other = try WatchedSource(upstream)
        if exists(mirror) {
            try FileManager.default.copyItem(atPath: mirror, toPath: other.mirror)
        }
        return other
    }

    /// A source whose worker is killed right before the Nth call that changes a file, or of one kind.
    func sourceKilled(before count: Int, of kind: String? = nil) throws -> GitSource {
        let python = try #require(Programs.python)
        let variables = ["KILL_AT_TRACE=\(state.path)/trace", "KILL_AT_KIND=\(kind ?? "")"]
        return GitSource(
            url: try RemoteURL(url), branch: try BranchName("main"), mirrorDirectory: mirror,
            worker: WorkerCommand(
                executable: "/usr/bin/env",
                arguments: variables
                    + [python, Programs.killAt, "\(count)", program, "git-worker"]))
    }

    /// The kind of call before which the worker of ``sourceKilled(before:of:)`` was killed; those of
    /// all its calls when it was not.
    func trace() throws -> [String] {
        try content("\(state.path)/trace").split(separator: " ").map(String.init)
    }

    /// What a killed worker left beside and in the copy, relative to the mirror's directory.
    func leftovers() throws -> [String] {
        let walk = FileManager.default.enumerator(atPath: mirror)
        return (walk?.compactMap { $0 as? String } ?? []).filter { path in
            let name = (path as NSString).lastPathComponent
            return name.hasSuffix(".lock") || name.contains("git2_") || name.hasPrefix("tmp_")
                || name.hasSuffix(".incoming") || name.hasSuffix(".outgoing")
        }
    }

    /// Lets the real `git` make sure that everything is there and well-formed.
    func checkConnectivity() throws {
        _ = try Upstream.git(
            ["-C", copy, "fsck", "--connectivity-only", "--strict"], home: state.path)
    }

    /// The names of the packs in the copy.
    func packs() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(copy)/objects/pack")
            .filter { $0.hasSuffix(".pack") }.sorted()
    }

    /// The path of a pack in the copy that holds an object.
    func pack(of object: String) throws -> String {
        for name in try packs() {
            let index = "\(copy)/objects/pack/\(name.dropLast(5)).idx"
            let list = try Upstream.git(
                ["-C", state.path, "show-index"], input: bytes(of: index), home: copy)
            if String(decoding: list, as: UTF8.self).contains(object) {
                return "\(copy)/objects/pack/\(name)"
            }
        }
        throw Upstream.Failure(description: "No pack holds \(object).")
    }

    private func bytes(of path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    /// Turns one byte of an object over, where a pack holds it.
    func spoil(_ object: String) throws {
        let pack = try pack(of: object)
        let index = "\(pack.dropLast(5)).idx"
        let list = try Upstream.git(
            ["-C", state.path, "show-index"], input: bytes(of: index), home: copy)
        let line = String(decoding: list, as: UTF8.self).split(separator: "\n")
            .first { $0.contains(object) }
        let offset = try #require(line?.split(separator: " ").first.flatMap { Int($0) })
        try #require(chmod(pack, 0o600) == 0)
        let file = open(pack, O_RDWR | O_CLOEXEC)
        defer { close(file) }
        var byte: UInt8 = 0
        // Behind the header of the object, in its compressed content.
        try #require(pread(file, &byte, 1, offset + 8) == 1)
        byte = ~byte
        try #require(pwrite(file, &byte, 1, offset + 8) == 1)
    }
}

extension GitRepository {
    /// A file of a commit, as text.
    func text(at path: String, of commit: CommitID) throws -> String {
        let bytes = try withTree(of: commit) { try $0.bytes(at: path, limit: 1 << 20) }
        return String(decoding: bytes ?? [], as: UTF8.self)
    }
}
