extension ValueType {
    /// A type that values of all the given types can be converted to, or nothing.
    ///
    /// Objects with the same attributes and tuples of one length are unified part by part;
    /// others become maps and lists. A set among lists becomes a list, and a tuple among sets a
    /// set. Of primitive types text is the most general.
    public static func unified(_ types: [ValueType]) -> ValueType? {
        guard let first = types.first else { return nil }
        if types.allSatisfy({ $0 == first }) { return first }
        if types.contains(.dynamic) {
            // What has no type yet can become any plain value, but hides how collections go
            // together.
            let known = types.filter { $0 != .dynamic }
            return known.allSatisfy(\.isPrimitive) ? unified(known) : .dynamic
        }
        if types.allSatisfy({ $0.isPrimitive }) {
            // Numbers and truth values have only text in common, which must be among the types.
            return types.contains(.string) ? .string : nil
        }
        if types.allSatisfy({ $0.isNamed }) { return unifiedNamed(types) }
        if types.allSatisfy({ $0.isSequence }) { return unifiedSequences(types) }
        return nil
    }

    private var isNamed: Bool {
        switch self {
        case .map, .object: true
        default: false
        }
    }

    private var isSequence: Bool {
        switch self {
        case .list, .set, .tuple: true
        default: false
        }
    }

    private static func unifiedNamed(_ types: [ValueType]) -> ValueType? {
        var objects: [[String: ValueType]] = []
        for case .object(let attributes) in types { objects.append(attributes) }
        if objects.count == types.count, let first = objects.first,
            objects.allSatisfy({
                $0.count == first.count && $0.keys.allSatisfy { first[$0] != nil }
            })
        {
            var result: [String: ValueType] = [:]
            for name in first.keys {
                guard let type = unified(objects.compactMap { $0[name] }) else { return nil }
                result[name] = type
            }
            return .object(result)
        }
        var parts: [ValueType] = []
        for type in types {
            switch type {
            case .map(let element): parts.append(element)
            case .object(let attributes): parts += attributes.values
            default: break
            }
        }
        return unified(parts).map { .map($0) }
    }

    private static func unifiedSequences(_ types: [ValueType]) -> ValueType? {
        var tuples: [[ValueType]] = []
        for case .tuple(let elements) in types { tuples.append(elements) }
        if tuples.count == types.count, let first = tuples.first,
            tuples.allSatisfy({ $0.count == first.count })
        {
            var result: [ValueType] = []
            for index in first.indices {
                guard let type = unified(tuples.map { $0[index] }) else { return nil }
                result.append(type)
            }
            return .tuple(result)
        }
        let sets = types.filter { if case .set = $0 { true } else { false } }
        if !sets.isEmpty && sets.count < types.count {
            // Set and sequence have no type in common that is made of both: one is taken as it is.
            let lists = types.filter { if case .list = $0 { true } else { false } }
            return (lists + sets).first { type in types.allSatisfy { $0.canConvert(to: type) } }
        }
        var parts: [ValueType] = []
        for type in types {
            switch type {
            case .list(let element), .set(let element): parts.append(element)
            case .tuple(let elements): parts += elements
            default: break
            }
        }
        return unified(parts).map { sets.isEmpty ? .list($0) : .set($0) }
    }
}
