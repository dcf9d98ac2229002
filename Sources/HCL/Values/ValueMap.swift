/// The elements of a map or the attributes of an object, in the order of their names.
///
/// Names are ordered by their bytes, which makes everything derived from a value deterministic.
public struct ValueMap: Sendable {
    /// The names, ascending.
    public let keys: [String]
    /// The values, in the order of `keys`.
    public let values: [Value]
    /// How many collections are inside one another at the deepest place; one for a flat map.
    public let nesting: Int
    /// About how many bytes the collection would be written with.
    ///
    /// Parts that occur several times count each time. Saturates.
    let weight: Int

    /// Creates a map from pairs in any order; of several with one name the last counts.
    public init(_ pairs: some Sequence<(key: String, value: Value)>) {
        var sorted = Array(pairs)
        if !Self.isStrictlyAscending(sorted) { Self.keepLastOfEachKey(&sorted) }
        var keys: [String] = []
        var values: [Value] = []
        keys.reserveCapacity(sorted.count)
        values.reserveCapacity(sorted.count)
        var deepest = 0
        var weight = 1
        for (key, value) in sorted {
            deepest = Swift.max(deepest, value.nesting)
            weight = weight.addingSaturated(value.weight).addingSaturated(key.utf8.count)
            keys.append(key)
            values.append(value)
        }
        self.keys = keys
        self.values = values
        nesting = deepest + 1
        self.weight = weight
    }

    /// The value with a name.
    public subscript(key: String) -> Value? {
        var low = 0
        var high = keys.count
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low < keys.count && keys[low] == key ? values[low] : nil
    }

    private typealias Pair = (key: String, value: Value)

    private static func isStrictlyAscending(_ pairs: [Pair]) -> Bool {
        for index in pairs.indices.dropFirst() where pairs[index - 1].key >= pairs[index].key {
            return false
        }
        return true
    }

    private static func keepLastOfEachKey(_ pairs: inout [Pair]) {
        // The order of pairs with one key stays, as sorting is stable.
        pairs.sort { $0.key < $1.key }
        var count = 0
        for index in pairs.indices {
            if count > 0, pairs[count - 1].key == pairs[index].key { count -= 1 }
            if count != index { pairs[count] = pairs[index] }
            count += 1
        }
        pairs.removeLast(pairs.count - count)
    }
}

extension ValueMap: RandomAccessCollection, ExpressibleByDictionaryLiteral {
    /// Creates a map from a literal.
    public init(dictionaryLiteral elements: (String, Value)...) {
        self.init(elements.map { (key: $0.0, value: $0.1) })
    }

    /// The index of the first pair: zero.
    public var startIndex: Int { 0 }
    /// The number of pairs.
    public var endIndex: Int { keys.count }

    /// The pair at an index, which must be in range.
    public subscript(position: Int) -> (key: String, value: Value) {
        (key: keys[position], value: values[position])
    }
}
