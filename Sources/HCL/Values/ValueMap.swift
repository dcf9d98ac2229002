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
        if !Self.isStrictlyAscending(sorted) {
            sorted = Self.lastOfEachKey(sorted)
        }
        keys = sorted.map(\.key)
        values = sorted.map(\.value)
        var deepest = 0
        var weight = 1
        for (key, value) in zip(keys, values) {
            deepest = Swift.max(deepest, value.nesting)
            weight = weight.addingSaturated(value.weight).addingSaturated(key.utf8.count)
        }
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

    private static func isStrictlyAscending(_ pairs: [(key: String, value: Value)]) -> Bool {
        for (left, right) in zip(pairs, pairs.dropFirst()) where left.key >= right.key {
            return false
        }
        return true
    }

    private static func lastOfEachKey(_ pairs: [(key: String, value: Value)]) -> [(
        key: String, value: Value
    )] {
        var result: [(key: String, value: Value)] = []
        result.reserveCapacity(pairs.count)
        let order = pairs.indices.sorted { left, right in
            (pairs[left].key, left) < (pairs[right].key, right)
        }
        for index in order {
            if result.last?.key == pairs[index].key { result.removeLast() }
            result.append(pairs[index])
        }
        return result
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
