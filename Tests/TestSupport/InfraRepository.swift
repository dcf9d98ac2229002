import Foundation

/// An infrastructure repository shaped as the upgrade guide's, made by the real `git`.
public final class InfraRepository: Sendable {
    /// The work tree.
    public let path: String

    private let folder: TemporaryDirectory
    private let git: Program

    /// The URL that an agent follows.
    public var url: String { "file://\(path)" }

    /// Makes a repository with these files in its first commit.
    public init(_ files: [String: String] = InfraFiles.all) throws {
        folder = try TemporaryDirectory()
        path = "\(folder.path)/infra"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        git = Program(
            "/usr/bin/git",
            environment: [
                "HOME": folder.path, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
                "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com",
                "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com",
            ])
        try run("init", "--quiet", "--initial-branch=main")
        try commit("Describe the cluster", files)
    }

    /// Writes files (`nil` deletes one), commits everything, and returns the commit.
    @discardableResult
    public func commit(_ subject: String, _ files: [String: String?] = [:]) throws -> String {
        for (name, text) in files {
            if let text {
                try folder.write(text, to: "infra/\(name)")
            } else {
                try FileManager.default.removeItem(atPath: "\(path)/\(name)")
            }
        }
        try run("add", "--all")
        try run("commit", "--quiet", "--allow-empty", "--message", subject)
        return try head()
    }

    /// Replaces text in a file and commits; the text must be there.
    @discardableResult
    public func edit(
        _ name: String, _ old: String, _ new: String, subject: String = "Change"
    ) throws -> String {
        let text = try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
        guard text.contains(old) else {
            throw ProgramError(description: "\(name) does not contain \(old).")
        }
        return try commit(subject, [name: text.replacingOccurrences(of: old, with: new)])
    }

    /// Moves the branch to a new history without a commit of the old one; `commit` makes the first.
    public func replaceHistory(_ commit: () throws -> String) throws {
        try run("checkout", "--quiet", "--orphan", "fresh")
        _ = try commit()
        try run("branch", "--quiet", "-M", "main")
    }

    /// Reverts a commit and returns the new one.
    @discardableResult
    public func revert(_ commit: String) throws -> String {
        try run("revert", "--no-edit", commit)
        return try head()
    }

    /// Runs `git` in the work tree and returns what it prints.
    @discardableResult
    public func run(_ arguments: String...) throws -> String {
        let result = try git.run(arguments, in: path)
        guard result.status == 0 else {
            throw ProgramError(
                description: "git \(arguments.joined(separator: " ")): \(result.errors)")
        }
        return result.output.trimmingCharacters(in: .newlines)
    }

    /// The commit at the tip.
    public func head() throws -> String { try run("rev-parse", "HEAD") }
}
