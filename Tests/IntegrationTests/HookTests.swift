import Foundation
import TestSupport
import Testing

/// The agent's HTTP server, as a Git host, a monitoring system and an operator meet it.
@Suite("Webhooks of a live agent", .serialized)
struct HookTests {
    static let secret = "0123456789abcdef0123456789abcdef"

    @Test("A push with its hook is reconciled at once, though the next poll is ten minutes away")
    func push() async throws {
        try await withLiveAgent { agent in
            try agent.folder.write("\(Self.secret)\n", to: "secrets")
            try agent.start(flags: [
                "--interval", "10m", "--listen", "127.0.0.1:0", "--hook-secret-file",
                "\(agent.folder.path)/secrets",
            ])
            let address = try await address(of: agent)
            try await agent.waitUntilReconciled()
            #expect(try request(address, "GET /readyz").hasPrefix("HTTP/1.1 200"))
            let before = try agent.repository.head()
            try agent.repository.edit("common/versions.hcl", "v1.12.10", "v1.12.11")
            try await Task.sleep(for: .seconds(2))
            #expect(try agent.status().desired == before)
            #expect(try hook(address).hasPrefix("HTTP/1.1 202"))
            try await agent.waitUntilReconciled()
            #expect(agent.installs == [1])
            let page = try request(address, "GET /metrics")
            for line in [
                "uprev_cluster_ready{cluster=\"sol\"} 1",
                "uprev_cluster_stale_nodes{cluster=\"sol\"} 0",
                "uprev_hooks_accepted_total{host=\"github\",result=\"poll\"} 1",
                "uprev_git_polls_total 2", "uprev_git_poll_failures_total 0",
            ] {
                #expect(page.contains("\n\(line)\n"), "\(line)")
            }
            let ended = "uprev_run_last_ended_timestamp_seconds{cluster=\"sol\",outcome=\"done\"} 1"
            #expect(page.contains("\n\(ended)"))
            #expect(!page.contains(Self.secret))
            #expect(!agent.log.contains(Self.secret))
        }
    }

    @Test("A commit that a hook told of is run when it was left alone for its time, without a poll")
    func settle() async throws {
        try await withLiveAgent(files: InfraFiles.settling("3s")) { agent in
            try agent.folder.write(Self.secret, to: "secrets")
            try agent.start(flags: [
                "--interval", "10m", "--listen", "127.0.0.1:0", "--hook-secret-file",
                "\(agent.folder.path)/secrets",
            ])
            let address = try await address(of: agent)
            try await agent.waitUntilReconciled()
            try agent.repository.edit("common/versions.hcl", "v1.12.10", "v1.12.11")
            #expect(try hook(address).hasPrefix("HTTP/1.1 202"))
            try await agent.wait(for: "The pause") { $0.log.contains("left alone for 3 s") }
            try await agent.waitUntilReconciled()
            #expect(agent.installs == [1])
        }
    }

    @Test("A hook that names another repository and branch leads to a poll of the agent's own")
    func hostile() async throws {
        try await withLiveAgent { agent in
            try agent.folder.write(Self.secret, to: "secrets")
            try agent.start(flags: [
                "--interval", "10m", "--listen", "127.0.0.1:0", "--hook-secret-file",
                "\(agent.folder.path)/secrets",
            ])
            let address = try await address(of: agent)
            try await agent.waitUntilReconciled()
            let head = try agent.repository.head()
            #expect(try hook(address).hasPrefix("HTTP/1.1 202"))
            try await agent.wait(for: "The poll") { _ in
                try request(address, "GET /metrics").contains("\nuprev_git_polls_total 2\n")
            }
            let status = try agent.status()
            #expect(status.desired == head)
            #expect(status.condition == "Ready")
            #expect(!agent.log.contains("evil"))
            #expect(agent.installs == [0])
        }
    }

    @Test("The agent ends in time, whatever clients hold open")
    func stop() async throws {
        try await withLiveAgent { agent in
            try agent.start(flags: ["--listen", "[::1]:0"])
            let address = try await address(of: agent)
            #expect(address.hasPrefix("[::1]:"))
            let clients = try (0..<3).map { _ in
                let process = Process()
                process.executableURL = URL(fileURLWithPath: "/bin/bash")
                process.arguments = [
                    "-c", "exec 3<>/dev/tcp/::1/$1; printf 'GET / HTTP' >&3; exec cat <&3",
                    "client",
                    String(address.dropFirst("[::1]:".count)),
                ]
                process.standardOutput = FileHandle.nullDevice
                try process.run()
                return process
            }
            try await agent.waitUntilReconciled()
            let began = ContinuousClock.now
            #expect(agent.end(with: SIGTERM) == 0)
            #expect(ContinuousClock.now - began < .seconds(10))
            for client in clients { client.waitUntilExit() }
        }
    }

    @Test("An address or a secret that cannot be used ends the start, with the reason")
    func unusable() async throws {
        let folder = try TemporaryDirectory()
        let repository = try InfraRepository(InfraFiles.all)
        let uprev = try Program.uprev()
        try folder.write("short\n", to: "secrets")
        let run = { (flags: [String]) in
            try uprev.run(
                [
                    "run", "--repository", repository.url, "--state-dir", "\(folder.path)/state",
                    "--talosconfig", "\(folder.path)/talosconfig",
                ] + flags)
        }
        let away = try run(["--listen", "192.0.2.1:8484"])
        #expect(away.status == 1)
        #expect(away.errors.contains("192.0.2.1:8484 cannot be listened at"))
        let malformed = try run(["--listen", "8484"])
        #expect(malformed.status == 1)
        #expect(malformed.errors.contains("'8484' is no address to listen at."))
        let weak = try run([
            "--listen", "127.0.0.1:0", "--hook-secret-file", "\(folder.path)/secrets",
        ])
        #expect(weak.status == 1)
        #expect(weak.errors.contains("line 1"))
        let deaf = try run(["--hook-secret-file", "\(folder.path)/secrets"])
        #expect(deaf.status == 64)
        #expect(deaf.errors.contains("--listen"))
    }

    @Test("check validates the address and the secrets, and shows none")
    func check() throws {
        let folder = try TemporaryDirectory()
        let repository = try InfraRepository(InfraFiles.all)
        let uprev = try Program.uprev()
        try folder.write("\(Self.secret)\nanother-secret-of-ours\n", to: "secrets")
        let check = { (flags: [String]) in
            try uprev.run(["check", "--repository", repository.path] + flags)
        }
        let good = try check([
            "--listen", "127.0.0.1:8484", "--hook-secret-file", "\(folder.path)/secrets",
        ])
        #expect(good.status == 0, "\(good.errors)")
        #expect(good.output.contains("127.0.0.1:8484"))
        #expect(good.output.contains("2 secrets"))
        #expect(!good.output.contains(Self.secret))
        #expect(try check(["--listen", "localhost"]).status == 1)
        #expect(try check(["--hook-secret-file", "\(folder.path)/none"]).status == 1)
    }

    /// Where an agent says that it listens.
    private func address(of agent: LiveAgent) async throws -> String {
        let sentence = "Listening on http://"
        try await agent.wait(for: "The address") { $0.log.contains(sentence) }
        let after = try #require(agent.log.range(of: sentence)).upperBound
        return String(agent.log[after...].prefix { !$0.isWhitespace })
    }

    /// Sends a push of another repository and branch, signed as GitHub does.
    private func hook(_ address: String) throws -> String {
        let body = """
            {"ref":"refs/heads/evil","repository":{"clone_url":"https://evil.example/evil.git"}}
            """
        let mac = try Program("/usr/bin/openssl").run(
            ["dgst", "-sha256", "-hmac", Self.secret], input: body)
        let hex = try #require(mac.output.split(separator: " ").last)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        return try request(
            address, "POST /hooks/github",
            [
                "X-GitHub-Event: push", "X-GitHub-Delivery: \(UUID().uuidString)",
                "X-Hub-Signature-256: sha256=\(hex)", "Content-Length: \(body.utf8.count)",
            ], body)
    }

    /// What the server answers to a request.
    private func request(
        _ address: String, _ line: String, _ fields: [String] = [], _ body: String = ""
    ) throws -> String {
        let colon = try #require(address.lastIndex(of: ":"))
        let text = (["\(line) HTTP/1.1", "Host: localhost"] + fields).joined(separator: "\r\n")
        let result = try Program("/bin/bash").run(
            [
                "-c", "exec 3<>/dev/tcp/$1/$2; cat >&3; exec cat <&3", "request",
                String(address[..<colon]), String(address[address.index(after: colon)...]),
            ], input: "\(text)\r\n\r\n\(body)")
        return result.output
    }
}
