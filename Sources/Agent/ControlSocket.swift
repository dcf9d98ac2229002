import Foundation
import Synchronization

/// How much the control socket takes from how many.
struct ControlLimits: Sendable {
    /// Connections at the same time; another one is turned away at once.
    var connections = 16

    /// Bytes of a request.
    var request = 64 << 10

    /// How long a peer may take to send its request, and again to take its reply.
    var patience = Duration.seconds(5)

    /// How long a command may take.
    var answering = Duration.seconds(180)

    /// The time between two signs that a command is still worked on: a space before the reply.
    var sign = Duration.seconds(5)
}

/// The agent's door for commands: a socket in the state directory that takes one line and gives one
/// line to each who connects, and lets nobody in but the agent's own user and root.
///
/// It has a thread of its own, on which nothing waits for a peer or for a command.
final class ControlSocket: Sendable {
    /// Makes the reply to a request.
    typealias Answer = @Sendable (ControlCaller, [UInt8]) async -> [UInt8]

    /// Makes the reply to a peer whose request is not looked at.
    typealias Complaint = @Sendable (ControlError) -> [UInt8]

    private let directory: String
    private let mailbox: ControlMailbox

    /// Opens the socket in a state directory that this process owns.
    init(
        in directory: String, limits: ControlLimits = ControlLimits(),
        users: ControlUsers = ControlUsers(),
        complaint: @escaping Complaint, answer: @escaping Answer
    ) throws(ControlError) {
        self.directory = directory
        let mailbox = try ControlMailbox()
        let listening = try ControlEndpoint.listen(in: directory)
        self.mailbox = mailbox
        Thread.detachNewThread {
            var loop = ControlLoop(
                listening: listening, mailbox: mailbox, limits: limits, users: users,
                complaint: complaint, answer: answer)
            loop.run()
        }
    }

    /// Takes the socket away; returns when no connection is left.
    func close() async {
        ControlEndpoint.remove(from: directory)
        await withCheckedContinuation { continuation in
            mailbox.close { continuation.resume() }
        }
    }
}

/// Takes what tasks have for the thread of the socket, and wakes it.
final class ControlMailbox: Sendable {
    private struct State {
        var replies: [(connection: Int, bytes: [UInt8])] = []
        var isClosing = false
        var hasEnded = false
        var atEnd: [@Sendable () -> Void] = []
    }

    /// Readable when there is something to look at.
    let bell: Int32

    private let cord: Int32
    private let state = Mutex(State())

    init() throws(ControlError) {
        var ends: [Int32] = [-1, -1]
        let type =
            Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
            | Int32(SOCK_NONBLOCK.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
            throw .system("No socket can be made", errno)
        }
        (bell, cord) = (ends[0], ends[1])
    }

    deinit {
        Foundation.close(bell)
        Foundation.close(cord)
    }

    var isClosing: Bool { state.withLock { $0.isClosing } }

    func deliver(_ bytes: [UInt8], to connection: Int) {
        state.withLock { $0.replies.append((connection, bytes)) }
        ring()
    }

    /// Takes the replies, and stills the bell.
    func collect() -> [(connection: Int, bytes: [UInt8])] {
        var bytes = [UInt8](repeating: 0, count: 256)
        while recv(bell, &bytes, bytes.count, 0) > 0 {}
        return state.withLock { state in
            defer { state.replies = [] }
            return state.replies
        }
    }

    func close(then atEnd: @escaping @Sendable () -> Void) {
        let hasEnded = state.withLock { state in
            state.isClosing = true
            if !state.hasEnded { state.atEnd.append(atEnd) }
            return state.hasEnded
        }
        if hasEnded { atEnd() } else { ring() }
    }

    /// Called by the thread as the last thing that it does.
    func end() {
        let atEnd = state.withLock { state in
            state.hasEnded = true
            return state.atEnd
        }
        for call in atEnd { call() }
    }

    /// A bell that is full rings already.
    private func ring() {
        var byte: UInt8 = 1
        _ = send(cord, &byte, 1, Int32(MSG_NOSIGNAL))
    }
}
