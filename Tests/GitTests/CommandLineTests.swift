import Foundation
import Glibc
import TestSupport
import Testing

@testable import Git

@Suite("The command line over the network")
struct CommandLineTests {
    private let upstream: Upstream

    init() throws {
        upstream = try Upstream()
        try upstream.commit(InfraFiles.all)
    }

    @Test("check reads a remote repository as the agent would, and leaves nothing behind")
    func check() throws {
        let server = try WebServer(root: upstream.folder.path)
        let folder = try TestFolder()
        var program = try Program.uprev()
        program.environment["TMPDIR"] = folder.path
        let result = try program.run(["check", "--repository", server.url()])
        #expect(result.status == 0, "\(result.errors)")
        let local = try program.run(["check", "--repository", upstream.path])
        #expect(result.output == local.output)
        #expect(try folder.names().isEmpty)
        #expect(server.requests.contains { $0.hasPrefix("POST") })
    }

    @Test("A token comes by file or environment, and a wrong one is an error without it")
    func token() throws {
        let server = try WebServer(root: upstream.folder.path)
        server.require("ada:t0ken")
        let folder = try TestFolder()
        try write("t0ken\n", to: "\(folder.path)/token")
        let arguments = ["check", "--repository", server.url(), "--token-user", "ada"]
        var program = try Program.uprev()
        let named = try program.run(arguments + ["--token-file", "\(folder.path)/token"])
        #expect(named.status == 0, "\(named.errors)")
        program.environment["UPREV_TOKEN"] = "t0ken"
        #expect(try program.run(arguments).status == 0)
        program.environment["UPREV_TOKEN"] = "hunter2"
        let wrong = try program.run(arguments)
        #expect(wrong.status == 1)
        #expect(wrong.errors.contains("refused the token from the environment"))
        #expect(!wrong.errors.contains("hunter2"))
    }

    @Test("An SSH source without host keys is refused before anything starts")
    func missing() throws {
        let folder = try TestFolder()
        for verb in [["check"], ["run", "--talosconfig", "x", "--state-dir", folder.path]] {
            let result = try Program.uprev().run(verb + ["--repository", "git@localhost:x"])
            #expect(result.status == 1)
            #expect(result.errors.contains("--known-hosts"), "\(result.errors)")
            #expect(result.errors.contains("--scan-host-key"))
        }
    }

    @Test(
        "A scan prints lines for a file and fingerprints to compare",
        .enabled(if: Programs.canServeSSH, Programs.reason))
    func scan() throws {
        let server = try SSHServer()
        let folder = try TestFolder()
        var program = try Program.uprev()
        program.environment["TMPDIR"] = folder.path
        program.environment["HOME"] = folder.path
        let result = try program.run(
            ["check", "--scan-host-key", "--repository", server.url(upstream.path)])
        #expect(result.status == 0, "\(result.errors)")
        let lines = result.output.split(separator: "\n")
        #expect(
            lines.filter { !$0.hasPrefix("#") }.map { $0 + "\n" }.joined()
                == (try server.knownHosts(["ed25519", "ecdsa"])))
        #expect(lines.first == "# ssh-ed25519 \(try server.fingerprint("host_ed25519"))")
        #expect(result.errors.contains("nothing is trusted"))
        #expect(try folder.names().isEmpty)

        // What it printed is what the agent wants.
        try write(result.output, to: "\(folder.path)/known_hosts")
        let check = try program.run([
            "check", "--repository", server.url(upstream.path), "--ssh-key",
            "\(server.folder.path)/ed25519", "--known-hosts", "\(folder.path)/known_hosts",
        ])
        #expect(check.status == 0, "\(check.errors)")
    }

    @Test("The agent waits with the reason while a server is silent, and goes on when it speaks")
    func agent() async throws {
        let server = try WebServer(root: upstream.folder.path)
        server.behave(.silent)
        let folder = try TestFolder()
        try write("", to: "\(folder.path)/talosconfig")
        try write("", to: "\(folder.path)/log")
        let log = open("\(folder.path)/log", O_WRONLY)
        let null = open("/dev/null", O_RDONLY)
        defer { for file in [log, null] { close(file) } }
        let agent = try ServerProcess(
            try Program.uprev().path,
            [
                "run", "--repository", server.url(), "--state-dir", "\(folder.path)/state",
                "--talosconfig", "\(folder.path)/talosconfig", "--interval", "50ms",
                "--git-timeout", "500ms", "--log-format", "json",
            ], input: null, output: log)
        let waiting = try await line(in: "\(folder.path)/log") {
            $0.contains("\"waiting\"") && $0.contains("did not finish answering within")
        }
        #expect(waiting.contains("\"warning\""))
        server.behave(.honest)
        _ = try await line(in: "\(folder.path)/log") { $0.contains("revision_seen") }
        withExtendedLifetime(agent) {}
    }

    /// Waits for a line, as long as a loaded machine may need.
    private func line(
        in path: String, _ isWanted: (Substring) -> Bool
    ) async throws -> Substring {
        for _ in 0..<1500 {
            if let line = try content(path).split(separator: "\n").first(where: isWanted) {
                return line
            }
            try await Task.sleep(for: .milliseconds(40))
        }
        throw Upstream.Failure(description: "The log has no such line: \(try content(path))")
    }
}
