import Foundation
import Glibc
import Testing

@testable import Git

/// Every transport against servers that stall where each can; `HostileServerTests` has plain http.
@Suite("Servers that stall, by transport", .enabled(if: Programs.canServeTLS, Programs.reason))
struct HostileTransportTests {
    private let upstream: Upstream

    init() throws {
        upstream = try Upstream()
        try upstream.commit(["large": Upstream.incompressible(1), "a": "1"])
    }

    /// Polls with a short deadline, and holds the agent's side to what it promises.
    private func expectDeadline(_ watched: WatchedSource) async throws {
        let start = ContinuousClock.now
        let source = try watched.source(timeout: .milliseconds(500))
        let error = try await gitError { try await source.poll() }
        #expect(error.kind == .deadlinePassed, "\(error)")
        #expect(error.disposition == .waiting)
        #expect(start.duration(to: .now) >= .milliseconds(500))
        #expect(start.duration(to: .now) < .seconds(180))
        #expect(try watched.workers().isEmpty)
    }

    private func watch(
        _ url: String, _ access: GitAccess = GitAccess(), keeping companions: [any Sendable]
    ) throws -> WatchedSource {
        var watched = try WatchedSource(upstream, through: { _ in url }, access: access)
        watched.companions = companions
        return watched
    }

    @Test(
        "A server that accepts and says nothing, or one byte now and then, before any handshake",
        arguments: ["https://localhost", "ssh://git@127.0.0.1", "http://127.0.0.1"],
        [false, true])
    func mute(start: String, isDripping: Bool) async throws {
        let listener = try Listener { connection in
            // The beginning of a long banner, of a long header, and of a large TLS record.
            let greetings: [String: [UInt8]] = [
                "ssh": Array("SSH-2.0-".utf8), "http:": Array("HTTP/1.1 200 OK\r\nX-A: ".utf8),
                "https": [0x16, 3, 3, 0x30, 0, 2, 0, 0x2f, 0xfc, 3, 3],
            ]
            let greeting = greetings.first { start.hasPrefix($0.key) }?.value ?? []
            let drops = greeting + Array(repeating: UInt8(0x61), count: 3000)
            for byte in isDripping ? drops : [] {
                guard Listener.send([byte], over: connection) else { break }
                usleep(10_000)
            }
            Listener.awaitClose(connection)
            close(connection)
        }
        var access = GitAccess()
        access.sshKey = try Self.key()
        access.knownHostsFile = "/etc/hostname"
        let url = "\(start):\(listener.port)/x"
        try await expectDeadline(try watch(url, access, keeping: [listener]))
    }

    @Test("A server whose backlog is full, so that connecting itself takes for ever")
    func fullBacklog() async throws {
        let listener = try Listener(backlog: 0, handler: nil)
        // The kernel takes one more than asked for; after that it drops what comes.
        var fillers: [Int32] = []
        for _ in 0..<4 {
            let filler = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            _ = fcntl(filler, F_SETFL, O_NONBLOCK)
            Listener.connect(filler, to: listener.port)
            fillers.append(filler)
        }
        defer { for filler in fillers { close(filler) } }
        for start in ["https://localhost", "http://127.0.0.1"] {
            let url = "\(start):\(listener.port)/x"
            try await expectDeadline(try watch(url, keeping: [listener]))
        }
    }

    @Test("A name whose look-up never ends")
    func nameLookUp() async throws {
        let watched = try watch("https://git.example.com/x", keeping: [])
        let library = "\(watched.state.path)/slow.so"
        try write(
            "#include <unistd.h>\nint getaddrinfo() { for (;;) pause(); }\n",
            to: "\(watched.state.path)/slow.c")
        let compiler = ["/usr/bin/cc", "/usr/bin/clang", "/usr/bin/gcc"]
            .first(where: FileManager.default.isExecutableFile)
        guard let compiler else {
            return print("SKIPPED: a look-up that hangs needs a C compiler, and none is there.")
        }
        try Programs.run(
            compiler, ["-shared", "-fPIC", "-o", library, "\(watched.state.path)/slow.c"])
        let source = GitSource(
            url: try RemoteURL(watched.url), branch: try BranchName("main"),
            mirrorDirectory: watched.mirror,
            worker: WorkerCommand(
                executable: "/usr/bin/env",
                arguments: ["LD_PRELOAD=\(library)", watched.program, "git-worker"]),
            timeout: .milliseconds(500))
        let error = try await gitError { try await source.poll() }
        #expect(error.kind == .deadlinePassed, "\(error)")
        #expect(try watched.workers().isEmpty)
    }

    @Test(
        "A TLS server that stalls behind the handshake, or in the pack",
        arguments: [
            WebServer.Behaviour.silent, .dripping, .stallsInPack(after: 0),
            .stallsInPack(after: 5000),
        ])
    func stallsBehindTLS(behaviour: WebServer.Behaviour) async throws {
        let certificates = try Certificates()
        let server = try WebServer(root: upstream.folder.path)
        let front = try TLSFront(try certificates.issue("DNS:localhost"), to: server.port)
        var access = GitAccess()
        access.caFile = certificates.authority
        let url = "https://localhost:\(front.port)/source/.git"
        let watched = try watch(url, access, keeping: [server, front])
        server.behave(behaviour)
        try await expectDeadline(watched)
        server.behave(.honest)
        #expect(try await watched.poll().tip == (try upstream.head()))
        try watched.checkCopy()
    }

    @Test("A TLS server that breaks off anywhere", arguments: [0, 40, 200, 350, 5000])
    func closesBehindTLS(after count: Int) async throws {
        let certificates = try Certificates()
        let server = try WebServer(root: upstream.folder.path)
        let front = try TLSFront(try certificates.issue("DNS:localhost"), to: server.port)
        var access = GitAccess()
        access.caFile = certificates.authority
        let url = "https://localhost:\(front.port)/source/.git"
        let watched = try watch(url, access, keeping: [server, front])
        server.behave(.closes(after: count))
        let error = try await gitError { try await watched.poll() }
        #expect(error.disposition == .waiting, "\(error)")
        #expect(error.kind != .deadlinePassed)
    }

    @Test(
        "An SSH server that stalls behind the handshake, or in the pack",
        .enabled(if: Programs.canServeSSH, Programs.reason),
        arguments: [
            "sleep 600", "git-upload-pack 'PATH' | (dd bs=1 count=20000 status=none; sleep 600)",
        ])
    func stallsBehindSSH(command: String) async throws {
        let text = command.replacing("PATH", with: upstream.path)
        let server = try SSHServer(command: text)
        let watched = try watch(
            server.url(upstream.path), try server.access(), keeping: [server])
        let start = ContinuousClock.now
        let source = try watched.source(timeout: .seconds(3))
        let error = try await gitError { try await source.poll() }
        #expect(error.kind == .deadlinePassed, "\(error)")
        #expect(start.duration(to: .now) < .seconds(180))
        #expect(try watched.workers().isEmpty)
    }

    @Test(
        "An SSH server that breaks off, or says what is no Git protocol",
        .enabled(if: Programs.canServeSSH, Programs.reason),
        arguments: [
            "exit 1", "echo hello", "git-upload-pack --advertise-refs 'PATH' | head -c 100",
            "git-upload-pack 'PATH' | dd bs=1 count=20000 status=none",
        ])
    func breaksOffBehindSSH(command: String) async throws {
        let text = command.replacing("PATH", with: upstream.path)
        let server = try SSHServer(command: text)
        let watched = try watch(
            server.url(upstream.path), try server.access(), keeping: [server])
        let error = try await gitError { try await watched.poll() }
        #expect(error.disposition == .waiting, "\(error)")
        #expect(error.kind != .deadlinePassed, "\(error)")
        #expect(try watched.workers().isEmpty)
    }

    private static func key() throws -> String {
        let folder = try TestFolder()
        try SSHServer.makeKey("ed25519", "\(folder.path)/key")
        return try content("\(folder.path)/key")
    }
}
