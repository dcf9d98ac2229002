extension Value {
    /// The text, when this is a known string.
    public var stringValue: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The truth value, when this is a known one.
    public var boolValue: Bool? {
        if case .bool(let flag) = self { flag } else { nil }
    }

    /// The number, when this is a known one.
    public var numberValue: Number? {
        if case .number(let number) = self { number } else { nil }
    }

    /// The elements, when this is a known list, set or tuple.
    public var elements: ValueList? {
        switch self {
        case .list(_, let elements), .set(_, let elements), .tuple(let elements): elements
        case .unknown, .null, .bool, .number, .string, .map, .object: nil
        }
    }

    /// The named elements, when this is a known map or object.
    public var attributes: ValueMap? {
        switch self {
        case .map(_, let elements), .object(let elements): elements
        case .unknown, .null, .bool, .number, .string, .list, .set, .tuple: nil
        }
    }

    /// Whether this is null, of whatever type.
    public var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// Whether the value itself is unknown; parts of a known collection may still be.
    public var isUnknown: Bool {
        if case .unknown = self { true } else { false }
    }

    /// Whether the value and all its parts are known.
    public var isWhollyKnown: Bool {
        switch self {
        case .unknown: false
        case .null, .bool, .number, .string: true
        case .list(_, let elements), .set(_, let elements), .tuple(let elements):
            elements.allSatisfy(\.isWhollyKnown)
        case .map(_, let elements), .object(let elements):
            elements.values.allSatisfy(\.isWhollyKnown)
        }
    }

    /// The reasons why the value or any part of it is unknown; empty when all is known.
    public var unknownReasons: [UnknownReason] {
        var collected: [UnknownReason] = []
        collectReasons(into: &collected)
        return Unknown(reasons: collected).reasons
    }

    private func collectReasons(into collected: inout [UnknownReason]) {
        switch self {
        case .unknown(let unknown): collected += unknown.reasons
        case .null, .bool, .number, .string: break
        case .list(_, let elements), .set(_, let elements), .tuple(let elements):
            for element in elements { element.collectReasons(into: &collected) }
        case .map(_, let elements), .object(let elements):
            for element in elements.values { element.collectReasons(into: &collected) }
        }
    }
}
