import Foundation
import Glibc
import Testing

@testable import Git

@Suite("Child processes")
struct ChildProcessTests {
    private func shell(
        _ script: String,
        input: String = "",
        limit: Int = 1 << 20,
        within timeout: Duration = .seconds(60)
    ) throws -> ChildProcess.Ending {
        let child = ChildProcess(
            executable: "/bin/sh",
            arguments: ["-c", script],
            environment: ["PATH": "/usr/bin:/bin"],
            outputLimit: limit
        )
        return try child.run(
            input: Array(input.utf8),
            deadline: .now.advanced(by: timeout)
        )
    }

    @Test("Input, both outputs and the exit code come through whole")
    func streams() throws {
        let text = String(repeating: "0123456789abcdef", count: 20_000)
        let ending = try shell("cat; echo words >&2; exit 7", input: text)
        #expect(ending.output == Array(text.utf8))
        #expect(ending.diagnostics == Array("words\n".utf8))
        #expect(ending.exitCode == 7)
        #expect(ending.signal == nil)
        #expect(try shell("kill -TERM $$").signal == SIGTERM)
        #expect(try shell("exit 0", input: text).exitCode == 0)
    }

    @Test("Only the given variables and descriptors reach the child, in a group of its own")
    func surroundings() throws {
        let file = open("/dev/null", O_RDONLY)
        defer { close(file) }
        let output = try shell("env; ls /proc/self/fd | wc -l; ps -o pid=,pgid= -p $$")
        let lines = String(decoding: output.output, as: UTF8.self).split(separator: "\n")
        #expect(!lines.contains { $0.hasPrefix("HOME=") })
        // Three standard streams and the one with which ls reads the directory.
        #expect(lines.contains { $0.trimmingCharacters(in: .whitespaces) == "4" })
        let numbers = lines.last?.split(separator: " ") ?? []
        #expect(numbers.count == 2 && numbers[0] == numbers[1])
    }

    @Test("Ignored and blocked signals of the parent are not inherited")
    func signals() throws {
        signal(SIGPIPE, SIG_IGN)
        let output = try shell("grep -E 'SigIgn|SigBlk' /proc/self/status").output
        for line in String(decoding: output, as: UTF8.self).split(separator: "\n") {
            let digits = line.drop { !$0.isWhitespace }.drop { $0.isWhitespace }
            let mask = try #require(UInt64(digits, radix: 16))
            // The C library keeps 32 and 33 for itself.
            #expect(mask & ~(3 << 31) == 0, "\(line)")
        }
    }

    @Test("At the deadline the whole group dies, grandchildren too")
    func deadline() throws {
        let folder = try TestFolder()
        let script = "sleep 600 & echo $! > \(folder.path)/grandchild; sleep 600"
        #expect(throws: ChildProcess.Failure.deadlinePassed) {
            try shell(script, within: .milliseconds(300))
        }
        let text = try content("\(folder.path)/grandchild").trimmingCharacters(in: .newlines)
        let grandchild = try #require(pid_t(text))
        // The signal is on its way, and whoever inherits the process may not have collected it yet.
        var state = "unknown"
        for _ in 0..<1000 where !state.isEmpty && !state.contains(") Z ") {
            usleep(10_000)
            state = (try? content("/proc/\(grandchild)/stat")) ?? ""
        }
        #expect(state.isEmpty || state.contains(") Z "))
    }

    @Test("A child that closes its output and lives on, or leaves a grandchild, is not waited for")
    func lingering() throws {
        let start = ContinuousClock.now
        _ = try shell("exec >/dev/null 2>&1; sleep 600")
        _ = try shell("sleep 600 >/dev/null 2>&1 & exit 0")
        #expect(start.duration(to: .now) < .seconds(30))
    }

    @Test("Endless output is cut off")
    func endless() throws {
        #expect(throws: ChildProcess.Failure.outputTooLong) {
            try shell("yes", limit: 100_000)
        }
    }

    @Test("A stop before, during and after the run is safe")
    func stops() throws {
        let child = ChildProcess(
            executable: "/bin/sleep",
            arguments: ["600"],
            environment: [:]
        )
        let early = StopSignal()
        early.ask()
        #expect(throws: ChildProcess.Failure.stopped) {
            try child.run(input: [], deadline: .now.advanced(by: .seconds(60)), stop: early)
        }
        let late = StopSignal()
        Thread.detachNewThread {
            usleep(30_000)
            late.ask()
        }
        #expect(throws: ChildProcess.Failure.stopped) {
            try child.run(input: [], deadline: .now.advanced(by: .seconds(60)), stop: late)
        }
        late.ask()
    }

    @Test("A program that cannot be started is named")
    func missing() throws {
        let child = ChildProcess(executable: "/nonexistent", arguments: [], environment: [:])
        #expect(throws: ChildProcess.Failure.system("start /nonexistent", ENOENT)) {
            try child.run(input: [], deadline: .now.advanced(by: .seconds(60)))
        }
    }

    @Test("Hundreds of runs, good and bad, leave no descriptor behind")
    func descriptors() throws {
        let before = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        let bad = ChildProcess(executable: "/nonexistent", arguments: [], environment: [:])
        for _ in 0..<150 {
            _ = try shell("true")
            _ = try? bad.run(input: [], deadline: .now)
        }
        let after = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        // Other tests run beside this one and have some open for a while.
        #expect(after - before < 100)
    }
}
