import Foundation
import Glibc
import Testing

@testable import Git

@Suite("What the end of a worker means")
struct WorkerEndingTests {
    private func ending(by signal: String, at directory: String) async throws -> GitError {
        let source = GitSource(
            url: try RemoteURL("https://git.example.com/a.git"), branch: try BranchName("main"),
            mirrorDirectory: directory,
            worker: WorkerCommand(executable: "/bin/sh", arguments: ["-c", "kill -\(signal) $$"]))
        return try await gitError { try await source.poll() }
    }

    @Test("A file that cannot be read through memory is damage of the mirror, and no full disk")
    func unreadable() async throws {
        let folder = try TestFolder()
        let error = try await ending(by: "BUS", at: folder.path)
        #expect(error.kind == .damaged, "\(error)")
        #expect(error.description.contains(folder.path))
        #expect(try await ending(by: "SEGV", at: folder.path).kind == .workerFailed)
    }

    @Test(
        "A file that cannot be written through memory means a full disk, where the disk is full",
        .enabled(if: getuid() == 0, "mounting needs root"))
    func full() async throws {
        let folder = try TestFolder()
        try #require(mount("tmpfs", folder.path, "tmpfs", 0, "size=1m") == 0)
        defer { umount2(folder.path, Int32(MNT_DETACH)) }
        #expect(try await ending(by: "BUS", at: folder.path).kind == .damaged)
        let filler = open("\(folder.path)/filler", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(filler) }
        try #require(posix_fallocate(filler, 0, 1000 << 10) == 0)
        let error = try await ending(by: "BUS", at: folder.path)
        #expect(error.kind == .diskFull, "\(error)")
        #expect(error.description.contains(folder.path))
    }

    @Test("A mirror that ends the workers which read it is fetched anew, and gives up what it must")
    func mended() async throws {
        for deaths in [1, 2] {
            let upstream = try Upstream()
            let tip = try upstream.commit(["a": "1"])
            let watched = try WatchedSource(upstream)
            _ = try await watched.poll()
            let script = """
                for number in $(seq \(deaths)); do
                    mkdir "\(watched.state.path)/death$number" 2>/dev/null && kill -BUS $$
                done
                exec "$0" git-worker
                """
            let source = GitSource(
                url: try RemoteURL(watched.url), branch: try BranchName("main"),
                mirrorDirectory: watched.mirror,
                worker: WorkerCommand(
                    executable: "/bin/sh", arguments: ["-c", script, watched.program]))
            await source.keep([tip])
            for _ in 1...deaths {
                #expect(try await gitError { try await source.poll() }.kind == .damaged)
            }
            let found = try await source.poll()
            #expect(found.tip == tip)
            #expect(found.mirrorRebuilt?.contains("cannot be read") == true)
            #expect(found.mirrorNotes.contains { $0.contains("given up") } == (deaths == 2))
            #expect(try await source.poll().mirrorRebuilt == nil)
            try watched.checkCopy()
        }
    }

    @Test("A worker that may open few files says so, and no mirror is fetched anew for that")
    func fewDescriptors() async throws {
        let upstream = try Upstream()
        try upstream.commit(["a": "1"])
        let watched = try WatchedSource(upstream)
        _ = try await watched.poll()
        let identity = MirrorFiles.Identity(of: watched.copy)
        var failures = 0
        for count in 4...14 {
            let source = GitSource(
                url: try RemoteURL(watched.url), branch: try BranchName("main"),
                mirrorDirectory: watched.mirror,
                worker: WorkerCommand(
                    executable: "/bin/sh",
                    arguments: [
                        "-c", "ulimit -n \(count); exec \"$0\" git-worker", watched.program,
                    ]))
            do {
                #expect(try await source.poll().mirrorRebuilt == nil, "\(count)")
            } catch let error as GitError {
                failures += 1
                #expect(error.disposition == .waiting, "\(count): \(error)")
            }
            #expect(MirrorFiles.Identity(of: watched.copy) == identity, "\(count)")
        }
        #expect(failures > 0)
    }

    @Test("A worker whose agent is gone ends at once, and lets go of the mirror")
    func readerGone() async throws {
        let upstream = try Upstream()
        let tip = try upstream.commit(["a": "1"])
        let watched = try WatchedSource(upstream)
        watched.server.behave(.silent)
        let request = WorkerRequest(
            operation: .synchronise, url: watched.url, branch: "main", directory: watched.mirror,
            seconds: 600)
        let input = "\(watched.state.path)/request"
        try write(String(decoding: try JSONEncoder().encode(request), as: UTF8.self), to: input)
        let file = open(input, O_RDONLY | O_CLOEXEC)
        defer { close(file) }
        var (output, diagnostics) = (try ChildProcess.Pipe(), try ChildProcess.Pipe())
        let worker = try ChildProcess(
            executable: watched.program, arguments: ["git-worker"], environment: [:]
        ).spawn(file, output.writing, diagnostics.writing)
        output.closeWriting()
        diagnostics.closeBoth()
        try await eventually("a request") { !watched.server.requests.isEmpty }
        output.closeReading()
        var status: Int32 = 0
        try await eventually("the end of the worker") {
            waitpid(worker, &status, WNOHANG) == worker
        }
        #expect(status & 0x7f == SIGIO)
        watched.server.behave(.honest)
        let start = ContinuousClock.now
        #expect(try await watched.poll().tip == tip)
        #expect(start.duration(to: .now) < .seconds(60))
    }

    @Test("A connection that broke before and was got over is not the reason of a later failure")
    func formerFailure() throws {
        let folder = try TestFolder()
        let upstream = try Upstream()
        let repository = try LocalRepository(at: upstream.path)
        _ = GuardedStreams.fail(GitError(.certificateRefused, "Before.", hint: "None."))
        #expect {
            _ = try RemoteConnection(
                to: try RemoteURL("file://\(folder.path)/nothing"), AccessMaterial(),
                into: repository)
        } throws: {
            ($0 as? GitError)?.kind != .certificateRefused
        }
    }
}
