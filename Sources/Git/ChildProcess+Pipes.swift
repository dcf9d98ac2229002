import CLibgit2
import Glibc
import Synchronization

extension ChildProcess {
    /// A pipe whose ends no other child inherits.
    struct Pipe {
        private(set) var reading: Int32
        private(set) var writing: Int32

        init() throws(Failure) {
            var ends: [Int32] = [-1, -1]
            guard cgit_pipe(&ends) == 0 else { throw .system("make a pipe", errno) }
            (reading, writing) = (ends[0], ends[1])
        }

        mutating func closeReading() { Self.close(&reading) }

        mutating func closeWriting() { Self.close(&writing) }

        mutating func closeBoth() {
            closeReading()
            closeWriting()
        }

        private static func close(_ end: inout Int32) {
            if end >= 0 { Glibc.close(end) }
            end = -1
        }
    }

    /// Collects what comes out of both pipes until both are closed.
    struct Drain {
        private(set) var collected: [[UInt8]] = [[], []]
        private var polled: [pollfd]

        init(output: Int32, diagnostics: Int32) {
            polled = [output, diagnostics].map {
                pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
            }
        }

        /// Returns `nil` when both pipes are closed in time.
        mutating func run(until deadline: ContinuousClock.Instant, limit: Int) -> Failure? {
            while polled.contains(where: { $0.fd >= 0 }) {
                let left = ContinuousClock.now.duration(to: deadline)
                guard left > .zero else { return .deadlinePassed }
                let wait = min(left / .milliseconds(1) + 1, Double(Int32.max))
                let ready = poll(&polled, nfds_t(polled.count), Int32(wait))
                if ready < 0, errno != EINTR { return .system("wait for a child", errno) }
                guard ready > 0 else { continue }
                for index in polled.indices where polled[index].revents != 0 { read(index) }
                guard collected[0].count + collected[1].count <= limit else {
                    return .outputTooLong
                }
            }
            return nil
        }

        private mutating func read(_ index: Int) {
            let chunk = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
                count = max(0, Glibc.read(polled[index].fd, buffer.baseAddress, buffer.count))
            }
            collected[index] += chunk
            // poll leaves a negative descriptor out.
            if chunk.isEmpty { polled[index].fd = -1 }
        }
    }
}

/// Lets another thread end a child early, and never hits a process that is not the child.
///
/// The group is killed only while it is watched, and it is watched only until it is reaped: a
/// process number that the system gave to somebody else meanwhile is out of reach.
final class StopSignal: Sendable {
    private struct State {
        var asked = false
        var group: pid_t?
    }

    private let state = Mutex(State())

    /// Whether somebody asked to stop.
    var isAsked: Bool { state.withLock { $0.asked } }

    /// Kills the child that runs, or the next one as soon as it does.
    func ask() {
        state.withLock { state in
            state.asked = true
            if let group = state.group { kill(-group, SIGKILL) }
        }
    }

    /// Begins to watch a child, which is killed at once when stopping was asked for before.
    func watch(group: pid_t) {
        state.withLock { state in
            state.group = group
            if state.asked { kill(-group, SIGKILL) }
        }
    }

    /// Ends the watch, before the child is reaped.
    func endWatch() { state.withLock { $0.group = nil } }
}
