import Dispatch
import Foundation

/// Sends one line to the agent of a state directory, and takes one line back.
struct ControlExchange: Sendable {
    /// The longest reply that is taken: the state of many clusters of many nodes.
    static let replyLimit = 16 << 20

    let directory: String

    /// How long the agent may be silent; while it works on the command, it gives signs of it.
    let silence: Duration

    /// The reply to a request; the calling task waits, no thread of Swift's pool does.
    func send(_ request: [UInt8]) async throws(ControlError) -> [UInt8] {
        let result = await withCheckedContinuation { continuation in
            DispatchQueue(label: "uprev.control.client").async {
                continuation.resume(
                    returning: Result { () throws(ControlError) in try exchange(request) })
            }
        }
        return try result.get()
    }

    private func exchange(_ request: [UInt8]) throws(ControlError) -> [UInt8] {
        let end = ContinuousClock.now + silence
        let descriptor = try ControlEndpoint.connect(in: directory, until: end)
        defer { close(descriptor) }
        var rest = (request + [UInt8(ascii: "\n")])[...]
        // An agent that says no before it has read everything is heard all the same.
        while !rest.isEmpty, let sent = try put(rest, descriptor, end) {
            rest = rest.dropFirst(sent)
        }
        var reply: [UInt8] = []
        while reply.last != UInt8(ascii: "\n") {
            let part = try take(descriptor, .now + silence)
            guard !part.isEmpty, reply.count + part.count <= Self.replyLimit else {
                throw unclear("The agent ended the connection before it had answered")
            }
            reply += part
        }
        return Array(reply.dropLast().drop { $0 == UInt8(ascii: " ") })
    }

    /// How many bytes were sent; `nil` when the agent takes no more.
    private func put(
        _ bytes: ArraySlice<UInt8>, _ descriptor: Int32, _ end: ContinuousClock.Instant
    ) throws(ControlError) -> Int? {
        while true {
            let count = bytes.withUnsafeBytes {
                Foundation.send(
                    descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count >= 0 { return count }
            guard errno == EAGAIN || errno == EINTR else { return nil }
            try pause(descriptor, Int16(POLLOUT), end)
        }
    }

    /// The next bytes; none at the end.
    private func take(
        _ descriptor: Int32, _ end: ContinuousClock.Instant
    ) throws(ControlError) -> [UInt8] {
        var part = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = recv(descriptor, &part, part.count, 0)
            if count >= 0 { return Array(part[..<count]) }
            guard errno == EAGAIN || errno == EINTR else { return [] }
            try pause(descriptor, Int16(POLLIN), end)
        }
    }

    private func pause(
        _ descriptor: Int32, _ events: Int16, _ end: ContinuousClock.Instant
    ) throws(ControlError) {
        let left = (end - ContinuousClock.now).components.seconds
        guard left >= 0, ContinuousClock.now < end else {
            throw unclear("The agent did not answer in time")
        }
        var watched = pollfd(fd: descriptor, events: events, revents: 0)
        _ = poll(&watched, 1, Int32(clamping: (left + 1) * 1000))
    }

    private func unclear(_ what: String) -> ControlError {
        ControlError(
            "\(what).",
            hint: "Whether the command was taken is told by `uprev status` and `uprev logs`.")
    }
}
