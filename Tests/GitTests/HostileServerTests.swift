import Foundation
import Glibc
import Testing

@testable import Git

@Suite("Servers that misbehave")
struct HostileServerTests {
    @Test(
        "The deadline holds, no child is left, and the next poll works",
        arguments: [
            WebServer.Behaviour.silent, .dripping, .stallsInPack(after: 0),
            .stallsInPack(after: 5000),
        ]
    )
    func deadline(behaviour: WebServer.Behaviour) async throws {
        let upstream = try largeUpstream()
        let watched = try WatchedSource(upstream)
        watched.server.behave(behaviour)
        let start = ContinuousClock.now
        let error = try await gitError {
            try await watched.source(timeout: .milliseconds(400)).poll()
        }
        #expect(error.kind == .deadlinePassed)
        #expect(error.disposition == .waiting)
        #expect(start.duration(to: .now) >= .milliseconds(400))
        #expect(start.duration(to: .now) < .seconds(180))
        #expect(try watched.workers().isEmpty)

        watched.server.behave(.honest)
        #expect(try await watched.source().poll().tip == (try upstream.head()))
        #expect(try watched.workers().isEmpty)
        try watched.checkCopy()
    }

    @Test(
        "A connection that breaks off is waited out",
        arguments: [0, 5, 40, 200, 350, 5000]
    )
    func closes(after count: Int) async throws {
        let upstream = try largeUpstream()
        let watched = try WatchedSource(upstream)
        watched.server.behave(.closes(after: count))
        let error = try await gitError { try await watched.source().poll() }
        #expect(error.disposition == .waiting, "\(error)")
        #expect(error.kind != .deadlinePassed)
        watched.server.behave(.honest)
        #expect(try await watched.source().poll().tip == (try upstream.head()))
        try watched.checkCopy()
    }

    @Test(
        "What is no Git protocol is waited out",
        arguments: ["", "zzzz", "001e# service=git-upload-pack\n0000ffff"])
    func nonsense(body: String) async throws {
        let upstream = try largeUpstream()
        let watched = try WatchedSource(upstream)
        let type = "application/x-git-upload-pack-advertisement"
        watched.server.behave(
            .says(
                "HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\n"
                    + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
            )
        )
        let error = try await gitError {
            try await watched.source(timeout: .seconds(20)).poll()
        }
        #expect(error.disposition == .waiting, "\(error)")
        #expect(try watched.workers().isEmpty)
        watched.server.behave(.honest)
        #expect(try await watched.source().poll().tip == (try upstream.head()))
    }

    @Test("A worker that is killed in mid-fetch is reported, and the mirror recovers")
    func killed() async throws {
        let upstream = try largeUpstream()
        let watched = try WatchedSource(upstream)
        let source = try watched.source()
        _ = try await source.poll()
        try upstream.commit(["more": Upstream.incompressible(2)])
        watched.server.behave(.stallsInPack(after: 5000))
        async let failed = gitError { try await source.poll() }
        let worker = try await worker(of: watched)
        while watched.server.requests.filter({ $0.hasPrefix("POST") }).count < 2 {
            try await Task.sleep(for: .milliseconds(5))
        }
        kill(worker, SIGKILL)
        let error = try await failed
        #expect(error.kind == .workerFailed)
        #expect(error.disposition == .waiting)
        #expect(error.description.contains("signal 9"))
        #expect(try watched.workers().isEmpty)

        watched.server.behave(.honest)
        #expect(try await source.poll().tip == (try upstream.head()))
        try watched.checkCopy()
        let packs = try FileManager.default.contentsOfDirectory(
            atPath: "\(watched.copy)/objects/pack"
        )
        #expect(!packs.contains { $0.hasPrefix("pack_git2_") })
    }

    @Test("A cancelled poll ends at once and leaves no child")
    func cancelled() async throws {
        let upstream = try largeUpstream()
        let watched = try WatchedSource(upstream)
        watched.server.behave(.silent)
        let source = try watched.source()
        let poll = Task { try await source.poll() }
        _ = try await worker(of: watched)
        poll.cancel()
        await #expect(throws: CancellationError.self) { try await poll.value }
        #expect(try watched.workers().isEmpty)
        watched.server.behave(.honest)
        #expect(try await source.poll().tip == (try upstream.head()))
    }

    @Test("A worker whose agent is gone ends itself at its own deadline")
    func orphan() async throws {
        let upstream = try largeUpstream()
        let watched = try WatchedSource(upstream)
        watched.server.behave(.silent)
        let request = WorkerRequest(
            operation: .synchronise,
            url: watched.server.url(),
            branch: "main",
            directory: watched.mirror,
            seconds: 0
        )
        let child = ChildProcess(
            executable: watched.program,
            arguments: ["git-worker"],
            environment: [:]
        )
        let input = Array(try JSONEncoder().encode(request))
        let ending = try child.run(input: input, deadline: .now.advanced(by: .seconds(60)))
        #expect(ending.signal == SIGALRM)
    }

    @Test("A worker that is no worker is reported with what it said")
    func wrongProgram() async throws {
        let folder = try TestFolder()
        let commands: [(String, [String], String)] = [
            ("/nonexistent/program", [], "No such file"),
            ("/bin/sh", ["-c", "echo broken >&2; exit 3"], "exit code 3, saying: broken"),
            ("/bin/sh", ["-c", "echo '{}'"], "no answer"),
            ("/bin/sh", ["-c", "printf '{\"tip\":\"12\"}\\n'"], "no answer"),
            ("/bin/sh", ["-c", "kill -SEGV $$"], "signal 11"),
        ]
        for (executable, arguments, words) in commands {
            let source = GitSource(
                url: try RemoteURL("http://localhost:1/x"),
                branch: try BranchName("main"),
                mirrorDirectory: "\(folder.path)/mirror",
                worker: WorkerCommand(executable: executable, arguments: arguments)
            )
            let error = try await gitError { try await source.poll() }
            #expect(error.description.contains(words), "\(error)")
            #expect(error.disposition == .waiting)
        }
    }

    /// Waits until the source's worker runs.
    private func worker(of watched: WatchedSource) async throws -> pid_t {
        while true {
            if let worker = try watched.workers().first { return worker }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private func largeUpstream() throws -> Upstream {
        let upstream = try Upstream()
        try upstream.commit(["large": Upstream.incompressible(1), "a": "1"])
        return upstream
    }
}
