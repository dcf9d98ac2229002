import Foundation
import Glibc

/// The program that does one network operation and ends.
public struct WorkerCommand: Hashable, Sendable {
    /// The path of the program.
    public let executable: String

    /// What stands behind the program's name.
    public let arguments: [String]

    /// The running program itself as `git-worker`, even when its file was replaced meanwhile.
    public static var current: WorkerCommand {
        WorkerCommand(executable: "/proc/self/exe", arguments: ["git-worker"])
    }

    /// Names a program that ends up in ``GitWorker/run()``.
    public init(executable: String, arguments: [String]) {
        self.executable = executable
        self.arguments = arguments
    }

    /// Runs the operation in a child that is dead when this returns, whatever happens.
    ///
    /// The child sees only the few environment variables that a program needs to start; what the
    /// request holds of secrets goes through its standard input, and comes back in no error.
    func perform(
        _ request: WorkerRequest,
        timeout: Duration,
        stop: StopSignal
    ) throws(GitError) -> WorkerReply {
        let secrets = request.access.secrets
        do throws(GitError) {
            var reply = try run(request, timeout: timeout, stop: stop)
            reply.error = reply.error?.hiding(secrets)
            return reply
        } catch {
            throw error.hiding(secrets)
        }
    }

    private func run(
        _ request: WorkerRequest,
        timeout: Duration,
        stop: StopSignal
    ) throws(GitError) -> WorkerReply {
        let deadline = ContinuousClock.now.advanced(by: timeout)
        let environment = ProcessInfo.processInfo.environment.filter { name, _ in
            ["PATH", "TMPDIR", "LD_LIBRARY_PATH"].contains(name)
        }
        let child = ChildProcess(
            executable: executable,
            arguments: arguments,
            environment: environment,
            outputLimit: 1 << 20
        )
        do {
            let input = try JSONEncoder().encode(request)
            let ending = try child.run(input: Array(input), deadline: deadline, stop: stop)
            return try reply(of: ending, at: request.directory ?? request.url)
        } catch ChildProcess.Failure.deadlinePassed {
            throw .deadline(request.url, timeout)
        } catch ChildProcess.Failure.system(let attempt, let code) {
            throw .system(attempt, code)
        } catch {
            throw (error as? GitError) ?? .worker("\(error)")
        }
    }

    private func reply(
        of ending: ChildProcess.Ending, at place: String
    ) throws(GitError) -> WorkerReply {
        if ending.signal == SIGBUS { throw .unmapped(at: place) }
        if let signal = ending.signal {
            throw .worker("signal \(signal) ended it\(ending.lastWords)")
        }
        guard ending.output.last == UInt8(ascii: "\n"),
            let reply = try? JSONDecoder().decode(WorkerReply.self, from: Data(ending.output)),
            reply.isComplete
        else {
            throw .worker(
                "it gave no answer, exit code \(ending.exitCode ?? -1)\(ending.lastWords)")
        }
        return reply
    }
}

extension GitError {
    /// Packs are read and written through memory, where a disk cannot say what is wrong: it may be
    /// full, or a file be cut short or unreadable.
    fileprivate static func unmapped(at directory: String) -> GitError {
        if let space = DiskSpace(at: directory), space.free < MirrorRoom.reserve(of: space) {
            return .diskFull("There was no room to write what was fetched", directory)
        }
        return .damaged(directory, "a file in it was cut short or cannot be read")
    }
}

extension ChildProcess.Ending {
    /// The last line on standard error, as the end of a sentence.
    fileprivate var lastWords: String {
        let text = String(decoding: diagnostics.suffix(500), as: UTF8.self)
        return text.split(separator: "\n").last
            .map { ", saying: \(String($0).onOneLine(limit: 300))" } ?? ""
    }
}
