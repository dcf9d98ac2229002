import Foundation
import Testing

@testable import Terragrunt

@Suite("Stopping a child process", .timeLimit(.minutes(2)))
struct ChildProcessStopTests {
    /// Runs a script, and cancels the task that runs it as soon as it says `ready`.
    private func cancelled(
        _ script: String, recorder: Recorder, patience: Duration, grace: Duration = .seconds(20)
    ) async throws -> ChildResult {
        let (ready, continuation) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            try await shell(
                script, recorder: recorder,
                change: { $0.stop = StopPolicy(patience: patience, grace: grace) },
                onLine: { line in if line.text == "ready" { continuation.yield() } })
        }
        for await _ in ready { break }
        task.cancel()
        return try await task.value
    }

    @Test("A timeout interrupts the program, and what it then says is still read")
    func timeout() async throws {
        let recorder = Recorder()
        let result = try await shell(
            "trap 'echo saving; exit 3' INT; echo ready; while :; do sleep 0.01; done",
            recorder: recorder,
            change: {
                // Long enough for a shell to start on a machine that is busy.
                $0.timeout = .seconds(1)
                $0.stop = .lockHolder
            })
        #expect(result.ending == .exited(3))
        #expect(result.stopped == .timedOut)
        #expect(!result.succeeded)
        #expect(recorder.texts(.output) == ["ready", "saving"])
        let notes = recorder.texts(.runner)
        #expect(notes.count == 1)
        #expect(notes.first?.contains("SIGINT") == true)
    }

    @Test("Cancelling the task interrupts the group, and the output goes on until the end")
    func cancellation() async throws {
        let recorder = Recorder()
        let result = try await cancelled(
            "trap 'echo saving; sleep 0.05; echo saved; exit 1' INT; echo ready; "
                + "while :; do sleep 0.01; done",
            recorder: recorder, patience: .seconds(60))
        #expect(result.stopped == .cancelled)
        #expect(result.ending == .exited(1))
        #expect(recorder.texts(.output) == ["ready", "saving", "saved"])
    }

    @Test("SIGINT is sent once, then SIGTERM, then SIGKILL")
    func escalates() async throws {
        let recorder = Recorder()
        let result = try await cancelled(
            "trap 'echo int' INT; trap 'echo term' TERM; echo ready; while :; do sleep 0.01; done",
            recorder: recorder, patience: .milliseconds(500), grace: .milliseconds(500))
        #expect(result.ending == .signalled(9))
        #expect(recorder.texts(.output) == ["ready", "int", "term"])
        #expect(recorder.texts(.runner).count == 3)
    }

    @Test("Grandchildren die too, also those that ignore SIGINT and SIGTERM")
    func grandchildren() async throws {
        let recorder = Recorder()
        let result = try await cancelled(
            "sh -c 'trap \"\" INT TERM; echo $$; echo ready; while :; do sleep 0.01; done' & wait",
            recorder: recorder, patience: .milliseconds(50), grace: .milliseconds(50))
        #expect(result.stopped == .cancelled)
        let grandchild = try #require(recorder.texts(.output).first)
        #expect(!processRuns(grandchild))
    }

    @Test("A grandchild that outlives the program is heard, and waited for")
    func lateGrandchild() async throws {
        let recorder = Recorder()
        let result = try await shell(
            "(sleep 0.05; echo late) & echo early", recorder: recorder,
            change: { $0.stop = .lockHolder })
        #expect(result.succeeded)
        #expect(recorder.texts(.output) == ["early", "late"])
    }

    @Test("A grandchild that stays is stopped, and its last words are read")
    func orphan() async throws {
        let recorder = Recorder()
        let result = try await shell(
            "sh -c 'trap \"echo bye; exit\" TERM; echo $$; while :; do sleep 0.01; done' & exit 0",
            recorder: recorder,
            change: {
                $0.stop = StopPolicy(patience: .milliseconds(50), grace: .seconds(20))
            })
        #expect(result.ending == .exited(0))
        #expect(result.stopped == .leftBehind)
        let lines = recorder.texts(.output)
        #expect(lines.last == "bye")
        #expect(try !processRuns(#require(lines.first)))
    }

    @Test("A program that closes its output is still waited for, and stopped in time")
    func closedOutput() async throws {
        let result = try await shell(
            "exec >&- 2>&-; while :; do sleep 0.01; done",
            change: { $0.timeout = .milliseconds(100) })
        #expect(result.stopped == .timedOut)
    }

    @Test("A task that is cancelled already starts nothing")
    func cancelledBefore() async throws {
        let folder = try TemporaryFolder()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await shell("touch \(folder.path)/started")
        }
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        #expect(!folder.has("started"))
    }
}
