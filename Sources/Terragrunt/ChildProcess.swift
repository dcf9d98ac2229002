import Subprocess
import SystemPackage

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Runs programs as child processes, each in a process group of its own.
public enum ChildProcess {
    /// Runs the program to its end, and that of everything it started.
    ///
    /// Lines are handed to `output` as they come, those of one stream in order and one at a time.
    /// When the task is cancelled or the timeout passes, the whole group is stopped as the command
    /// says, its output still being read, and the result says why. The result comes when no process
    /// of the group is left. Throws ``ChildProcessError`` when the program cannot be started, and
    /// `CancellationError` when the task was cancelled before that.
    public static func run(
        _ command: ChildCommand, mask: SecretMask,
        output: @escaping @Sendable (OutputLine) async -> Void
    ) async throws -> ChildResult {
        try Task.checkCancellation()
        let stop = StopRequest()
        // Not cancelled with this task: a cancelled one could neither wait nor read any more.
        let work = Task { try await start(command, mask: mask, stop: stop, output: output) }
        return try await withTaskCancellationHandler {
            try await work.value
        } onCancel: {
            stop.make(.cancelled)
        }
    }

    private static func start(
        _ command: ChildCommand, mask: SecretMask, stop: StopRequest,
        output: @escaping @Sendable (OutputLine) async -> Void
    ) async throws -> ChildResult {
        let input = try await inputDescriptor(for: command)
        var options = PlatformOptions()
        options.processGroupID = 0
        let configuration = Configuration(
            executable: executable(of: command),
            arguments: Arguments(command.arguments),
            environment: .custom(
                Dictionary(
                    uniqueKeysWithValues: command.environment.map { pair in
                        (Environment.Key(stringLiteral: pair.key), pair.value)
                    })),
            workingDirectory: FilePath(command.workingDirectory),
            platformOptions: options)
        do {
            let result = try await Subprocess.run(
                configuration,
                input: .fileDescriptor(input, closeAfterSpawningProcess: true),
                output: .sequence, error: .sequence
            ) { process in
                let group = ProcessGroup(leader: process.processIdentifier.value)
                let watch = ChildWatch(
                    group: group, command: command, mask: mask, stop: stop, output: output)
                return try await watch.follow(process.standardOutput, process.standardError)
            }
            return ChildResult(
                ending: ending(result.terminationStatus), stopped: stop.reason,
                captured: result.closureResult)
        } catch let error as SubprocessError {
            throw ChildProcessError.notStarted(
                executable: command.executable, reason: mask(String(describing: error)))
        }
    }

    private static func executable(of command: ChildCommand) -> Executable {
        command.executable.contains("/")
            ? .path(FilePath(command.executable)) : .name(command.executable)
    }

    private static func ending(_ status: TerminationStatus) -> ChildResult.Ending {
        switch status {
        case .exited(let code): .exited(Int(code))
        case .signaled(let signal): .signalled(Int(signal))
        }
    }

    private static func inputDescriptor(for command: ChildCommand) async throws -> FileDescriptor {
        let path = FilePath(command.standardInput)
        do {
            guard command.locksStandardInput else {
                return try FileDescriptor.open(path, .readOnly)
            }
            let file = try FileDescriptor.open(
                path, .readOnly, options: [.create, .closeOnExec], permissions: .ownerReadWrite)
            // Shared by all who inherit the descriptor, so it outlives a killed agent.
            guard await lock(file) else {
                try file.close()
                throw ChildProcessError.occupied(lock: command.standardInput)
            }
            return file
        } catch let error as Errno {
            throw ChildProcessError.notStarted(
                executable: command.executable, reason: "\(command.standardInput): \(error)")
        }
    }

    /// Refuses to go on while a process that an earlier run started still holds a lock.
    ///
    /// Throws ``ChildProcessError/occupied(lock:)`` then; a lock that was never made is free.
    static func requireFree(_ lock: String) async throws {
        guard let file = try? FileDescriptor.open(FilePath(lock), .readOnly, options: .closeOnExec)
        else { return }
        defer { try? file.close() }
        guard await self.lock(file) else { throw ChildProcessError.occupied(lock: lock) }
    }

    /// Takes the lock, with patience for children that have a copy of an earlier holder's descriptor
    /// for the instant between their fork and their exec.
    private static func lock(_ file: FileDescriptor) async -> Bool {
        for _ in 0..<10 {
            if flock(file.rawValue, LOCK_EX | LOCK_NB) == 0 { return true }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return flock(file.rawValue, LOCK_EX | LOCK_NB) == 0
    }
}
