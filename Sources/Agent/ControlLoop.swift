import Foundation

/// What the thread of the control socket does: looks at every connection, and waits for none.
struct ControlLoop {
    private enum Phase {
        case reading([UInt8], ControlCaller)
        case answering(until: ContinuousClock.Instant)
        case writing(ArraySlice<UInt8>)
    }

    private struct Connection {
        let descriptor: Int32
        var phase: Phase
        var deadline: ContinuousClock.Instant
    }

    private let listening: Int32
    private let mailbox: ControlMailbox
    private let limits: ControlLimits
    private let users: ControlUsers
    private let complaint: ControlSocket.Complaint
    private let answer: ControlSocket.Answer
    /// By a number that is never used again, unlike a descriptor's.
    private var connections: [Int: Connection] = [:]
    private var count = 0
    private var noAcceptBefore = ContinuousClock.now

    init(
        listening: Int32, mailbox: ControlMailbox, limits: ControlLimits, users: ControlUsers,
        complaint: @escaping ControlSocket.Complaint, answer: @escaping ControlSocket.Answer
    ) {
        self.listening = listening
        self.mailbox = mailbox
        self.limits = limits
        self.users = users
        self.complaint = complaint
        self.answer = answer
    }

    /// Serves until the mailbox is closed.
    mutating func run() {
        while !mailbox.isClosing { turn() }
        close(listening)
        let ending = ControlError(
            "The agent is ending.",
            hint: "Whether the command was taken is told by `uprev status` and `uprev logs`.")
        for id in connections.keys {
            if case .writing = connections[id]?.phase { write(id) } else { refuse(id, ending) }
            end(id)
        }
        mailbox.end()
    }

    private mutating func turn() {
        let ids = Array(connections.keys)
        var watched = [pollfd(fd: mailbox.bell, events: Int16(POLLIN), revents: 0)]
        let accepts = ContinuousClock.now >= noAcceptBefore
        // A negative descriptor is passed over.
        watched.append(
            pollfd(fd: accepts ? listening : -1, events: Int16(POLLIN), revents: 0))
        for id in ids { watched.append(watching(connections[id])) }
        defer { expire() }
        guard poll(&watched, nfds_t(watched.count), timeout) >= 0 else {
            // Out of memory or descriptors: asked again soon, and not in a loop.
            if errno != EINTR { usleep(100_000) }
            return
        }
        for (connection, bytes) in mailbox.collect() { reply(bytes, to: connection) }
        for (id, entry) in zip(ids, watched.dropFirst(2)) where entry.revents != 0 {
            if case .writing = connections[id]?.phase { write(id) } else { read(id) }
        }
        if watched[1].revents != 0 { accept() }
    }

    private func watching(_ connection: Connection?) -> pollfd {
        switch connection?.phase {
        case .reading: .init(fd: connection?.descriptor ?? -1, events: Int16(POLLIN), revents: 0)
        case .writing: .init(fd: connection?.descriptor ?? -1, events: Int16(POLLOUT), revents: 0)
        case .answering, nil: .init(fd: -1, events: 0, revents: 0)
        }
    }

    /// Milliseconds to the next deadline; negative for none.
    private var timeout: Int32 {
        let now = ContinuousClock.now
        var next = connections.values.map(\.deadline).min()
        if noAcceptBefore > now { next = min(next ?? noAcceptBefore, noAcceptBefore) }
        guard let next else { return -1 }
        let (seconds, fraction) = (next - now).components
        return Int32(clamping: max(0, seconds * 1000 + fraction / 1_000_000_000_000_000 + 1))
    }

    private mutating func accept() {
        while true {
            let made = Foundation.accept(listening, nil, nil)
            guard made >= 0 else {
                if errno == EINTR || errno == ECONNABORTED { continue }
                // Out of descriptors: the peer stays in the queue, and is not asked after in a loop.
                if errno != EAGAIN { noAcceptBefore = .now + .seconds(1) }
                return
            }
            _ = fcntl(made, F_SETFD, FD_CLOEXEC)
            _ = fcntl(made, F_SETFL, O_NONBLOCK)
            admit(made)
        }
    }

    private mutating func admit(_ descriptor: Int32) {
        count += 1
        var connection = Connection(
            descriptor: descriptor, phase: .writing([]), deadline: .now + limits.patience)
        do throws(ControlError) {
            let caller = try users.caller(at: descriptor)
            guard connections.count < limits.connections else {
                throw ControlError(
                    "The agent has \(limits.connections) commands at the same time.",
                    hint: "Try again in some seconds.")
            }
            connection.phase = .reading([], caller)
            connections[count] = connection
        } catch {
            // Said at once if it can be said at once: who is turned away holds no place.
            connections[count] = connection
            refuse(count, error)
            end(count)
        }
    }

    private mutating func read(_ id: Int) {
        guard let connection = connections[id],
            case .reading(var bytes, let caller) = connection.phase
        else { return }
        var part = [UInt8](repeating: 0, count: 16 << 10)
        let count = recv(connection.descriptor, &part, part.count, 0)
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        guard count > 0 else {
            // Nothing at all was asked by one that looks whether somebody listens.
            if count == 0, !bytes.isEmpty { refuse(id, ControlError("The request has no end.")) }
            return endUnlessWriting(id)
        }
        bytes += part[..<count]
        let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
        guard line.count <= limits.request else {
            return refuse(id, ControlError("The request is longer than \(limits.request) bytes."))
        }
        guard line.count < bytes.count else {
            connections[id]?.phase = .reading(bytes, caller)
            return
        }
        move(id, to: .answering(until: .now + limits.answering), for: limits.sign)
        let (answer, mailbox, request) = (answer, mailbox, Array(line))
        Task { mailbox.deliver(await answer(caller, request), to: id) }
    }

    private mutating func endUnlessWriting(_ id: Int) {
        if case .writing = connections[id]?.phase { return }
        end(id)
    }

    private mutating func refuse(_ id: Int, _ error: ControlError) {
        reply(complaint(error), to: id)
    }

    private mutating func reply(_ bytes: [UInt8], to id: Int) {
        guard connections[id] != nil else { return }
        move(id, to: .writing((bytes + [UInt8(ascii: "\n")])[...]), for: limits.patience)
        write(id)
    }

    private mutating func move(_ id: Int, to phase: Phase, for time: Duration) {
        connections[id]?.phase = phase
        connections[id]?.deadline = .now + time
    }

    private mutating func write(_ id: Int) {
        guard let connection = connections[id], case .writing(let bytes) = connection.phase
        else { return }
        let count = bytes.withUnsafeBytes {
            send(connection.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        guard count > 0, count < bytes.count else { return end(id) }
        connections[id]?.phase = .writing(bytes.dropFirst(count))
    }

    private mutating func end(_ id: Int) {
        guard let connection = connections.removeValue(forKey: id) else { return }
        // By name too: a child between `fork` and `exec` may have a copy of the descriptor.
        shutdown(connection.descriptor, Int32(SHUT_RDWR))
        close(connection.descriptor)
    }

    /// Says that the command is still worked on; ends a connection at which nobody listens any more.
    private mutating func sign(_ id: Int, before end: ContinuousClock.Instant) {
        guard let descriptor = connections[id]?.descriptor else { return }
        let count = send(descriptor, " ", 1, Int32(MSG_NOSIGNAL))
        guard count > 0 || errno == EAGAIN || errno == EINTR else { return self.end(id) }
        let next = min(.now + limits.sign, end)
        connections[id]?.deadline = next
    }

    private mutating func expire() {
        let now = ContinuousClock.now
        for (id, connection) in connections where connection.deadline <= now {
            switch connection.phase {
            case .reading:
                refuse(id, ControlError("No request came in time."))
            case .answering(let end) where now < end:
                sign(id, before: end)
            case .answering:
                let hint = "It may still be taken: look at `uprev status` and `uprev logs`."
                refuse(id, ControlError("The command took too long.", hint: hint))
            case .writing:
                end(id)
            }
        }
    }
}
