import Foundation
import Testing

@testable import Terragrunt

@Suite("Child process", .timeLimit(.minutes(2)))
struct ChildProcessTests {
    @Test("Lines come in order, with the stream they were written to")
    func order() async throws {
        let recorder = Recorder()
        let result = try await shell(
            "echo one; echo two; echo oops >&2; printf three", recorder: recorder)
        #expect(result.succeeded)
        #expect(recorder.texts(.output) == ["one", "two", "three"])
        #expect(recorder.texts(.error) == ["oops"])
        #expect(recorder.texts(.runner).isEmpty)
    }

    @Test("A line is handed on while the program still runs")
    func streams() async throws {
        let folder = try TemporaryFolder()
        let recorder = Recorder()
        let path = "\(folder.path)/seen"
        _ = try await shell(
            "echo ready; while [ ! -e \(path) ]; do sleep 0.01; done; echo seen",
            recorder: recorder,
            onLine: { line in
                guard line.text == "ready" else { return }
                _ = FileManager.default.createFile(atPath: path, contents: nil)
            })
        #expect(recorder.texts(.output) == ["ready", "seen"])
    }

    @Test("The environment holds what was given and nothing else")
    func environment() async throws {
        let recorder = Recorder()
        let command = ChildCommand(
            "env", [], environment: ["PATH": "/usr/bin:/bin", "A": "b"], in: "/")
        _ = try await ChildProcess.run(command, mask: SecretMask([])) { recorder.record($0) }
        #expect(recorder.texts(.output).sorted() == ["A=b", "PATH=/usr/bin:/bin"])
    }

    @Test("The program leads a process group of its own, in the folder that was given")
    func group() async throws {
        let folder = try TemporaryFolder()
        let recorder = Recorder()
        _ = try await shell(
            "cut -d' ' -f5 /proc/$$/stat; echo $$; pwd", recorder: recorder,
            change: { $0.workingDirectory = folder.path })
        let lines = recorder.texts(.output)
        #expect(lines.count == 3)
        #expect(lines.first == lines.dropFirst().first)
        #expect(lines.last == folder.path)
    }

    @Test("The exit status or the signal is reported")
    func endings() async throws {
        #expect(try await shell("exit 7").ending == .exited(7))
        #expect(try await shell("kill -9 $$").ending == .signalled(9))
    }

    @Test("A program that does not exist is named")
    func missing() async throws {
        let command = ChildCommand("no-such-program", [], environment: ["PATH": "/bin"], in: "/")
        let error = await #expect(throws: ChildProcessError.self) {
            _ = try await ChildProcess.run(command, mask: SecretMask([])) { _ in }
        }
        #expect(error?.description.contains("no-such-program") == true)
    }

    @Test("Values of secret variables are hidden in both streams")
    func masks() async throws {
        let environment = StageEnvironment(
            passing: ["TOKEN", "ABSENT"], from: ["TOKEN": "s3cr3t-value", "OTHER": "x"])
        let recorder = Recorder()
        _ = try await shell(
            "echo a $TOKEN b; echo $TOKEN >&2; echo ${OTHER-none}",
            environment: environment.variables, mask: environment.mask, recorder: recorder)
        #expect(recorder.texts(.output) == ["a *** b", "none"])
        #expect(recorder.texts(.error) == ["***"])
        #expect(environment.missing == ["ABSENT"])
        #expect(!environment.description.contains("s3cr3t"))
    }

    @Test("Captured output is kept whole and shown to nobody")
    func captures() async throws {
        let recorder = Recorder()
        let result = try await shell(
            "echo secret; echo shown >&2", recorder: recorder,
            change: { $0.standardOutput = .capture(limit: 100) })
        #expect(String(decoding: result.captured, as: UTF8.self) == "secret\n")
        #expect(recorder.lines == [OutputLine(.error, "shown")])
    }

    @Test("A program that writes more than can be captured is stopped")
    func captureLimit() async throws {
        let result = try await shell(
            "while :; do echo 0123456789; done",
            change: { $0.standardOutput = .capture(limit: 1000) })
        #expect(result.stopped == .tooMuchOutput)
        #expect(!result.succeeded)
        #expect(result.captured.count == 1000)
    }

    @Test("A lock on standard input is refused to a second run, and freed by the end of the first")
    func lock() async throws {
        let folder = try TemporaryFolder()
        let hold: @Sendable (inout ChildCommand) -> Void = {
            $0.standardInput = "\(folder.path)/lock"
            $0.locksStandardInput = true
        }
        let path = "\(folder.path)/go"
        let (started, continuation) = AsyncStream.makeStream(of: Void.self)
        async let first = shell(
            "echo ready; while [ ! -e \(path) ]; do sleep 0.01; done", change: hold,
            onLine: { _ in continuation.yield() })
        for await _ in started { break }
        await #expect(throws: ChildProcessError.occupied(lock: "\(folder.path)/lock")) {
            _ = try await shell("true", change: hold)
        }
        try folder.write("go", "")
        #expect(try await first.succeeded)
        #expect(try await shell("true", change: hold).succeeded)
    }

    @Test("The lock lives as long as a descendant that escaped the group and the agent")
    func lockOfEscaped() async throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/go"
        let hold: @Sendable (inout ChildCommand) -> Void = {
            $0.standardInput = "\(folder.path)/lock"
            $0.locksStandardInput = true
        }
        let recorder = Recorder()
        let started = "\(folder.path)/started"
        let escaping = "echo $$; touch \(started); while [ ! -e \(path) ]; do sleep 0.01; done"
        // The escaped process is not waited for, but what it wrote until now is read.
        let first = try await shell(
            "exec 3<&0; setsid sh -c '\(escaping)' <&3 & "
                + "while [ ! -e \(started) ]; do sleep 0.01; done",
            recorder: recorder, change: hold)
        #expect(first.succeeded)
        let escaped = try #require(recorder.texts(.output).first)
        await #expect(throws: ChildProcessError.occupied(lock: "\(folder.path)/lock")) {
            _ = try await shell("true", change: hold)
        }
        try folder.write("go", "")
        while processRuns(escaped) { try await Task.sleep(for: .milliseconds(5)) }
        #expect(try await shell("true", change: hold).succeeded)
    }

    @Test("Neither file descriptors nor zombies are left")
    func leavesNothing() async throws {
        func descriptors() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        }
        _ = try await shell("true")
        let before = try descriptors()
        let recorder = Recorder()
        for round in 0..<80 {
            _ = try await shell("echo $$; exit \(round % 2)", recorder: recorder)
        }
        #expect(recorder.texts(.output).count == 80)
        #expect(recorder.texts(.output).allSatisfy { !processExists($0) })
        // Tests beside this one open and close a few; a leak would leave at least one a round.
        var after = try descriptors()
        for _ in 0..<200 where after >= before + 40 {
            try await Task.sleep(for: .milliseconds(20))
            after = try descriptors()
        }
        #expect(after < before + 40)
    }
}
