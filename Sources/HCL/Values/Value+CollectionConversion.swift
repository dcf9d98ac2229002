extension Value {
    func convertedToList(of element: ValueType) throws(ConversionFailure) -> Value {
        guard let given = elements else { throw Self.mismatch(self, .list(element)) }
        if case .list(let type, _) = self, type == element || element == .dynamic { return self }
        let (type, values) = try Self.convert(given.elements, to: element)
        if let unknown = Self.undecided(type, values) {
            return .unknown(unknown.retyped(.list(.dynamic)))
        }
        return .list(type, ValueList(values))
    }

    func convertedToSet(of element: ValueType) throws(ConversionFailure) -> Value {
        guard let given = elements else { throw Self.mismatch(self, .set(element)) }
        if case .set(let type, _) = self, type == element || element == .dynamic { return self }
        let (type, values) = try Self.convert(given.elements, to: element)
        if !values.allSatisfy(\.isWhollyKnown) {
            // Unknown elements may turn out equal, so not even the size of the set is known.
            return .unknown(
                Unknown(type: .set(type), reasons: values.flatMap(\.unknownReasons)))
        }
        return .makeSet(type, values)
    }

    func convertedToMap(of element: ValueType) throws(ConversionFailure) -> Value {
        guard let given = attributes else { throw Self.mismatch(self, .map(element)) }
        if case .map(let type, _) = self, type == element || element == .dynamic { return self }
        let (type, values) = try Self.convert(given.values, to: element)
        if let unknown = Self.undecided(type, values) {
            return .unknown(unknown.retyped(.map(.dynamic)))
        }
        return .map(type, given.replacingValues(values))
    }

    func convertedToTuple(_ types: [ValueType]) throws(ConversionFailure) -> Value {
        guard case .tuple(let given) = self, given.count == types.count else {
            throw Self.mismatch(self, .tuple(types))
        }
        var values: [Value] = []
        for (value, type) in zip(given, types) { values.append(try value.converted(to: type)) }
        return .tuple(ValueList(values))
    }

    func convertedToObject(_ types: [String: ValueType]) throws(ConversionFailure) -> Value {
        guard let given = attributes else { throw Self.mismatch(self, .object(types)) }
        var pairs: [(key: String, value: Value)] = []
        for name in types.keys.sorted() {
            guard let value = given[name] else {
                throw ConversionFailure(description: "attribute \"\(name)\" is required")
            }
            pairs.append((name, try value.converted(to: types[name] ?? .dynamic)))
        }
        return .object(ValueMap(pairs))
    }

    private static func mismatch(_ value: Value, _ type: ValueType) -> ConversionFailure {
        ConversionFailure(
            description: "\(type.friendlyName) required, but this is \(value.type.friendlyName)")
    }

    /// Converts elements to a type, or to the type that they can share.
    private static func convert(
        _ values: [Value], to element: ValueType
    ) throws(ConversionFailure) -> (ValueType, [Value]) {
        var type = element
        if type == .dynamic {
            var types: [ValueType] = []
            for value in values where !value.isUntypedNull && types.last != value.type {
                types.append(value.type)
            }
            guard let shared = types.isEmpty ? .dynamic : ValueType.unified(types) else {
                throw ConversionFailure(description: "all elements must have one type")
            }
            type = shared
        }
        var result: [Value] = []
        result.reserveCapacity(values.count)
        for value in values { result.append(try value.converted(to: type)) }
        return (type, result)
    }

    private var isUntypedNull: Bool {
        if case .null(.dynamic) = self { true } else { false }
    }

    /// The unknown that keeps the type of a collection from being known, if there is one.
    private static func undecided(_ type: ValueType, _ values: [Value]) -> Unknown? {
        guard type == .dynamic else { return nil }
        let unknowns = values.filter { $0.isUnknown }
        return unknowns.isEmpty ? nil : Unknown(reasons: unknowns.flatMap(\.unknownReasons))
    }
}

extension ValueMap {
    /// The same names with other values, given in the order of the names.
    func replacingValues(_ values: [Value]) -> ValueMap {
        ValueMap(zip(keys, values).map { (key: $0, value: $1) })
    }
}
