/// How many hooks are looked at: so many from one party, and so many from all of them together.
///
/// A hook costs one of its party's tokens and one of the common ones; one that turned out to be
/// refused costs its party five more. A value: it reads no clock.
struct HookRate: Sendable {
    /// A bucket that fills at a rate up to its size.
    struct Bucket: Sendable {
        let size: Double
        /// Tokens a second.
        let rate: Double
        private(set) var tokens: Double
        private(set) var at: Duration

        init(size: Double, rate: Double, at: Duration) {
            self.size = size
            self.rate = rate
            tokens = size
            self.at = at
        }

        mutating func fill(now: Duration) {
            tokens = min(size, tokens + max(0, (now - at) / .seconds(1)) * rate)
            at = max(at, now)
        }

        mutating func take(_ count: Double) { tokens -= count }

        /// The time until there is a token; `nil` when there is one.
        var wait: Duration? { tokens >= 1 ? nil : .seconds((1 - tokens) / rate) }
    }

    private var all: Bucket
    private var parties: [String: Bucket] = [:]

    /// How many parties are remembered; the one that was quiet for longest is forgotten first.
    static let mostParties = 1024

    init(now: Duration) { all = Bucket(size: 240, rate: 4, at: now) }

    /// Lets a hook of a party in, or says after which time to come again.
    mutating func admit(_ party: String, now: Duration) -> Duration? {
        all.fill(now: now)
        var own = bucket(of: party, now: now)
        defer { remember(own, of: party) }
        if let wait = own.wait ?? all.wait { return wait }
        own.take(1)
        all.take(1)
        return nil
    }

    /// Counts a refused hook against its party.
    mutating func penalise(_ party: String, now: Duration) {
        var own = bucket(of: party, now: now)
        own.take(5)
        remember(own, of: party)
    }

    /// How many parties are remembered now.
    var partyCount: Int { parties.count }

    private func bucket(of party: String, now: Duration) -> Bucket {
        var bucket = parties[party] ?? Bucket(size: 60, rate: 1, at: now)
        bucket.fill(now: now)
        return bucket
    }

    private mutating func remember(_ bucket: Bucket, of party: String) {
        parties[party] = bucket
        guard parties.count > Self.mostParties else { return }
        let quiet = parties.min { $0.value.at < $1.value.at }
        if let quiet { parties[quiet.key] = nil }
    }
}

/// The deliveries that were taken lately, so that none wakes the poll twice.
///
/// Two generations bound both memory and time: what was seen is remembered for one window at least
/// (unless more than fit come in it) and two at most.
struct HookMemory<Delivery: Hashable & Sendable>: Sendable {
    private let capacity: Int
    private let window: Duration
    private var young: Set<Delivery> = []
    private var old: Set<Delivery> = []
    private var turned: Duration

    /// Remembers at most twice `capacity` deliveries.
    init(capacity: Int = 2048, window: Duration = .seconds(12 * 3600), now: Duration) {
        self.capacity = capacity
        self.window = window
        turned = now
    }

    /// Remembers a delivery; false when it was seen before.
    mutating func isNew(_ delivery: Delivery, now: Duration) -> Bool {
        if now - turned >= window || young.count >= capacity {
            old = now - turned >= window * 2 ? [] : young
            young = []
            turned = now
        }
        guard !young.contains(delivery), !old.contains(delivery) else { return false }
        young.insert(delivery)
        return true
    }

    /// How many are remembered.
    var count: Int { young.count + old.count }
}
