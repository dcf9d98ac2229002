import Foundation
import Glibc
import Testing

@testable import Git

@Suite("Nothing of the machine bleeds in")
struct HermeticTests {
    private static let canMount: Bool = {
        let child = ChildProcess(
            executable: "/usr/bin/unshare",
            arguments: ["--mount", "/bin/mount", "-t", "tmpfs", "none", "/mnt"],
            environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"])
        let ending = try? child.run(input: [], deadline: .now.advanced(by: .seconds(20)))
        if ending?.exitCode != 0 {
            print("SKIPPED: the test of /etc/gitconfig needs root, to give a process its own.")
        }
        return ending?.exitCode == 0
    }()

    private let upstream: Upstream
    private let decoy: WebServer

    init() throws {
        upstream = try Upstream()
        try upstream.commit(["a": "1"])
        decoy = try WebServer(root: upstream.folder.path)
    }

    /// Configuration that would lead every address to the decoy, and through a proxy.
    private var poison: String {
        """
        [url "\(decoy.url("source/.git"))"]
            insteadOf = http://127.0.0.1
            insteadOf = ssh://
            insteadOf = https://
        [url "http://127.0.0.1:\(decoy.port)/"]
            insteadOf = http://127.0.0.1:
        [http]
            proxy = http://127.0.0.1:\(decoy.port)
            extraHeader = X-Poison: yes
        [core]
            sshCommand = false
        """
    }

    private func poll(_ watched: WatchedSource, worker: [String]) async throws -> CommitID {
        let source = GitSource(
            url: try RemoteURL(watched.url), branch: try BranchName("main"),
            mirrorDirectory: watched.mirror, access: watched.access,
            worker: WorkerCommand(
                executable: worker[0],
                arguments: Array(worker.dropFirst()) + [watched.program, "git-worker"]))
        let tip = try await source.poll().tip
        return withExtendedLifetime(watched) { tip }
    }

    @Test("A user's Git configuration, proxy and HOME change nothing, and HOME may be unset")
    func user() async throws {
        let watched = try WatchedSource(upstream)
        let home = watched.state.path
        try poison(home)
        let surroundings = [
            ["HOME=\(home)"], ["HOME=\(home)", "XDG_CONFIG_HOME=\(home)/.config"],
            ["-u", "HOME"], ["HOME=/nonexistent"], ["HOME="],
            ["http_proxy=http://127.0.0.1:\(decoy.port)", "ALL_PROXY=http://127.0.0.1:1"],
            [
                "GIT_CONFIG_GLOBAL=\(home)/.gitconfig", "GIT_CONFIG_COUNT=1",
                "GIT_CONFIG_KEY_0=http.proxy",
                "GIT_CONFIG_VALUE_0=http://127.0.0.1:\(decoy.port)",
            ],
            ["GIT_DIR=/nonexistent", "GIT_SSH_COMMAND=false", "GIT_SSL_NO_VERIFY=1"],
        ]
        for variables in surroundings {
            let tip = try await poll(watched, worker: ["/usr/bin/env"] + variables)
            #expect(tip == (try upstream.head()), "\(variables)")
            try upstream.commit()
        }
        #expect(decoy.requests.isEmpty)
    }

    private func poison(_ home: String) throws {
        try write(poison, to: "\(home)/.gitconfig")
        let folder = "\(home)/.config/git"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try write(poison, to: "\(folder)/config")
    }

    @Test(
        "Neither over TLS, through a proxy nor over SSH, whose own settings have no part in it",
        arguments: [Wiring.Transport.https, .httpsThroughProxy, .ssh])
    func user(transport: Wiring.Transport) async throws {
        guard transport.canBeServed else { return }
        let line = try Wiring(transport, to: upstream).line()
        line.wire.fail(nil)
        let home = line.watched.state.path
        try poison(home)
        try FileManager.default.createDirectory(
            atPath: "\(home)/.ssh", withIntermediateDirectories: true)
        try write("Host *\n  ProxyCommand false\n", to: "\(home)/.ssh/config")
        try write("127.0.0.1 ssh-ed25519 AAAA\n", to: "\(home)/.ssh/known_hosts")
        let settings = try content("\(home)/.ssh/known_hosts")
        for variables in [
            ["HOME=\(home)"], ["-u", "HOME"], ["HOME=/nonexistent"],
            [
                "GIT_CONFIG_GLOBAL=\(home)/.gitconfig", "GIT_SSH_COMMAND=false", "GIT_SSH=false",
                "SSH_AUTH_SOCK=/nonexistent", "SSL_CERT_FILE=/dev/null",
                "HTTPS_PROXY=http://127.0.0.1:\(decoy.port)",
                "ALL_PROXY=http://127.0.0.1:\(decoy.port)",
            ],
        ] {
            let tip = try await poll(line.watched, worker: ["/usr/bin/env"] + variables)
            #expect(tip == (try upstream.head()), "\(variables)")
            try upstream.commit()
        }
        #expect(decoy.requests.isEmpty)
        #expect(try content("\(home)/.ssh/known_hosts") == settings)
        withExtendedLifetime(line) {}
    }

    @Test("The system's Git configuration changes nothing", .enabled(if: canMount))
    func system() async throws {
        let watched = try WatchedSource(upstream)
        let etc = "\(watched.state.path)/etc"
        try FileManager.default.createDirectory(atPath: etc, withIntermediateDirectories: true)
        try write(poison, to: "\(etc)/gitconfig")
        let script = "mount --bind \(etc) /etc && grep -q insteadOf /etc/gitconfig && exec \"$@\""
        let worker = ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", script, "sh"]
        #expect(try await poll(watched, worker: worker) == (try upstream.head()))
        #expect(decoy.requests.isEmpty)
    }

    @Test(
        "A localhost that leads to another machine is not followed", .enabled(if: canMount),
        arguments: ["192.0.2.1 localhost", "192.0.2.1 localhost\n2001:db8::1 localhost"])
    func localhost(hosts: String) async throws {
        let own = try WebServer(root: upstream.folder.path)
        let watched = try WatchedSource(
            upstream, through: { _ in "http://localhost:\(own.port)/source/.git" })
        try write(hosts + "\n", to: "\(watched.state.path)/hosts")
        try write("hosts: files\n", to: "\(watched.state.path)/nsswitch.conf")
        let script =
            ["hosts", "nsswitch.conf"].map { "mount --bind \(watched.state.path)/\($0) /etc/\($0)" }
            .joined(separator: " && ") + " && exec \"$@\""
        let worker = ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", script, "sh"]
        let error = try await gitError { try await poll(watched, worker: worker) }
        #expect(error.kind == .unreachable, "\(error)")
        #expect(error.description.contains("another machine"), "\(error)")
        #expect(own.requests.isEmpty)
        // One good address among them is enough.
        try write("127.0.0.1 localhost\n\(hosts)\n", to: "\(watched.state.path)/hosts")
        #expect(try await poll(watched, worker: worker) == (try upstream.head()))
    }

    @Test("A worker's environment holds what a program needs to start, and nothing else")
    func environment() async throws {
        let folder = try TestFolder()
        setenv("UPREV_TOKEN_OF_A_TEST", "secret", 1)
        let source = GitSource(
            url: try RemoteURL("http://localhost:1/x"), branch: try BranchName("main"),
            mirrorDirectory: "\(folder.path)/mirror",
            worker: WorkerCommand(
                executable: "/bin/sh", arguments: ["-c", "env > \(folder.path)/environment"]))
        _ = try await gitError { try await source.poll() }
        let names = try content("\(folder.path)/environment").split(separator: "\n")
            .compactMap { $0.split(separator: "=").first }
        // The shell sets some of its own.
        let allowed: Set<Substring> = ["PATH", "TMPDIR", "LD_LIBRARY_PATH", "PWD", "SHLVL", "_"]
        #expect(Set(names).subtracting(allowed).isEmpty, "\(names)")
    }
}
