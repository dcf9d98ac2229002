extension Value {
    func convertedToList(of element: ValueType) throws(ConversionFailure) -> Value {
        guard let given = elements else { throw Self.mismatch(self, .list(element)) }
        if case .list(let type, _) = self, type == element || element == .dynamic { return self }
        let (type, values) = try Self.convert(given.elements, to: element)
        if let unknown = undecided(type, values, element) {
            return .unknown(unknown.retyped(.list(type)))
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
        if let unknown = undecided(type, values, element) {
            return .unknown(unknown.retyped(.map(type)))
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
            guard let shared = sharedType(of: values) else {
                throw ConversionFailure(description: "all elements must have one type")
            }
            type = shared
        }
        var result: [Value] = []
        result.reserveCapacity(values.count)
        for value in values { result.append(try value.converted(to: type)) }
        return (type, result)
    }

    private static func sharedType(of values: [Value]) -> ValueType? {
        let typed = values.filter { !$0.isUntypedNull }
        if typed.isEmpty { return .dynamic }
        if typed.contains(where: \.hasOpenType) { return SharedType.of(typed)?.type }
        var types: [ValueType] = []
        for value in typed where types.last != value.type { types.append(value.type) }
        return ValueType.unified(types)
    }

    private var isUntypedNull: Bool {
        if case .null(.dynamic) = self { true } else { false }
    }

    /// The unknown that keeps the elements of a collection of a type from being known, if there is
    /// one.
    ///
    /// If the elements are to be of one type, whatever that is, then one that may have any type
    /// decides about all of them, and about whether there is such a type at all.
    private func undecided(
        _ type: ValueType, _ values: [Value], _ asked: ValueType
    ) -> Unknown? {
        let isOpen =
            asked == .dynamic
            ? hasOpenType : type == .dynamic && values.contains(where: \.isUnknown)
        return isOpen ? Unknown(reasons: unknownReasons) : nil
    }
}

extension ValueMap {
    /// The same names with other values, given in the order of the names.
    func replacingValues(_ values: [Value]) -> ValueMap {
        ValueMap(zip(keys, values).map { (key: $0, value: $1) })
    }
}
