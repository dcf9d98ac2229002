import CLibgit2
import Glibc

/// Runs one program to its end, in a process group of its own.
///
/// When the call returns, the whole group is dead, the child is reaped and every descriptor is
/// closed, however it went: done, too late, stopped or crashed.
struct ChildProcess {
    /// How a child ended.
    struct Ending {
        let output: [UInt8]
        let diagnostics: [UInt8]
        let status: Int32

        /// The exit code, or `nil` when a signal ended the child.
        var exitCode: Int32? { status & 0x7f == 0 ? (status >> 8) & 0xff : nil }

        /// The signal that ended the child.
        var signal: Int32? { status & 0x7f == 0 ? nil : status & 0x7f }
    }

    /// Why a child was not waited for.
    enum Failure: Error, Hashable {
        case deadlinePassed
        case stopped
        case outputTooLong
        case system(String, Int32)
    }

    let executable: String
    let arguments: [String]
    let environment: [String: String]

    /// Bounds what is kept of the output, and ends a child that writes more.
    var outputLimit = 16 << 20

    /// Gives the child `input`, and collects what it writes until it ends.
    ///
    /// The thread waits. A child that still lives at the deadline, or when `stop` is asked for, is
    /// killed. So is one that closes its output and lives on: it has nothing more to say.
    func run(
        input: [UInt8],
        deadline: ContinuousClock.Instant,
        stop: StopSignal = StopSignal()
    ) throws(Failure) -> Ending {
        let standardInput = try Self.memoryFile(holding: input)
        var output = try Pipe()
        var diagnostics = try Pipe()
        let child: pid_t
        do {
            child = try spawn(standardInput, output.writing, diagnostics.writing)
        } catch {
            close(standardInput)
            output.closeBoth()
            diagnostics.closeBoth()
            throw error
        }
        close(standardInput)
        output.closeWriting()
        diagnostics.closeWriting()
        stop.watch(group: child)
        var drain = Drain(output: output.reading, diagnostics: diagnostics.reading)
        let failure = drain.run(until: deadline, limit: outputLimit)
        stop.endWatch()
        kill(-child, SIGKILL)
        output.closeReading()
        diagnostics.closeReading()
        let status = Self.reap(child)
        if stop.isAsked { throw .stopped }
        if let failure { throw failure }
        return Ending(output: drain.collected[0], diagnostics: drain.collected[1], status: status)
    }

    private static func reap(_ child: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        return status
    }

    /// A file in memory, so that a child which does not read can neither block nor signal us.
    private static func memoryFile(holding bytes: [UInt8]) throws(Failure) -> Int32 {
        let file = cgit_memory_file("input")
        guard file >= 0 else { throw .system("make a memory file", errno) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let code = errno
                close(file)
                throw .system("write a memory file", code)
            }
            rest = rest.dropFirst(count)
        }
        lseek(file, 0, SEEK_SET)
        return file
    }

    /// Starts the program in a process group of its own, with these descriptors and no others.
    func spawn(
        _ input: Int32,
        _ output: Int32,
        _ diagnostics: Int32
    ) throws(Failure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, diagnostics, 2)
        cgit_close_from(&actions, 3)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        posix_spawnattr_setflags(&attributes, Int16(flags))

        var argv = ([executable] + arguments).map { strdup($0) } + [nil]
        var envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var child: pid_t = 0
        let code = posix_spawn(&child, executable, &actions, &attributes, &argv, &envp)
        guard code == 0 else { throw .system("start \(executable)", code) }
        return child
    }
}
