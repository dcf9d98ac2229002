import Foundation
import Glibc
import Synchronization

@testable import Git

/// A program that serves while a test runs; it is killed with its last reference at the latest.
final class ServerProcess: Sendable {
    private let process: pid_t
    private let isReaped = Mutex(false)

    /// Starts a program with these descriptors as its standard input and output, and no others.
    init(
        _ executable: String?, _ arguments: [String], input: Int32, output: Int32
    ) throws {
        guard let executable else { throw Upstream.Failure(description: "A program is missing.") }
        let diagnostics = open("/dev/null", O_WRONLY | O_CLOEXEC)
        defer { close(diagnostics) }
        let child = ChildProcess(
            executable: executable, arguments: arguments,
            environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C"], outputLimit: 0)
        process = try child.spawn(input, output, diagnostics)
    }

    deinit {
        if !isReaped.withLock({ $0 }) { kill(process, SIGKILL) }
        wait()
    }

    /// Waits until the program has ended.
    func wait() {
        isReaped.withLock { isReaped in
            guard !isReaped else { return }
            var status: Int32 = 0
            while waitpid(process, &status, 0) < 0, errno == EINTR {}
            isReaped = true
        }
    }
}

/// A script of `Tests/Support` that serves on a port which it prints.
final class ScriptServer: Sendable {
    let port: UInt16
    private let process: ServerProcess
    private let input: ChildProcess.Pipe

    init(_ name: String, _ arguments: [String]) throws {
        let script = Programs.script(name)
        // The script ends with its input, also when the tests are killed.
        var input = try ChildProcess.Pipe()
        var output = try ChildProcess.Pipe()
        process = try ServerProcess(
            Programs.python, [script] + arguments, input: input.reading, output: output.writing)
        input.closeReading()
        output.closeWriting()
        defer { output.closeReading() }
        self.input = input
        let line = [UInt8](unsafeUninitializedCapacity: 100) { buffer, count in
            count = max(0, read(output.reading, buffer.baseAddress, buffer.count))
        }
        guard let number = UInt16(String(decoding: line, as: UTF8.self).filter(\.isNumber)) else {
            throw Upstream.Failure(description: "\(name) does not serve.")
        }
        self.port = number
    }

    deinit {
        var input = input
        input.closeWriting()
    }
}
