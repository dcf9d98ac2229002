/// When something that failed is tried again: after twice as long each time, up to a limit.
struct Backoff: Sendable {
    private let first: Duration
    private let limit: Duration
    private var next: Duration

    init(first: Duration, limit: Duration) {
        self.first = first
        self.limit = limit
        next = first
    }

    /// The time to wait now, spread by up to a tenth so that many agents do not call together.
    mutating func step(spread: Double = .random(in: 0.9...1.1)) -> Duration {
        defer { next = min(next * 2, limit) }
        return next * spread
    }

    /// Starts anew after a success.
    mutating func reset() { next = first }
}

/// Says a sentence once, and then at a falling rate while it stays the same.
struct Repetition: Sendable {
    private var sentence: String?
    private var saidAt = Duration.zero
    private var pause = Duration.seconds(60)

    /// Whether `sentence` is to be said at the time `now`.
    mutating func isDue(_ sentence: String, now: Duration) -> Bool {
        if sentence != self.sentence {
            self.sentence = sentence
            saidAt = now
            pause = .seconds(60)
            return true
        }
        guard now - saidAt >= pause else { return false }
        saidAt = now
        pause = min(pause * 2, .seconds(3600))
        return true
    }

    /// Forgets the sentence, so that it is said at once when it comes again.
    mutating func reset() { sentence = nil }
}
