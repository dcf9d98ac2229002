/// When the mirror is tidied: seldom, and never at the cost of a poll.
struct MirrorChores {
    /// Whether the last poll found something to tidy.
    var isDue: Bool

    /// Even where polls follow each other quickly: it is seldom that one has to wait for it.
    private static let leastTime = Duration.seconds(15)

    /// A disk may be slow, and nobody waits for a merge: who wants to poll cancels it.
    static let longestTime = Duration.seconds(600)

    private static let longestPause = Duration.seconds(6 * 3600)
    private var pause = Duration.seconds(600)
    private var notBefore: ContinuousClock.Instant?
    private var late = 0

    init(isDue: Bool = false) { self.isDue = isDue }

    /// How long tidying may take that begins now; `nil` when it is not its time.
    ///
    /// A try that does not end counts too: the next one comes after a pause that doubles.
    mutating func begin(
        within time: Duration, limit: Duration, now: ContinuousClock.Instant = .now
    ) -> Duration? {
        guard isDue, notBefore.map({ $0 <= now }) ?? true else { return nil }
        notBefore = now.advanced(by: pause)
        pause = min(pause * 2, Self.longestPause)
        return min(max(time, Self.leastTime) * (1 << min(late, 16)), limit)
    }

    /// The time was too short; the next try gets twice as much.
    mutating func wasLate() { late += 1 }

    /// It is done.
    mutating func succeed() { self = MirrorChores() }
}
