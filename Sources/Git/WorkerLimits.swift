import CLibgit2
import Glibc

/// What a worker process may use, so that a server that lies cannot fill the machine.
enum WorkerLimits {
    /// Memory of its own, in bytes; a clone of 700,000 objects takes less than half of it.
    static let memory = 512 << 20

    /// The size of one file, such as a pack, in bytes.
    static let file = 4 << 30

    /// Sets the limits for this process; secrets stay out of core files.
    static func apply() throws(GitError) {
        guard cgit_limit_memory(rlim_t(memory)) == 0, cgit_limit_files(rlim_t(file)) == 0,
            cgit_hide_memory() == 0
        else { throw .system("limit the worker process") }
        // A file that grows too large is then an error, and not the end.
        signal(SIGXFSZ, SIG_IGN)
    }
}
