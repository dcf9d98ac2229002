import Synchronization

/// Lets a poll go before the tidying of a mirror, which nobody waits for.
///
/// The actor of the source is busy while it tidies, so what a poll has to say to it is said here.
final class MirrorTurns: Sendable {
    private struct State {
        var polls = 0
        var tidying: StopSignal?
    }

    private let state = Mutex(State())

    /// A poll is on its way: ends what is tidied now, and lets nothing of that kind begin before it.
    func pollComes() {
        state.withLock { state in
            state.polls += 1
            state.tidying?.ask()
        }
    }

    /// The poll that came has its turn.
    func pollBegins() { state.withLock { $0.polls -= 1 } }

    /// Begins to tidy; `nil` while a poll waits.
    func tidyingBegins() -> StopSignal? {
        state.withLock { state in
            guard state.polls == 0 else { return nil }
            let stop = StopSignal()
            state.tidying = stop
            return stop
        }
    }

    func tidyingEnds() { state.withLock { $0.tidying = nil } }
}
