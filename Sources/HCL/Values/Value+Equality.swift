extension Value {
    /// Whether two values are equal as `==` of the language has it; nothing if that is unknown.
    ///
    /// Values of different types are never equal, so `1` differs from `"1"` and a list differs
    /// from a tuple, but all nulls are equal.
    public func equals(_ other: Value) -> Bool? {
        switch (self, other) {
        case (.unknown(let unknown), let known), (let known, .unknown(let unknown)):
            Self.mayEqual(unknown, known) ? nil : false
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): left == right
        case (.tuple(let left), .tuple(let right)): Self.equal(left.elements, right.elements)
        case (.list(let first, let left), .list(let second, let right)),
            (.set(let first, let left), .set(let second, let right)):
            first == second ? Self.equal(left.elements, right.elements) : false
        case (.map(let first, let left), .map(let second, let right)):
            first == second ? Self.equal(left, right) : false
        case (.object(let left), .object(let right)): Self.equal(left, right)
        default: false
        }
    }

    /// Values of different types are not equal, whatever they are, unless both may be null.
    private static func mayEqual(_ unknown: Unknown, _ other: Value) -> Bool {
        if other.isUnknown || other.isNull || unknown.type.hasDynamicPart { return true }
        let type = other.type
        return type.hasDynamicPart || type == unknown.type
    }

    private static func equal(_ left: [Value], _ right: [Value]) -> Bool? {
        guard left.count == right.count else { return false }
        var result: Bool? = true
        for (first, second) in zip(left, right) {
            switch first.equals(second) {
            case false: return false
            case nil: result = nil
            case true: break
            }
        }
        return result
    }

    private static func equal(_ left: ValueMap, _ right: ValueMap) -> Bool? {
        left.keys == right.keys ? equal(left.values, right.values) : false
    }
}

extension Value: Equatable {
    /// Whether two values are the same in all parts, including types and unknown parts.
    ///
    /// Unlike `equals(_:)` this always has an answer: unknown values are the same when their
    /// types and reasons are.
    public static func == (left: Value, right: Value) -> Bool {
        switch (left, right) {
        case (.unknown(let first), .unknown(let second)): first == second
        case (.null(let first), .null(let second)): first == second
        case (.bool(let first), .bool(let second)): first == second
        case (.number(let first), .number(let second)): first == second
        case (.string(let first), .string(let second)): first == second
        case (.tuple(let first), .tuple(let second)): first.elements == second.elements
        case (.list(let firstType, let first), .list(let secondType, let second)),
            (.set(let firstType, let first), .set(let secondType, let second)):
            firstType == secondType && first.elements == second.elements
        case (.map(let firstType, let first), .map(let secondType, let second)):
            firstType == secondType && first.keys == second.keys && first.values == second.values
        case (.object(let first), .object(let second)):
            first.keys == second.keys && first.values == second.values
        default: false
        }
    }
}
