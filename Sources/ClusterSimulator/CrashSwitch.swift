import Synchronization

/// The end of the process that acts on the cluster, at a moment of the simulation's choosing.
///
/// Whoever drives a simulated cluster must let it through; only the test catches it.
public struct SimulatedCrash: Error, Hashable, CustomStringConvertible {
    /// Where the process ended, such as `journal.before` or `install.begun`.
    public let point: String

    /// Says where.
    public var description: String { "The process was killed at \(point)." }
}

/// Kills the simulated process at one of the points at which it has an effect.
///
/// Every effect of the simulated ports passes points before and after it. Once killed, the process
/// has no more effects, until ``restart()`` says that a new one runs.
public final class CrashSwitch: Sendable {
    fileprivate enum Trigger: Sendable {
        case count(Int)
        case name(String, occurrence: Int)
    }

    fileprivate struct State: Sendable {
        var trigger: Trigger?
        var passed: [String] = []
        var crash: SimulatedCrash?
    }

    private let state = Mutex(State())

    /// Creates a switch that kills nothing.
    public init() {}

    /// Kills at the `count`th point from now on, the next one being 1.
    public func arm(at count: Int) { state.withLock { $0.trigger = .count(count) } }

    /// Kills at the `occurrence`th point of that name from now on.
    public func arm(at name: String, occurrence: Int = 1) {
        state.withLock { $0.trigger = .name(name, occurrence: occurrence) }
    }

    /// Kills nothing any more.
    public func disarm() { state.withLock { $0.trigger = nil } }

    /// Starts the process again.
    public func restart() { state.withLock { $0.crash = nil } }

    /// The names of all points that were passed so far, in order.
    public var passed: [String] { state.withLock { $0.passed } }

    /// Where the process was killed; `nil` while it lives.
    public var crash: SimulatedCrash? { state.withLock { $0.crash } }

    /// Passes a point.
    public func point(_ name: String) throws(SimulatedCrash) {
        let crash = state.withLock { state -> SimulatedCrash? in
            if let crash = state.crash { return crash }
            state.passed.append(name)
            if state.fires(at: name) {
                state.trigger = nil
                state.crash = SimulatedCrash(point: name)
            }
            return state.crash
        }
        if let crash { throw crash }
    }

    /// Throws when the process has been killed; for what it does without effect.
    public func check() throws(SimulatedCrash) {
        if let crash { throw crash }
    }
}

extension CrashSwitch.State {
    fileprivate mutating func fires(at point: String) -> Bool {
        switch trigger {
        case .count(let left):
            trigger = .count(left - 1)
            return left <= 1
        case .name(point, let left):
            trigger = .name(point, occurrence: left - 1)
            return left <= 1
        case .name, nil: return false
        }
    }
}
