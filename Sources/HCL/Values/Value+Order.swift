extension Value {
    /// A set of elements that all have the given type: each once, in a fixed order.
    public static func makeSet(_ element: ValueType, _ elements: some Sequence<Value>) -> Value {
        let sorted =
            element.isPrimitive
            ? elements.sorted { $0.isOrdered(before: $1) }
            : orderedByKey(elements)
        var distinct: [Value] = []
        for value in sorted where distinct.last?.isSame(as: value) != true {
            distinct.append(value)
        }
        return .set(element, ValueList(distinct))
    }

    /// Elements that are no plain values in the order of the keys by which the reference
    /// implementation tells them apart, nulls last.
    private static func orderedByKey(_ elements: some Sequence<Value>) -> [Value] {
        let keyed = elements.map { value in
            var key: [UInt8] = []
            value.appendSetKey(to: &key)
            return (key: key, value: value)
        }
        return keyed.sorted { left, right in
            if left.value.isNull != right.value.isNull { return right.value.isNull }
            if left.key == right.key { return left.value.isOrdered(before: right.value) }
            return left.key.lexicographicallyPrecedes(right.key)
        }.map(\.value)
    }

    private func isSame(as other: Value) -> Bool {
        !isOrdered(before: other) && !other.isOrdered(before: self)
    }

    /// A total order: false before true, numbers and text ascending, collections by their parts,
    /// then nulls, then unknown values.
    private func isOrdered(before other: Value) -> Bool {
        compare(other) < 0
    }

    private func compare(_ other: Value) -> Int {
        switch (self, other) {
        case (.bool(let left), .bool(let right)): (left ? 1 : 0) - (right ? 1 : 0)
        case (.number(let left), .number(let right)): left < right ? -1 : left == right ? 0 : 1
        case (.string(let left), .string(let right)): left < right ? -1 : left == right ? 0 : 1
        default:
            if let left = elements, let right = other.elements {
                Self.compare(left.elements, right.elements)
            } else if let left = attributes, let right = other.attributes {
                Self.compare(left, right)
            } else {
                rank - other.rank
            }
        }
    }

    private static func compare(_ left: [Value], _ right: [Value]) -> Int {
        for (first, second) in zip(left, right) {
            let order = first.compare(second)
            if order != 0 { return order }
        }
        return left.count - right.count
    }

    private static func compare(_ left: ValueMap, _ right: ValueMap) -> Int {
        for (first, second) in zip(left.keys, right.keys) where first != second {
            return first < second ? -1 : 1
        }
        return compare(left.values, right.values)
    }

    private var rank: Int {
        switch self {
        case .bool: 0
        case .number: 1
        case .string: 2
        case .list, .set, .tuple: 3
        case .map, .object: 4
        case .null: 5
        case .unknown: 6
        }
    }
}
