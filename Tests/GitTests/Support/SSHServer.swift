import Foundation
import Glibc
import Synchronization
import Testing

@testable import Git

/// A private `sshd`: one process a connection, which ends with it, so that no port has to be guessed.
final class SSHServer: Sendable {
    let folder: TestFolder
    let listener: Listener
    private let connections: Counter

    final class Counter: Sendable {
        private let value = Mutex(0)
        var count: Int { value.withLock { $0 } }
        func add() { value.withLock { $0 += 1 } }
    }

    /// Serves with host keys of these types; `command` runs instead of what the client asks for.
    init(hostKeys: [String] = ["ed25519", "ecdsa"], command: String? = nil) throws {
        if getuid() == 0 {
            try FileManager.default.createDirectory(
                atPath: "/run/sshd", withIntermediateDirectories: true)
        }
        let folder = try TestFolder()
        let counter = Counter()
        self.folder = folder
        connections = counter
        for type in hostKeys { try Self.makeKey(type, "\(folder.path)/host_\(type)") }
        for type in ["ed25519", "ecdsa", "rsa"] {
            try Self.makeKey(type, "\(folder.path)/\(type)")
        }
        let options = command.map { "restrict,command=\"\($0)\" " } ?? "restrict "
        let allowed = try ["ed25519", "ecdsa", "rsa"].map {
            options + (try content("\(folder.path)/\($0).pub"))
        }
        try write(allowed.joined(), to: "\(folder.path)/authorized_keys")
        let lines =
            hostKeys.map { "HostKey \(folder.path)/host_\($0)" } + [
                "AuthorizedKeysFile \(folder.path)/authorized_keys", "StrictModes no",
                "UsePAM no", "PasswordAuthentication no", "KbdInteractiveAuthentication no",
                "PermitRootLogin yes", "PidFile none", "PrintMotd no", "LogLevel QUIET",
            ]
        try write(lines.joined(separator: "\n") + "\n", to: "\(folder.path)/config")
        let program = try #require(Programs.sshd)
        listener = try Listener { connection in
            counter.add()
            Self.serve(connection, program, "\(folder.path)/config")
        }
    }

    /// How often somebody connected.
    var connectionCount: Int { connections.count }

    /// The address of a repository for the user who runs the tests.
    func url(_ path: String) -> String {
        "ssh://\(NSUserName())@127.0.0.1:\(listener.port)\(path)"
    }

    /// Lines for a `known_hosts` file, as `ssh` itself would write them.
    func knownHosts(_ types: [String]) throws -> String {
        try types.map { type in
            let words = try content("\(folder.path)/host_\(type).pub").split(separator: " ")
            return "[127.0.0.1]:\(listener.port) \(words[0]) \(words[1])\n"
        }.joined()
    }

    /// Access with a key and lines of host keys.
    func access(key: String = "ed25519", knownHosts: String? = nil) throws -> GitAccess {
        var access = GitAccess()
        let file = "\(folder.path)/known_hosts_\(UUID().uuidString)"
        try write(try knownHosts ?? self.knownHosts(["ed25519"]), to: file)
        access.knownHostsFile = file
        access.sshKeyFile = "\(folder.path)/\(key)"
        return access
    }

    /// What `ssh-keygen -l` says of a public key.
    func fingerprint(_ name: String) throws -> String {
        let line = try Programs.run(
            "/usr/bin/ssh-keygen", ["-l", "-f", "\(folder.path)/\(name).pub"])
        return try #require(line.split(separator: " ").first { $0.hasPrefix("SHA256:") })
            .description
    }

    static func makeKey(_ type: String, _ path: String, passphrase: String = "") throws {
        try Programs.run(
            "/usr/bin/ssh-keygen", ["-q", "-t", type, "-N", passphrase, "-C", "test", "-f", path])
    }

    private static func serve(_ connection: Int32, _ program: String, _ config: String) {
        let arguments = ["-i", "-f", config]
        let process = try? ServerProcess(program, arguments, input: connection, output: connection)
        // Ours must go, or the client would never see the end.
        close(connection)
        process?.wait()
    }
}
