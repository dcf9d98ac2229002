/// A program to run as a child process.
public struct ChildCommand: Sendable {
    /// The program: a name to be found in the environment's `PATH`, or an absolute path.
    public var executable: String

    /// Its arguments, without the program itself.
    public var arguments: [String]

    /// Its whole environment; nothing is inherited.
    public var environment: [String: String]

    /// The folder that it runs in.
    public var workingDirectory: String

    /// What to do with its standard output; standard error is always streamed.
    public var standardOutput: OutputHandling = .stream

    /// A file that the program and its descendants get as standard input.
    ///
    /// An advisory lock on it lives as long as any of them does.
    public var standardInput = "/dev/null"

    /// Whether ``standardInput`` is locked, and refused while somebody else holds the lock.
    public var locksStandardInput = false

    /// How long it may run before it is stopped.
    public var timeout: Duration = .seconds(7200)

    /// How it is stopped.
    public var stop: StopPolicy = .reader

    /// Creates a command that inherits nothing and streams its output.
    public init(
        _ executable: String, _ arguments: [String], environment: [String: String],
        in workingDirectory: String
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
    }
}

/// What is done with the standard output of a child process.
public enum OutputHandling: Hashable, Sendable {
    /// Its lines are handed on as they come.
    case stream

    /// It is kept, up to this number of bytes, and shown to nobody.
    case capture(limit: Int)
}

/// A line that a child process wrote, or that its runner has to say about it.
public struct OutputLine: Hashable, Sendable {
    /// Where a line comes from.
    public enum Stream: String, Hashable, Sendable {
        /// Standard output.
        case output
        /// Standard error.
        case error
        /// The runner itself, for example when it stops the process.
        case runner
    }

    /// Where the line comes from.
    public var stream: Stream

    /// The line without its line end; secrets hidden, at most 64 KiB, valid UTF-8.
    public var text: String

    /// Creates a line.
    public init(_ stream: Stream, _ text: String) {
        self.stream = stream
        self.text = text
    }
}

/// How a child process ended.
public struct ChildResult: Hashable, Sendable {
    /// How a process ends.
    public enum Ending: Hashable, Sendable {
        /// With an exit status.
        case exited(Int)
        /// By a signal.
        case signalled(Int)
    }

    /// How the process itself ended.
    public var ending: Ending

    /// Why the process or its descendants were asked to end; `nil` when they were not.
    public var stopped: StopReason?

    /// The standard output, when it was captured.
    public var captured: [UInt8]

    /// How it ended, to follow the name of what was run.
    var sentence: String {
        switch (stopped, ending) {
        case (.timedOut, _): "was stopped, since it took too long"
        case (.tooMuchOutput, _): "was stopped, since it wrote more than can be read"
        case (_, .exited(let status)): "ended with status \(status)"
        case (_, .signalled(let signal)): "was ended by signal \(signal)"
        }
    }

    /// Whether the process ended by itself and with status 0.
    public var succeeded: Bool {
        ending == .exited(0) && (stopped == nil || stopped == .leftBehind)
    }
}

/// Why a child process was stopped.
public enum StopReason: Hashable, Sendable {
    /// It ran longer than its timeout.
    case timedOut

    /// The task that ran it was cancelled.
    case cancelled

    /// It had ended, and had left descendants behind.
    case leftBehind

    /// It wrote more than was to be captured.
    case tooMuchOutput
}

/// A child process that could not be run.
public enum ChildProcessError: Error, Hashable, CustomStringConvertible {
    /// The program could not be started.
    case notStarted(executable: String, reason: String)

    /// Processes of an earlier run still hold the lock.
    case occupied(lock: String)

    /// One sentence that names the program.
    public var description: String {
        switch self {
        case .notStarted(let executable, let reason):
            "The program \(executable) could not be started: \(reason)."
        case .occupied(let lock):
            "Processes of an earlier run still work here; they hold \(lock)."
        }
    }
}
