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
