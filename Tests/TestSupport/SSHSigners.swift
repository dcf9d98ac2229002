import Foundation

/// SSH keys that sign commits, and the file that says which of them may.
public final class SSHSigners: Sendable {
    /// Whether the program that makes keys and signatures is installed.
    public static let canSign = FileManager.default.isExecutableFile(atPath: "/usr/bin/ssh-keygen")

    private let folder: TemporaryDirectory

    /// The allowed signers file.
    public var file: String { "\(folder.path)/allowed" }

    /// Makes keys with these names, of which all may sign.
    public init(_ names: String...) throws {
        folder = try TemporaryDirectory()
        for name in names {
            let arguments = ["-q", "-t", "ed25519", "-N", "", "-f", "\(folder.path)/\(name)"]
            let result = try Program("/usr/bin/ssh-keygen").run(arguments)
            guard result.status == 0 else { throw ProgramError(description: result.errors) }
        }
        try allow(names)
    }

    /// Lets exactly these names sign, each as NAME@example.com.
    public func allow(_ names: [String]) throws {
        let lines = try names.map { name in
            let key = try String(contentsOfFile: "\(folder.path)/\(name).pub", encoding: .utf8)
            return "\(name)@example.com namespaces=\"git\" \(key)"
        }
        try folder.write(lines.joined(), to: "allowed")
    }

    /// Lets a repository sign its next commits with a key; `nil` lets it sign no more.
    public func sign(_ repository: InfraRepository, as name: String?) throws {
        try repository.run("config", "gpg.format", "ssh")
        try repository.run("config", "commit.gpgSign", name == nil ? "false" : "true")
        if let name { try repository.run("config", "user.signingKey", "\(folder.path)/\(name)") }
    }
}
