import Foundation
import Synchronization
import Testing

@testable import Terragrunt

/// A folder that is removed with its owner.
final class TemporaryFolder: Sendable {
    /// The folder's path, without symbolic links in it.
    let path: String

    init() throws {
        let base = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
        path = base.appending(path: "terragrunt-tests-\(UUID().uuidString)").path(
            percentEncoded: false)
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Writes a file, with the folders above it.
    func write(_ name: String, _ text: String, mode: Int = 0o644) throws {
        let file = "\(path)/\(name)"
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent,
            withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: file))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
    }

    /// The text of a file; `nil` when there is none.
    func read(_ name: String) -> String? {
        FileManager.default.contents(atPath: "\(path)/\(name)")
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// Whether a file or a folder exists.
    func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(name)") }
}

/// Keeps what was streamed.
final class Recorder: Sendable {
    private let kept = Mutex<[OutputLine]>([])

    /// Every line, in the order of arrival.
    var lines: [OutputLine] { kept.withLock { $0 } }

    /// The lines of one stream.
    func texts(_ stream: OutputLine.Stream) -> [String] {
        lines.filter { $0.stream == stream }.map(\.text)
    }

    /// Takes a line.
    func record(_ line: OutputLine) { kept.withLock { $0.append(line) } }
}

/// Runs a shell script as a child process.
func shell(
    _ script: String, environment: [String: String] = [:], mask: SecretMask = SecretMask([]),
    recorder: Recorder = Recorder(), change: @Sendable (inout ChildCommand) -> Void = { _ in },
    onLine: @escaping @Sendable (OutputLine) -> Void = { _ in }
) async throws -> ChildResult {
    let path = ["PATH": "/usr/local/bin:/usr/bin:/bin"]
    var command = ChildCommand(
        "/bin/sh", ["-c", script], environment: path.merging(environment) { $1 }, in: "/")
    command.stop = StopPolicy(patience: .milliseconds(100), grace: .milliseconds(100))
    command.timeout = .seconds(60)
    change(&command)
    return try await ChildProcess.run(command, mask: mask) { line in
        recorder.record(line)
        onLine(line)
    }
}

/// Whether a process exists, be it as a zombie.
func processExists(_ number: String) -> Bool {
    FileManager.default.fileExists(atPath: "/proc/\(number)")
}

/// Whether a process runs; PID 1 may take its time to collect the zombies of others.
func processRuns(_ number: String) -> Bool {
    guard let data = FileManager.default.contents(atPath: "/proc/\(number)/stat") else {
        return false
    }
    let text = String(decoding: data, as: UTF8.self)
    return !text.contains(") Z ") && !text.contains(") X ")
}
