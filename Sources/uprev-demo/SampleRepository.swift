import Foundation

/// A real Git repository shaped as the upgrade guide's, with a bare one to push to.
struct SampleRepository {
    let work: String
    let remote: String

    /// What the agent is given as `--repository`.
    var url: String { "file://\(remote)" }

    /// Creates both repositories below a folder, and pushes the first commit.
    init(below folder: String) throws {
        work = "\(folder)/infra"
        remote = "\(folder)/infra.git"
        try FileManager.default.createDirectory(
            atPath: work, withIntermediateDirectories: true)
        try git("init", "--quiet", "--initial-branch=main", work, in: folder)
        try git("init", "--quiet", "--bare", "--initial-branch=main", remote, in: folder)
        try git("remote", "add", "origin", remote)
        for (path, text) in SampleFiles.all { try write(text, to: path) }
        try commit("Describe the cluster sol")
    }

    /// Replaces text in a file; the text must be there.
    func edit(_ path: String, _ old: String, _ new: String) throws {
        let file = "\(work)/\(path)"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        guard text.contains(old) else { throw DemoError("\(path) does not contain \(old).") }
        try text.replacingOccurrences(of: old, with: new)
            .write(toFile: file, atomically: true, encoding: .utf8)
    }

    /// Commits everything and pushes; returns the commit.
    @discardableResult
    func commit(_ subject: String) throws -> String {
        try git("add", "--all")
        try git("commit", "--quiet", "--message", subject)
        return try push()
    }

    /// Reverts a commit and pushes; returns the new commit.
    func revert(_ commit: String) throws -> String {
        try git("revert", "--no-edit", commit)
        return try push()
    }

    /// The newest commit.
    func head() throws -> String { try git("rev-parse", "HEAD") }

    private func push() throws -> String {
        try git("push", "--quiet", "origin", "main")
        return try head()
    }

    private func write(_ text: String, to path: String) throws {
        let file = URL(fileURLWithPath: "\(work)/\(path)")
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: file, atomically: true, encoding: .utf8)
    }

    @discardableResult
    private func git(_ arguments: String..., in folder: String? = nil) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["git"] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder ?? work)
        process.environment = [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
            "HOME": work, "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Demo", "GIT_AUTHOR_EMAIL": "demo@example.com",
            "GIT_COMMITTER_NAME": "Demo", "GIT_COMMITTER_EMAIL": "demo@example.com",
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw DemoError("git \(arguments.joined(separator: " ")) failed.")
        }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
    }
}
