import Foundation
import Synchronization
import Testing

@testable import Git

/// A repository that the real `git` makes, out of reach of any configuration of the machine.
final class Upstream: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let folder: TestFolder
    let path: String
    private let commits = Mutex(0)

    /// Makes an empty repository with the unborn branch `main`.
    init(named name: String = "source", arguments: [String] = [], inMemory: Bool = false) throws {
        folder = try TestFolder(inMemory: inMemory)
        path = "\(folder.path)/\(name)"
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true
        )
        try git(["init", "--quiet", "--initial-branch=main"] + arguments)
    }

    var url: String { "file://\(path)" }

    /// Runs `git` in the work tree, and gives what it printed without the last newline.
    @discardableResult
    func git(_ arguments: [String], input: String = "") throws -> String {
        let bytes = try Self.git(
            ["-C", path] + arguments,
            input: Array(input.utf8),
            home: folder.path,
            date: "\(1_700_000_000 + commits.withLock { $0 } * 60) +0000"
        )
        let text = String(decoding: bytes, as: UTF8.self)
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }

    @discardableResult
    func git(_ arguments: String...) throws -> String { try git(arguments) }

    /// Writes files (`nil` deletes) and commits everything, each commit a minute after the last.
    @discardableResult
    func commit(
        _ files: [String: String?] = [:],
        message: String = "Change",
        time: Int? = nil
    ) throws -> CommitID {
        for (name, text) in files {
            let file = "\(path)/\(name)"
            guard let text else {
                try FileManager.default.removeItem(atPath: file)
                continue
            }
            try FileManager.default.createDirectory(
                atPath: (file as NSString).deletingLastPathComponent,
                withIntermediateDirectories: true
            )
            try write(text, to: file)
        }
        commits.withLock { $0 += 1 }
        try git(["add", "--all"])
        try git("commit", "--quiet", "--allow-empty", "--message", message)
        if let time { try setTime(time) }
        return try head()
    }

    /// Changes when the newest commit was made; `git commit` itself takes no year above 2099.
    private func setTime(_ time: Int) throws {
        let old = try git("cat-file", "commit", "HEAD") + "\n"
        let new = old.replacing(#/> [0-9]+/#, with: "> \(time)")
        let id = try git(["hash-object", "-t", "commit", "-w", "--stdin"], input: new)
        try git("reset", "--quiet", "--soft", id)
    }

    func head(_ revision: String = "HEAD") throws -> CommitID {
        try #require(CommitID(try git("rev-parse", revision)))
    }

    /// Commits a tree that is built from raw entries, as no well-meaning `git` would build it.
    func commitTree(_ entries: [(mode: String, name: String, id: String)]) throws -> CommitID {
        var raw: [UInt8] = []
        for entry in entries {
            raw += Array("\(entry.mode) \(entry.name)".utf8) + [0]
            var digits = Substring(entry.id)
            while !digits.isEmpty {
                raw.append(try #require(UInt8(digits.prefix(2), radix: 16)))
                digits = digits.dropFirst(2)
            }
        }
        let output = try Self.git(
            ["-C", path, "hash-object", "-t", "tree", "--literally", "-w", "--stdin"],
            input: raw,
            home: folder.path
        )
        let tree = String(decoding: output, as: UTF8.self).filter(\.isHexDigit)
        return try #require(CommitID(try git("commit-tree", "-m", "Tree", tree)))
    }

    func blob(_ text: String) throws -> String {
        try git(["hash-object", "-w", "--stdin"], input: text)
    }

    /// Text that no compression makes small.
    static func incompressible(_ seed: UInt64) -> String {
        var state = seed
        return (0..<4000).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return String(state, radix: 36)
        }.joined(separator: "\n")
    }

    /// Runs `git` with an environment that holds nothing of this machine.
    static func git(
        _ arguments: [String],
        input: [UInt8] = [],
        home: String,
        date: String = "1700000000 +0000",
        extra: [String: String] = [:]
    ) throws -> [UInt8] {
        let environment = [
            "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": home, "LC_ALL": "C",
            "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_AUTHOR_NAME": "Ada Author", "GIT_AUTHOR_EMAIL": "ada@example.com",
            "GIT_COMMITTER_NAME": "Cleo Committer", "GIT_COMMITTER_EMAIL": "cleo@example.com",
            "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date,
        ]
        let child = ChildProcess(
            executable: "/usr/bin/git",
            arguments: ["-c", "gc.auto=0", "-c", "core.fsync=none"] + arguments,
            environment: environment.merging(extra) { _, new in new },
            outputLimit: 256 << 20
        )
        let ending = try child.run(input: input, deadline: .now.advanced(by: .seconds(120)))
        guard ending.exitCode == 0 else {
            let words = String(decoding: ending.diagnostics, as: UTF8.self)
            throw Failure(description: "git \(arguments.joined(separator: " ")): \(words)")
        }
        return ending.output
    }
}
