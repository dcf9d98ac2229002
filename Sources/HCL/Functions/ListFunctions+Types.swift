/// The types of results, as far as they follow from types of arguments that may be unknown.
extension ListFunctions {
    @Sendable
    static func concatenatedType(_ call: Call) throws(Diagnostic) -> ValueType {
        guard !call.arguments.isEmpty else {
            throw call.failure("at least one argument is required")
        }
        let lists = call.arguments.compactMap { value -> ValueType? in
            if case .list(let element) = value.type { element } else { nil }
        }
        let areOpen = call.arguments.contains(where: \.isUnknown)
        if lists.count == call.arguments.count,
            let element = SharedType.of(lists, areOpen: areOpen)?.type
        {
            return .list(element)
        }
        for (index, value) in call.arguments.enumerated() {
            guard value.type.isOrdered else {
                throw call.failure(
                    argument: index,
                    "a list or a tuple is required, not \(value.type.friendlyName)")
            }
            if case .list = value.type, value.isUnknown { break }
        }
        return .dynamic
    }

    @Sendable
    static func selectedType(_ call: Call) throws(Diagnostic) -> ValueType {
        switch call.arguments[0].type {
        case .list(let element): return element
        case .tuple: return .dynamic
        case let type:
            throw call.failure("a list or a tuple is required, not \(type.friendlyName)")
        }
    }

    @Sendable
    static func matchedType(_ call: Call) throws(Diagnostic) -> ValueType {
        guard SharedType.of([call.arguments[1], call.arguments[2]]) != nil else {
            throw call.failure("the keys and the set that is searched must have one type")
        }
        return call.arguments[0].type
    }

    @Sendable
    static func reversedType(_ call: Call) throws(Diagnostic) -> ValueType {
        switch call.arguments[0].type {
        case .list(let element), .set(let element): return .list(element)
        case .tuple(let types): return .tuple(types.reversed())
        case let type:
            throw call.failure(
                argument: 0, "a list or a tuple is required, not \(type.friendlyName)",
                parameter: "list")
        }
    }

    @Sendable
    static func slicedType(_ call: Call) throws(Diagnostic) -> ValueType {
        guard call.arguments[0].type.isOrdered else {
            throw call.failure(argument: 0, "a list or a tuple is required", parameter: "list")
        }
        let start = try bound(1, call)
        let end = try bound(2, call)
        if let start, let end, start > end {
            throw call.failure(
                argument: 1, "it must not be greater than the end", parameter: "start_index")
        }
        if case .list = call.arguments[0].type { return call.arguments[0].type }
        return .dynamic
    }

    /// A place in the list that is cut, if it is known.
    private static func bound(_ index: Int, _ call: Call) throws(Diagnostic) -> Int? {
        if call.arguments[index].isUnknown { return nil }
        let place = try call.integer(index)
        let count = call.arguments[0].elements?.count ?? .max
        guard (0...count).contains(place) else {
            throw call.failure(argument: index, "it must be a place in the list or at its end")
        }
        return place
    }
}

extension ValueType {
    /// Whether values have elements with places: lists and tuples.
    var isOrdered: Bool {
        switch self {
        case .list, .tuple: true
        default: false
        }
    }

    /// Whether values have named elements: maps and objects.
    var isMapping: Bool {
        switch self {
        case .map, .object: true
        default: false
        }
    }
}
