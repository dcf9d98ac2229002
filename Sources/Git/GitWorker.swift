import Foundation

/// The body of the child process that talks to a server.
///
/// libgit2 has no timeout of its own, so every network operation runs in such a child: the agent
/// kills it at the deadline, and nothing that a server does can hang or crash the agent.
public enum GitWorker: Sendable {
    /// Reads one request from standard input, performs it, and writes one line to standard output.
    ///
    /// Returns the exit code of the process: 0 when an answer was written, be it an error.
    public static func run() -> Int32 {
        signal(SIGPIPE, SIG_IGN)
        do throws(GitError) {
            try WorkerLimits.apply()
        } catch {
            return write(WorkerReply(error: error))
        }
        let input = FileHandle.standardInput.readDataToEndOfFile()
        guard let request = try? JSONDecoder().decode(WorkerRequest.self, from: input) else {
            FileHandle.standardError.write(Data("git-worker: no request on standard input\n".utf8))
            return 64
        }
        // The agent kills this process at the deadline; these are for when the agent is dead.
        endWithReader()
        signal(SIGALRM, SIG_DFL)
        alarm(UInt32(min(max(request.seconds, 0), 86_400).rounded(.up)) + 1)
        return write(perform(request))
    }

    /// Lets the system end this process when nobody can read its answer any more.
    ///
    /// The mirror's lock is free then at once for the agent that comes next.
    private static func endWithReader() {
        var status = stat()
        guard fstat(STDOUT_FILENO, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else { return }
        signal(SIGIO, SIG_DFL)
        _ = fcntl(STDOUT_FILENO, F_SETOWN, getpid())
        _ = fcntl(STDOUT_FILENO, F_SETFL, fcntl(STDOUT_FILENO, F_GETFL) | O_ASYNC)
    }

    static func perform(_ request: WorkerRequest) -> WorkerReply {
        var notes: [String] = []
        var reply: WorkerReply
        do throws(GitError) {
            reply = try answer(to: request, telling: &notes)
        } catch {
            reply = WorkerReply(error: error)
        }
        reply.notes = notes
        return reply
    }

    private static func answer(
        to request: WorkerRequest, telling notes: inout [String]
    ) throws(GitError) -> WorkerReply {
        let url = try RemoteURL(request.url)
        // libgit2 looks for its home once, when it starts.
        SSHHome.set(url.isSSH ? request.directory.map { "\($0)/home" } : nil)
        let branch = try BranchName(request.branch)
        try GuardedStreams.register(for: url, request.access)
        switch request.operation {
        case .scanHostKeys:
            return WorkerReply(hostKeys: try HostKeyScan.keys(of: url))
        case .synchronise:
            return try Mirror(request, of: url, branch)
                .synchronise(discarding: request.discard, telling: &notes)
        case .tidy:
            return try Mirror(request, of: url, branch).tidy(telling: &notes)
        case .fetchCommit:
            return try SubmoduleCopy(request, of: url).fetch(telling: &notes)
        }
    }

    private static func write(_ reply: WorkerReply) -> Int32 {
        guard var line = try? JSONEncoder().encode(reply) else { return 70 }
        line.append(UInt8(ascii: "\n"))
        // A reader that reads gives the same signal as one that goes.
        signal(SIGIO, SIG_IGN)
        do {
            try FileHandle.standardOutput.write(contentsOf: line)
            return 0
        } catch {
            return 74
        }
    }
}
