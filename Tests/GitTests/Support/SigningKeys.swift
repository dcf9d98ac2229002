import Foundation
import Glibc
import Testing

@testable import Git

/// The programs that make signatures.
enum SigningTools {
    static let areInstalled = ["ssh-keygen", "gpg", "gpgv", "gpgconf"].allSatisfy {
        FileManager.default.isExecutableFile(atPath: "/usr/bin/\($0)")
    }

    static let reason: Comment = "openssh-client, gnupg and gpgv are needed"

    /// Runs a program to its end, and gives what it printed.
    @discardableResult
    static func run(_ program: String, _ arguments: [String], input: String = "") throws -> String {
        let child = ChildProcess(
            executable: "/usr/bin/\(program)", arguments: arguments,
            environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"])
        let ending = try child.run(
            input: Array(input.utf8), deadline: .now.advanced(by: .seconds(60)))
        guard ending.exitCode == 0 else {
            let words = String(decoding: ending.diagnostics, as: UTF8.self)
            throw Upstream.Failure(
                description: "\(program) \(arguments.joined(separator: " ")): \(words)")
        }
        return String(decoding: ending.output, as: UTF8.self)
    }
}

/// SSH keys in a folder, and the file that allows some of them.
struct SSHKeys {
    let folder: TestFolder
    var allowedSigners: String { "\(folder.path)/allowed" }

    init() throws { folder = try TestFolder() }

    /// Makes a key, and returns the path of its private half.
    func make(_ name: String) throws -> String {
        let path = "\(folder.path)/\(name)"
        try SigningTools.run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", path])
        return path
    }

    /// The line of an allowed signers file.
    func line(_ name: String, options: String = "namespaces=\"git\"") throws -> String {
        let key = try content("\(folder.path)/\(name).pub").split(separator: " ").prefix(2)
        return "\(name)@example.com \(options) \(key.joined(separator: " "))\n"
    }

    /// Allows exactly these lines.
    func allow(_ lines: String...) throws { try write(lines.joined(), to: allowedSigners) }
}

/// A GnuPG home with secret keys; its agent ends with the last reference.
final class OpenPGPKeys: Sendable {
    let folder: TestFolder
    var home: String { "\(folder.path)/gnupg" }

    init() throws {
        folder = try TestFolder()
        try FileManager.default.createDirectory(
            atPath: home, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        // The program that git calls to sign: it says which home, since git passes none.
        try write(
            "#!/bin/sh\nexec /usr/bin/gpg --homedir \(home) --batch --no-tty $GPG_MORE \"$@\"\n",
            to: program)
        chmod(program, 0o755)
    }

    deinit { _ = try? SigningTools.run("gpgconf", ["--homedir", home, "--kill", "all"]) }

    var program: String { "\(folder.path)/gpg" }

    @discardableResult
    func gpg(_ arguments: [String], input: String = "") throws -> String {
        let quiet = ["--homedir", home, "--batch", "--quiet", "--no-tty"]
        return try SigningTools.run("gpg", quiet + arguments, input: input)
    }

    /// Makes a signing key; with a time the key was made then.
    func make(_ name: String, expires: String = "never", at time: String? = nil) throws {
        let clock = time.map { ["--faked-system-time", $0] } ?? []
        try gpg(
            clock + [
                "--pinentry-mode", "loopback", "--passphrase", "", "--quick-generate-key",
                "\(name) <\(name)@example.com>", "ed25519", "sign", expires,
            ])
    }

    func fingerprint(_ name: String) throws -> String {
        let lines = try gpg(["--with-colons", "--list-keys", "\(name)@example.com"])
        let line = try #require(lines.split(separator: "\n").first { $0.hasPrefix("fpr:") })
        return String(try #require(line.split(separator: ":").last))
    }

    /// Revokes a key with the certificate that was made with it.
    func revoke(_ name: String) throws {
        let path = "\(home)/openpgp-revocs.d/\(try fingerprint(name)).rev"
        let certificate = try content(path).replacing("\n:---", with: "\n---")
        try gpg(["--import"], input: certificate)
    }

    /// Writes the public halves into a file, and returns its path.
    func export(_ names: String..., armoured: Bool = false) throws -> String {
        let path = "\(folder.path)/keyring-\(UUID().uuidString)"
        let users = names.map { "\($0)@example.com" }
        try gpg((armoured ? ["--armor"] : []) + ["--output", path, "--export"] + users)
        return path
    }
}

extension Upstream {
    /// Commits with a signature of an SSH key.
    @discardableResult
    func commit(_ message: String, ssh key: String, arguments: [String] = []) throws -> CommitID {
        try git(
            ["-c", "gpg.format=ssh", "-c", "user.signingKey=\(key)", "commit", "--quiet"]
                + ["--allow-empty", "--gpg-sign", "--message", message] + arguments)
        return try head()
    }

    /// Commits with a signature of an OpenPGP key.
    @discardableResult
    func commit(
        _ message: String, openPGP name: String, of keys: OpenPGPKeys, more: String = ""
    ) throws -> CommitID {
        _ = try Self.git(
            [
                "-C", path, "-c", "gpg.program=\(keys.program)", "commit", "--quiet",
                "--allow-empty", "--gpg-sign=\(name)@example.com", "--message", message,
            ], home: folder.path, extra: ["GPG_MORE": more])
        return try head()
    }

    /// Writes a commit object that is another one's, with text replaced.
    func tampered(_ commit: CommitID, _ old: String, _ new: String) throws -> CommitID {
        let object = try git("cat-file", "commit", commit.description)
        try #require(object.contains(old))
        let changed = object.replacing(old, with: new) + "\n"
        let id = try git(["hash-object", "-t", "commit", "-w", "--stdin"], input: changed)
        return try #require(CommitID(id))
    }
}

extension SignaturePolicy {
    /// A policy with a folder of its own below the repository's.
    init(
        _ files: SignerFiles, beside source: Upstream, programs: [String] = ["/usr/bin"]
    ) {
        self.init(
            files: files, folder: "\(source.folder.path)/signatures", programs: programs)
    }

    /// The rule by which a commit is refused, and the sentence.
    func refusal(
        of commit: CommitID, in source: Upstream
    ) throws -> (rule: SignatureError.Rule, sentence: String) {
        let repository = try GitRepository(at: source.path)
        do {
            let verified = try verify(commit, in: repository)
            throw Upstream.Failure(description: "\(verified) is not refused.")
        } catch let error as SignatureError {
            return (error.rule, error.description)
        }
    }
}
