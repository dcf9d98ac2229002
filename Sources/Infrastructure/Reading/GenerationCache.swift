/// Values by key that keeps what is used and forgets what is not, within a bound.
///
/// It holds two generations. What is stored or found goes into the young one; when that is full,
/// it becomes the old one, and what was old and not asked for since is dropped. So whatever every
/// commit uses stays, as long as that fits into one generation.
struct GenerationCache<Key: Hashable, Value> {
    private let limit: Int
    private var young: [Key: (value: Value, cost: Int)] = [:]
    private var old: [Key: (value: Value, cost: Int)] = [:]
    private var cost = 0

    /// Creates a cache of which each generation costs at most `limit`.
    init(limit: Int) {
        self.limit = limit
    }

    /// The number of values, in both generations.
    var count: Int { young.count + old.count }

    /// The value with a key.
    mutating func value(for key: Key) -> Value? {
        if let found = young[key] { return found.value }
        guard let found = old.removeValue(forKey: key) else { return nil }
        store(found.value, for: key, cost: found.cost)
        return found.value
    }

    /// Keeps a value; one with the same key is replaced.
    mutating func store(_ value: Value, for key: Key, cost: Int = 1) {
        if let replaced = young.removeValue(forKey: key) { self.cost -= replaced.cost }
        if !young.isEmpty, self.cost + cost > limit {
            old = young
            young = [:]
            self.cost = 0
        }
        old[key] = nil
        young[key] = (value, cost)
        self.cost += cost
    }
}
