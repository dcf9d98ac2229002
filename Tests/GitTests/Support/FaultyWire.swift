import Foundation
import Glibc
import Synchronization

/// A wire to a server on loopback that goes wrong after so many bytes of the server's.
///
/// It counts across connections, so one number names a moment of a whole poll: in the handshake, the
/// authentication, the listing, the negotiation or the pack, whatever the transport.
final class FaultyWire: Sendable {
    /// What happens at the chosen moment, and from then on.
    enum Fault: String, CaseIterable, Sendable {
        case stalls
        case drips
        case resets
        case closes
    }

    private struct State {
        var fault: Fault?
        var limit = Int.max
        var passed = 0
        var hasFailed = false
    }

    private final class Shared: Sendable {
        private let state = Mutex(State())
        func with<R: Sendable>(_ body: (inout State) -> R) -> R { state.withLock { body(&$0) } }
    }

    private let shared: Shared
    private let listener: Listener

    var port: UInt16 { listener.port }

    /// The bytes of the server's that came through since the last ``fail(_:after:)``.
    var passed: Int { shared.with { $0.passed } }

    /// Whether the chosen moment came.
    var hasFailed: Bool { shared.with { $0.hasFailed } }

    init(to port: UInt16) throws {
        let shared = Shared()
        self.shared = shared
        listener = try Listener { outside in Self.connect(outside, to: port, shared) }
    }

    /// Chooses what goes wrong and when; `nil` makes the wire a good one.
    func fail(_ fault: Fault?, after count: Int = .max) {
        shared.with { $0 = State(fault: fault, limit: count) }
    }

    /// Passes everything on between a connection and a port, until one of them ends.
    static func pass(_ outside: Int32, to port: UInt16) {
        let shared = Shared()
        connect(outside, to: port, shared)
    }

    private static func connect(_ outside: Int32, to port: UInt16, _ shared: Shared) {
        let inside = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        _ = fcntl(inside, F_SETFD, FD_CLOEXEC)
        Listener.connect(inside, to: port)
        let clientIsGone = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            while let chunk = receive(from: outside), Listener.send(chunk, over: inside) {}
            shutdown(inside, Int32(SHUT_RDWR))
            clientIsGone.signal()
        }
        let fault = pump(from: inside, to: outside, shared)
        if fault == .stalls { clientIsGone.wait() }
        if fault == .resets {
            var rest = linger(l_onoff: 1, l_linger: 0)
            setsockopt(outside, SOL_SOCKET, SO_LINGER, &rest, socklen_t(MemoryLayout<linger>.size))
        }
        shutdown(outside, fault == .resets ? Int32(SHUT_RD) : Int32(SHUT_RDWR))
        if fault != .stalls { clientIsGone.wait() }
        close(outside)
        close(inside)
    }

    /// Passes the server's bytes on, and returns what went wrong, or `nil` at their end.
    private static func pump(from inside: Int32, to outside: Int32, _ shared: Shared) -> Fault? {
        while true {
            let chunk = receive(from: inside)
            let (good, fault) = shared.with { state -> (Int, Fault?) in
                let good = min(chunk?.count ?? 0, max(0, state.limit - state.passed))
                state.passed += good
                // A server that has said everything may still fail to end.
                let isOver = chunk.map { good < $0.count } ?? (state.passed >= state.limit)
                if isOver, state.fault != nil { state.hasFailed = true }
                return (good, isOver ? state.fault : nil)
            }
            if let chunk, !Listener.send(chunk.prefix(good), over: outside) { return nil }
            if fault == .drips, let chunk {
                for byte in chunk.dropFirst(good) {
                    guard Listener.send([byte], over: outside) else { return nil }
                    usleep(20_000)
                }
                continue
            }
            if let fault { return fault }
            if chunk == nil { return nil }
        }
    }

    /// Some bytes, or `nil` at the end.
    static func receive(from socket: Int32) -> [UInt8]? {
        let chunk = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
            count = max(0, recv(socket, buffer.baseAddress, buffer.count, 0))
        }
        return chunk.isEmpty ? nil : chunk
    }
}
