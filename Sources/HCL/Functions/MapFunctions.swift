/// Functions of maps and objects.
enum MapFunctions {
    static let all: [StandardFunction] = [
        .init("keys", [.any("inputMap")], typing: keysType, keys),
        .init("values", [.any("mapping")], typing: valuesType, values),
        .init(
            "lookup", [.any("inputMap"), .text("key")],
            variadic: .init("default", .dynamic, allowsNull: true, unknowns: .all),
            typing: foundType, lookup),
        .init(
            "merge", [], variadic: .init("maps", .dynamic, allowsNull: true, unknowns: .all),
            typing: mergedType, merge),
        .init(
            "transpose", [.init("values", .map(.list(.string)))],
            result: .map(.list(.string)), transpose),
        .init(
            "zipmap", [.list("keys", of: .string), .any("values")], typing: zippedType, zipMap),
    ]

    @Sendable
    private static func keysType(_ call: Call) throws(Diagnostic) -> ValueType {
        switch call.arguments[0].type {
        case .map: return .list(.string)
        case .object(let attributes): return .tuple(attributes.map { _ in .string })
        default:
            throw call.failure(argument: 0, "a map or an object is required", parameter: "inputMap")
        }
    }

    @Sendable
    private static func valuesType(_ call: Call) throws(Diagnostic) -> ValueType {
        switch call.arguments[0].type {
        case .map(let element): return .list(element)
        case .object(let attributes):
            return .tuple(attributes.sorted { $0.key < $1.key }.map(\.value))
        default: throw call.failure("a map or an object is required")
        }
    }

    @Sendable
    private static func foundType(_ call: Call) throws(Diagnostic) -> ValueType {
        guard call.arguments.count <= 3 else {
            throw call.failure("it takes two or three arguments")
        }
        guard call.arguments[0].type.isMapping else {
            throw call.failure(argument: 0, "a map or an object is required", parameter: "inputMap")
        }
        if case .map(let element) = call.arguments[0].type { return element }
        return .dynamic
    }

    @Sendable
    private static func mergedType(_ call: Call) throws(Diagnostic) -> ValueType {
        let types = call.arguments.map(\.type)
        for type in types {
            if type == .dynamic { return .dynamic }
            guard type.isMapping else {
                throw call.failure("maps or objects are required, not \(type.friendlyName)")
            }
        }
        guard let first = types.first else { return .dynamic }
        return types.allSatisfy { $0 == first } ? first : .dynamic
    }

    @Sendable
    private static func zippedType(_ call: Call) throws(Diagnostic) -> ValueType {
        switch call.arguments[1].type {
        case .list(let element): return .map(element)
        case .tuple: return .dynamic
        default: throw call.failure("the values must be a list or a tuple")
        }
    }

    @Sendable
    private static func keys(_ call: Call) throws(Diagnostic) -> Value {
        let names = ValueList(try call.attributes(0).keys.map { .string($0) })
        if case .map = call.arguments[0] { return .list(.string, names) }
        return .tuple(names)
    }

    @Sendable
    private static func values(_ call: Call) throws(Diagnostic) -> Value {
        let values = ValueList(try call.attributes(0).values)
        if case .map(let type, _) = call.arguments[0] { return .list(type, values) }
        return .tuple(values)
    }

    @Sendable
    private static func lookup(_ call: Call) throws(Diagnostic) -> Value {
        let name = call.text(1)
        let attributes = try call.attributes(0)
        guard case .map(let type, _) = call.arguments[0] else {
            if let value = attributes[name] { return value }
            guard call.arguments.count == 3 else {
                throw missing("attribute", call, among: attributes)
            }
            return call.arguments[2]
        }
        let fallback =
            call.arguments.count == 3 ? try call.converted(2, to: type) : nil
        guard let value = attributes[name] ?? fallback else {
            throw missing("key", call, among: attributes)
        }
        return value
    }

    /// The error of a name that is not there; only one that the file spells out is repeated.
    private static func missing(
        _ what: String, _ call: Call, among attributes: ValueMap
    ) -> Diagnostic {
        guard call.isWritten(1) else {
            return call.failure("there is no \(what) of that name and no default")
        }
        let (name, names) = (call.text(1), attributes.keys)
        return call.failure(
            "there is no \(what) \"\(SafeText.name(name))\" and no default",
            hint: .lazy { NearestName.hint(for: name, among: names) })
    }

    /// Joins maps, of which later ones win.
    ///
    /// Maps of one type make a map, everything else makes an object.
    @Sendable
    private static func merge(_ call: Call) throws(Diagnostic) -> Value {
        if call.arguments.contains(where: \.isUnknown) {
            return .unknown(
                Unknown(
                    type: try mergedType(call), reasons: call.arguments.flatMap(\.unknownReasons)))
        }
        var pairs: [(key: String, value: Value)] = []
        var types: Set<ValueType> = []
        var areMaps = true
        for value in call.arguments where !value.isNull {
            guard let attributes = value.attributes else {
                throw call.failure("maps or objects are required")
            }
            if case .map(let type, _) = value { types.insert(type) } else { areMaps = false }
            try call.charge(attributes.count)
            pairs += attributes
        }
        let map = ValueMap(pairs)
        if areMaps, types.count == 1, let type = types.first { return .map(type, map) }
        return .object(map)
    }

    @Sendable
    private static func transpose(_ call: Call) throws(Diagnostic) -> Value {
        var result: [String: Set<String>] = [:]
        for (name, list) in try call.attributes(0) {
            guard let elements = list.elements else { throw call.failure("a list is null") }
            for element in elements {
                guard let text = element.stringValue else {
                    throw call.failure("an element of a list is null")
                }
                try call.charge(1)
                result[text, default: []].insert(name)
            }
        }
        let pairs = result.map { name, names in
            (key: name, value: Value.list(.string, ValueList(names.sorted().map { .string($0) })))
        }
        return .map(.list(.string), ValueMap(pairs))
    }

    @Sendable
    private static func zipMap(_ call: Call) throws(Diagnostic) -> Value {
        let (names, values) = (try call.elements(0), try call.elements(1))
        guard names.count == values.count else {
            throw call.failure(
                "there are \(names.count) keys but \(values.count) values; there must be as many")
        }
        try call.charge(names.count)
        var pairs: [(key: String, value: Value)] = []
        for (name, value) in zip(names, values) {
            guard let text = name.stringValue else {
                throw call.failure("a key is null")
            }
            pairs.append((text, value))
        }
        if case .list(let type, _) = call.arguments[1] { return .map(type, ValueMap(pairs)) }
        return .object(ValueMap(pairs))
    }
}
