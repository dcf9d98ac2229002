/// Functions of maps and objects.
enum MapFunctions {
    static let all: [StandardFunction] = [
        .init("keys", [.any("inputMap")], keys),
        .init("values", [.any("mapping")], values),
        .init(
            "lookup", [.any("inputMap"), .text("key")],
            variadic: .init("default", .dynamic, allowsNull: true, unknowns: .all), lookup),
        .init(
            "merge", [], variadic: .init("maps", .dynamic, allowsNull: true, unknowns: .inside),
            merge),
        .init(
            "transpose", [.init("values", .map(.list(.string)))],
            result: .map(.list(.string)), transpose),
        .init("zipmap", [.list("keys", of: .string), .any("values")], zipMap),
    ]

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
        guard call.arguments.count <= 3 else {
            throw call.failure("it takes two or three arguments")
        }
        let name = call.text(1)
        let attributes = try call.attributes(0)
        if let value = attributes[name] { return value }
        guard call.arguments.count == 3 else {
            throw call.failure(
                "there is no key \"\(name)\" and no default",
                hint: NearestName.hint(for: name, among: attributes.keys))
        }
        guard case .map(let type, _) = call.arguments[0] else { return call.arguments[2] }
        return try call.converted(2, to: type)
    }

    /// Joins maps, of which later ones win.
    ///
    /// Maps of one type make a map, everything else makes an object.
    @Sendable
    private static func merge(_ call: Call) throws(Diagnostic) -> Value {
        var pairs: [(key: String, value: Value)] = []
        var types: Set<ValueType> = []
        var areMaps = true
        for (index, value) in call.arguments.enumerated() where !value.isNull {
            guard let attributes = value.attributes else {
                throw call.failure(argument: index, "a map or an object is required")
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
            for element in list.elements ?? [] {
                guard let text = element.stringValue else {
                    throw call.failure(argument: 0, "an element is null")
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
                throw call.failure(argument: 0, "a key is null")
            }
            pairs.append((text, value))
        }
        if case .list(let type, _) = call.arguments[1] { return .map(type, ValueMap(pairs)) }
        return .object(ValueMap(pairs))
    }
}
