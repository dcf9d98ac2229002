import Foundation

/// The file of the control socket in a state directory, and how it is bound and reached.
enum ControlEndpoint {
    static let name = "control.sock"

    /// Where a socket is made before it gets its name, in the state directory.
    private static let nursery = "control.new"

    /// Listens at the socket of a state directory that this process owns; the descriptor never blocks.
    ///
    /// The socket is bound in a folder of mode 0700 and moved into its place with mode 0600, so that
    /// there is no instant at which others could connect. One that a killed agent left is replaced.
    static func listen(in directory: String) throws(ControlError) -> Int32 {
        let path = "\(directory)/\(name)"
        let nursery = "\(directory)/\(nursery)"
        var found = stat()
        if lstat(path, &found) == 0, found.st_mode & S_IFMT != S_IFSOCK {
            throw ControlError("\(path) is no socket.", hint: "Move it away.")
        }
        unlink("\(nursery)/\(name)")
        rmdir(nursery)
        guard mkdir(nursery, 0o700) == 0 else { throw .system("\(nursery) cannot be made", errno) }
        defer {
            unlink("\(nursery)/\(name)")
            rmdir(nursery)
        }
        let descriptor = try makeSocket()
        do throws(ControlError) {
            try bind(descriptor, in: nursery)
            guard chmod("\(nursery)/\(name)", 0o600) == 0, Foundation.listen(descriptor, 64) == 0,
                rename("\(nursery)/\(name)", path) == 0
            else { throw ControlError.system("\(path) cannot be made", errno) }
        } catch {
            close(descriptor)
            throw error
        }
        return descriptor
    }

    /// Takes the socket's file away.
    static func remove(from directory: String) { unlink("\(directory)/\(name)") }

    /// Connects to the agent of a state directory; returns a descriptor that never blocks.
    static func connect(
        in directory: String, until deadline: ContinuousClock.Instant
    ) throws(ControlError) -> Int32 {
        let descriptor = try makeSocket()
        while true {
            let code: Int32
            do throws(ControlError) {
                code = try withAddress(in: directory) { address, size in
                    Foundation.connect(descriptor, address, size) == 0 ? 0 : errno
                }
            } catch {
                close(descriptor)
                throw error
            }
            if code == 0 { return descriptor }
            // The queue of the socket is full for the moment.
            if code == EAGAIN || code == EINTR, ContinuousClock.now < deadline {
                usleep(20_000)
                continue
            }
            close(descriptor)
            throw unreachable(code, directory)
        }
    }

    private static func makeSocket() throws(ControlError) -> Int32 {
        let type =
            Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
            | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_UNIX, type, 0)
        guard descriptor >= 0 else { throw .system("No socket can be made", errno) }
        return descriptor
    }

    private static func bind(_ descriptor: Int32, in directory: String) throws(ControlError) {
        let code = try withAddress(in: directory) { address, size in
            Foundation.bind(descriptor, address, size) == 0 ? 0 : errno
        }
        if code != 0 { throw .system("\(directory)/\(name) cannot be made", code) }
    }

    /// Calls `body` with the address of the socket in a directory; its result is an error's number.
    ///
    /// An address holds 107 bytes of path. A longer one is reached through a descriptor of its
    /// directory, which gives it a short name.
    private static func withAddress(
        in directory: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws(ControlError) -> Int32 {
        if let code = call(with: "\(directory)/\(name)", body) { return code }
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreachable(errno, directory) }
        defer { close(descriptor) }
        guard let code = call(with: "/proc/self/fd/\(descriptor)/\(name)", body) else {
            preconditionFailure("The short name of a directory is short.")
        }
        return code
    }

    /// Calls `body` with the address of a path; `nil` when it is too long for one.
    private static func call(
        with path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { room in
            guard path.utf8.count < room.count else { return false }
            room.copyBytes(from: path.utf8)
            return true
        }
        guard fits else { return nil }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    private static func unreachable(_ code: Int32, _ directory: String) -> ControlError {
        let start =
            "Start it with `uprev run`, or name the --state-dir of the one that runs; one "
            + "that runs and cannot take commands says so in its log."
        switch code {
        case ENOENT, ENOTDIR:
            return ControlError("No agent runs with the state directory \(directory).", hint: start)
        case ECONNREFUSED:
            return ControlError(
                "No agent runs with the state directory \(directory) any more.", hint: start)
        case EACCES, EPERM:
            return ControlError(
                "The agent of \(directory) is not reached: it takes commands from its own user "
                    + "and from root only.", hint: "Run the command as one of them, as with sudo.")
        default:
            return .system("The agent of \(directory) is not reached", code)
        }
    }
}

/// What the system says of an error's number.
func systemReason(_ number: Int32) -> String { String(cString: strerror(number)) }
