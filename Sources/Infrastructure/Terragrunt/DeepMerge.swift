import HCL

/// Why two values cannot be merged, as a phrase.
struct MergeFailure: Error {
    let reason: String
}

extension Value {
    /// The value as it comes out of JSON: sequences are tuples, named elements objects.
    ///
    /// Terragrunt hands locals, inputs and merged values on through JSON, with numbers of double
    /// precision on the way, so that more than 15 digits may change.
    var jsonForm: Value {
        switch self {
        case .unknown, .bool, .string: self
        case .null: .null(.dynamic)
        case .number(let number): .number(Self.throughDouble(number))
        case .list(_, let elements), .set(_, let elements), .tuple(let elements):
            .tuple(ValueList(elements.map(\.jsonForm)))
        case .map(_, let elements), .object(let elements):
            .object(ValueMap(elements.map { (key: $0.key, value: $0.value.jsonForm) }))
        }
    }

    private static func throughDouble(_ number: Number) -> Number {
        let digits = number.description
        guard digits.utf8.count > 15, let double = Double(digits), double.isFinite else {
            return number
        }
        return Number(double.description) ?? number
    }

    /// Lays named elements over others: objects are merged, sequences appended, and everything
    /// else, null too, replaces what was there.
    func deepMerged(under over: Value) throws(MergeFailure) -> Value {
        if isUnknown || over.isUnknown {
            return .unknown(Unknown(reasons: unknownReasons + over.unknownReasons))
        }
        guard let lower = attributes, let upper = over.attributes else { return over }
        var pairs = lower.map { (key: $0.key, value: $0.value) }
        for (key, value) in upper {
            pairs.append((key, try Self.merged(lower[key], value, name: key)))
        }
        return .object(ValueMap(pairs))
    }

    private static func merged(
        _ below: Value?, _ value: Value, name: String
    ) throws(MergeFailure) -> Value {
        guard let below, !below.isNull else { return value }
        if below.attributes != nil, value.attributes != nil {
            return try below.deepMerged(under: value)
        }
        guard let second = value.elements else { return value }
        if case .unknown(let unknown) = below {
            return .unknown(Unknown(reasons: unknown.reasons + value.unknownReasons))
        }
        guard let first = below.elements else {
            throw MergeFailure(reason: "\"\(name)\" is a list in one and no list in the other")
        }
        return .tuple(ValueList(first.elements + second.elements))
    }
}
