import Foundation
import Glibc
import Testing

@testable import Git

@Suite("An ssh:// source", .enabled(if: Programs.canServeSSH, Programs.reason))
struct SSHTests {
    private let upstream: Upstream

    init() throws {
        upstream = try Upstream()
        try upstream.commit(["a": "1"])
    }

    private func watch(
        _ server: SSHServer, _ access: GitAccess, path: String? = nil
    ) throws -> WatchedSource {
        let url = server.url(path ?? upstream.path)
        var watched = try WatchedSource(upstream, through: { _ in url }, access: access)
        watched.companions = [server]
        return watched
    }

    @Test("The first poll clones, a new commit is fetched, and each poll connects once")
    func polls() async throws {
        let server = try SSHServer()
        let watched = try watch(server, try server.access())
        let source = try watched.source()
        #expect(try await source.poll().tip == (try upstream.head()))
        #expect(server.connectionCount == 1)
        #expect(try await source.poll().tip == (try upstream.head()))
        try upstream.commit(["a": "2"])
        #expect(try await source.poll().tip == (try upstream.head()))
        #expect(server.connectionCount == 3)
        #expect(try watched.workers().isEmpty)
        try watched.checkCopy()
    }

    @Test("Keys of both kinds work, from a file and from memory", arguments: ["ed25519", "ecdsa"])
    func keys(type: String) async throws {
        let server = try SSHServer()
        var access = try server.access(key: type)
        #expect(
            try await watch(server, access).poll().tip == (try upstream.head()))
        access.sshKey = try content("\(server.folder.path)/\(type)")
        access.sshKeyFile = nil
        #expect(
            try await watch(server, access).poll().tip == (try upstream.head()))
    }

    @Test("An RSA key and a locked key are refused before anything is sent")
    func unusableKeys() async throws {
        let server = try SSHServer()
        let rsa = try watch(server, try server.access(key: "rsa"))
        let error = try await gitError { try await rsa.poll() }
        #expect(error.kind == .accessUnusable)
        #expect(error.description.contains("SHA-1"))
        #expect(server.connectionCount == 0)
    }

    @Test("A key that the server does not know is offered once, and named by its fingerprint")
    func strangeKey() async throws {
        let server = try SSHServer()
        try SSHServer.makeKey("ed25519", "\(server.folder.path)/stranger")
        let watched = try watch(server, try server.access(key: "stranger"))
        let error = try await gitError { try await watched.poll() }
        #expect(error.kind == .accessDenied, "\(error)")
        #expect(error.description.contains(try server.fingerprint("stranger")))
        #expect(error.description.contains("\(server.folder.path)/stranger"))
        #expect(server.connectionCount == 1)
    }

    @Test("An unknown host is refused with the fingerprint that it showed")
    func unknownHost() async throws {
        let server = try SSHServer()
        let access = try server.access(knownHosts: "# none\n")
        let error = try await gitError { try await watch(server, access).poll() }
        #expect(error.kind == .hostKeyRefused, "\(error)")
        #expect(error.disposition == .stalled)
        #expect(error.description.contains("127.0.0.1:\(server.listener.port)"))
        #expect(error.description.contains(try server.fingerprint("host_ecdsa")))
        #expect(error.hint.contains("--scan-host-key"))
    }

    @Test("A changed host key is refused with both fingerprints")
    func changedHost() async throws {
        let (server, other) = (try SSHServer(), try SSHServer())
        let line = try other.knownHosts(["ed25519"])
            .replacing("\(other.listener.port)", with: "\(server.listener.port)")
        let access = try server.access(knownHosts: line)
        let error = try await gitError { try await watch(server, access).poll() }
        #expect(error.kind == .hostKeyRefused, "\(error)")
        #expect(error.description.contains(try server.fingerprint("host_ed25519")))
        #expect(error.description.contains(try other.fingerprint("host_ed25519")))
        #expect(error.description.contains(access.knownHostsFile ?? "?"))
    }

    @Test("A revoked key, an authority alone and an RSA key alone are refused, each by its name")
    func unusableLines() async throws {
        let server = try SSHServer(hostKeys: ["ed25519", "rsa"])
        let good = try server.knownHosts(["ed25519"])
        for (text, words) in [
            ("@revoked \(good)\(good)", "revokes"), ("@cert-authority \(good)", "authority"),
            (try server.knownHosts(["rsa"]), "SHA-1"),
        ] {
            let access = try server.access(knownHosts: text)
            let error = try await gitError { try await watch(server, access).poll() }
            #expect(error.kind == .hostKeyRefused)
            #expect(error.description.contains(words), "\(error)")
        }
    }

    @Test("Hashed names and wildcards let in, and a key of any trusted type is asked for")
    func lines() async throws {
        let server = try SSHServer(hostKeys: ["ecdsa"])
        let line = try server.knownHosts(["ecdsa"])
        let other = try SSHServer().knownHosts(["ed25519"])
        let hashed = "\(server.folder.path)/hashed"
        try write(line, to: hashed)
        try Programs.run("/usr/bin/ssh-keygen", ["-q", "-H", "-f", hashed])
        let place = "[127.0.0.1]:\(server.listener.port)"
        let stale = "\(place) " + other.split(separator: " ").dropFirst().joined(separator: " ")
        for text in [
            try content(hashed), line.replacing("127.0.0.1", with: "127.*"), stale + line,
        ] {
            let access = try server.access(knownHosts: text)
            #expect(
                try await watch(server, access).poll().tip == (try upstream.head()))
        }
        // Only a type that the host does not have.
        let access = try server.access(knownHosts: stale)
        let error = try await gitError { try await watch(server, access).poll() }
        #expect(error.kind == .hostKeyRefused)
        #expect(error.description.contains("ssh-ed25519"), "\(error)")
        #expect(error.description.contains(try server.fingerprint("host_ecdsa")), "\(error)")
    }

    @Test("A handshake that breaks off once is no sign that the trusted key is gone")
    func brokenOnce() async throws {
        let server = try SSHServer()
        let count = SSHServer.Counter()
        let port = server.listener.port
        let wire = try Listener { outside in
            count.add()
            if count.count == 1 {
                // Enough to begin with, and the keys never come.
                Listener.send("SSH-2.0-OpenSSH_9.9\r\n".utf8, over: outside)
                _ = FaultyWire.receive(from: outside)
                close(outside)
            } else {
                FaultyWire.pass(outside, to: port)
            }
        }
        let lines = try server.knownHosts(["ed25519"])
            .replacing(":\(port) ", with: ":\(wire.port) ")
        let url = server.url(upstream.path).replacing(":\(port)/", with: ":\(wire.port)/")
        var watched = try WatchedSource(
            upstream, through: { _ in url }, access: try server.access(knownHosts: lines))
        watched.companions = [server, wire]
        let source = try watched.source()
        let error = try await gitError { try await source.poll() }
        #expect(error.kind == .unreachable, "\(error)")
        #expect(error.disposition == .waiting)
        #expect(count.count > 1)
        #expect(try await source.poll().tip == (try upstream.head()))
    }

    @Test("A server that has only an RSA key is no sign of an attack, and the types are named")
    func onlyRSA() async throws {
        let server = try SSHServer(hostKeys: ["rsa"])
        let line = try SSHServer().knownHosts(["ed25519"])
        let place = "[127.0.0.1]:\(server.listener.port)"
        let known = "\(place) " + line.split(separator: " ").dropFirst().joined(separator: " ")
        let access = try server.access(knownHosts: known)
        let error = try await gitError { try await watch(server, access).poll() }
        #expect(error.kind == .unreachable, "\(error)")
        #expect(error.description.contains("ssh-ed25519"), "\(error)")
        #expect(error.hint.contains("--scan-host-key"))
    }

    @Test("A wrong path is stalled")
    func wrongPath() async throws {
        let server = try SSHServer()
        let watched = try watch(server, try server.access(), path: "/nonexistent/x.git")
        let error = try await gitError { try await watched.poll() }
        #expect(error.kind == .notARepository, "\(error)")
        #expect(error.disposition == .stalled)
    }

    @Test("A scan shows every usable key as ssh-keyscan would write it, and writes nothing")
    func scan() async throws {
        let server = try SSHServer(hostKeys: ["ed25519", "ecdsa", "rsa"])
        let watched = try watch(server, GitAccess())
        let scan = try HostKeyScan(of: try RemoteURL(watched.url), worker: watched.worker)
        let findings = try await scan.findings()
        #expect(
            findings.map { $0.line + "\n" }.joined()
                == (try server.knownHosts(["ed25519", "ecdsa"])))
        #expect(
            findings.first?.fingerprint.hasSuffix(try server.fingerprint("host_ed25519")) == true)
        #expect(findings.last?.fingerprint.hasSuffix(try server.fingerprint("host_ecdsa")) == true)
        #expect(!exists(watched.mirror))
        #expect(throws: GitError.self) { try HostKeyScan(of: try RemoteURL("https://x/y")) }
    }
}
