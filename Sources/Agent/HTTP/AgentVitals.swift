import Reporting
import Synchronization

/// What the loop shows of itself, for health and metrics; written by the loop, read by anybody.
final class AgentVitals: Sendable {
    private struct State {
        var isEnding = false
        var lastTurn: Duration?
        var polls = 0
        var failures = 0
        var rebuilds = 0
        var pollSeconds = 0.0
        var lastPollSeconds: Double?
        var lastSuccess: Double?

        mutating func count(_ time: Duration) {
            polls += 1
            let seconds = time / .seconds(1)
            pollSeconds += seconds
            lastPollSeconds = seconds
        }
    }

    private let state = Mutex(State())

    init() {}

    /// The loop begins a turn, at the time `now` of its clock.
    func turned(now: Duration) { state.withLock { $0.lastTurn = now } }

    /// The loop makes no further turn, and waits for what is under way.
    func ends() { state.withLock { $0.isEnding = true } }

    /// A poll succeeded at a time in seconds since 1970.
    func polled(in time: Duration, at wallClock: Double, isMirrorRebuilt: Bool) {
        state.withLock { state in
            state.count(time)
            state.lastSuccess = wallClock
            if isMirrorRebuilt { state.rebuilds += 1 }
        }
    }

    /// A poll failed.
    func pollFailed(in time: Duration) {
        state.withLock { state in
            state.count(time)
            state.failures += 1
        }
    }

    /// Whether a poll has ever succeeded.
    var hasPolled: Bool { state.withLock { $0.lastSuccess != nil } }

    /// How long ago the loop began its last turn; `nil` when it is not expected to turn.
    func quiet(now: Duration) -> Duration? {
        state.withLock { state in
            state.isEnding ? nil : state.lastTurn.map { now - $0 }
        }
    }

    /// What the polls came to, as metrics.
    var metrics: [MetricsPage.Family] {
        let state = state.withLock { $0 }
        return [
            .init(
                "uprev_git_polls_total", .counter, help: "Polls of the repository.",
                [.init(Double(state.polls))]),
            .init(
                "uprev_git_poll_failures_total", .counter, help: "Polls that failed.",
                [.init(Double(state.failures))]),
            .init(
                "uprev_git_poll_duration_seconds_total", .counter,
                help: "The time that all polls took together.", [.init(state.pollSeconds)]),
            .init(
                "uprev_git_last_poll_duration_seconds", .gauge,
                help: "The time that the last poll took.",
                state.lastPollSeconds.map { [.init($0)] } ?? []),
            .init(
                "uprev_git_last_success_timestamp_seconds", .gauge,
                help: "When a poll last succeeded, in seconds since 1970.",
                state.lastSuccess.map { [.init($0)] } ?? []),
            .init(
                "uprev_git_mirror_rebuilds_total", .counter,
                help: "How often the mirror was found broken and fetched anew.",
                [.init(Double(state.rebuilds))]),
        ]
    }
}
