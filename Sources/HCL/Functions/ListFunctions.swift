/// Functions of lists and tuples.
enum ListFunctions {
    static let all: [StandardFunction] = [
        .init("chunklist", [insideList("list"), .number("size")], chunks),
        .init("compact", [.list("list", of: .string)], result: .list(.string)) {
            call throws(Diagnostic) in
            let kept = try call.elements(0).filter { !($0.stringValue ?? "").isEmpty }
            return .list(.string, ValueList(kept))
        },
        .init("concat", [], variadic: .any("seqs"), concat),
        .init("distinct", [.list("list")], distinct),
        .init("element", [.any("list"), .number("index")], element),
        .init("flatten", [.any("list")], flatten),
        .init("index", [.init("list", .dynamic), .init("value", .dynamic)], index),
        .init("matchkeys", [insideList("values"), .list("keys"), .list("searchset")], matchKeys),
        .init("reverse", [.any("list")], reverse),
        .init("slice", [.any("list"), .number("start_index"), .number("end_index")], slice),
        .init("sort", [.list("list", of: .string)], result: .list(.string), sort),
    ]

    private static func insideList(_ name: String) -> Function.Parameter {
        .init(name, .list(.dynamic), unknowns: .inside)
    }

    /// A list or tuple like a given one with other elements, which come from that one.
    private static func like(_ value: Value, _ elements: [Value]) -> Value {
        switch value {
        case .list(let type, _), .set(let type, _): .list(type, ValueList(elements))
        default: .tuple(ValueList(elements))
        }
    }

    private static func elementType(_ value: Value) -> ValueType {
        if case .list(let type, _) = value { type } else { .dynamic }
    }

    @Sendable
    private static func chunks(_ call: Call) throws(Diagnostic) -> Value {
        let size = try call.integer(1)
        guard size >= 0 else { throw call.failure(argument: 1, "it must not be negative") }
        let elements = try call.elements(0)
        try call.charge(elements.count)
        let type = elementType(call.arguments[0])
        var chunks: [Value] = []
        var start = 0
        while start < elements.count {
            let end = size == 0 ? elements.count : min(elements.count, start + size)
            chunks.append(.list(type, ValueList(Array(elements[start..<end]))))
            start = end
        }
        return .list(.list(type), ValueList(chunks))
    }

    /// Lists of types that can be unified make a list, everything else makes a tuple.
    @Sendable
    private static func concat(_ call: Call) throws(Diagnostic) -> Value {
        guard !call.arguments.isEmpty else {
            throw call.failure("at least one argument is required")
        }
        var elements: [Value] = []
        var types: [ValueType] = []
        for (index, value) in call.arguments.enumerated() {
            switch value {
            case .list(let type, let list):
                types.append(type)
                elements += list.elements
            case .tuple(let list): elements += list.elements
            default: throw call.failure(argument: index, "a list or a tuple is required")
            }
            try call.charge(value.elements?.count ?? 0)
        }
        let tuple = Value.tuple(ValueList(elements))
        guard types.count == call.arguments.count, let type = ValueType.unified(types),
            let list = try? tuple.converted(to: .list(type))
        else { return tuple }
        return list
    }

    @Sendable
    private static func distinct(_ call: Call) throws(Diagnostic) -> Value {
        let elements = try call.elements(0)
        try call.charge(elements.count)
        var seen: Set<String> = []
        var kept: [Value] = []
        for element in elements where seen.insert(element.json ?? "").inserted {
            kept.append(element)
        }
        return like(call.arguments[0], kept)
    }

    /// The index goes round at either end.
    @Sendable
    private static func element(_ call: Call) throws(Diagnostic) -> Value {
        if case .set = call.arguments[0] {
            throw call.failure(argument: 0, "a list or a tuple is required")
        }
        let elements = try call.elements(0)
        let index = try call.integer(1)
        guard !elements.isEmpty else { throw call.failure("the list is empty") }
        let place = index % elements.count
        return elements[place < 0 ? place + elements.count : place]
    }

    @Sendable
    private static func flatten(_ call: Call) throws(Diagnostic) -> Value {
        var flat: [Value] = []
        var reasons: [UnknownReason]?
        func collect(_ elements: [Value]) throws(Diagnostic) {
            try call.charge(elements.count)
            for element in elements {
                if let inner = element.elements {
                    try collect(inner.elements)
                } else if case .unknown(let unknown) = element, !unknown.type.isPrimitive {
                    // It may turn out to be a list, so not even the length is known.
                    reasons = (reasons ?? []) + unknown.reasons
                } else {
                    flat.append(element)
                }
            }
        }
        try collect(call.elements(0))
        if let reasons { return .unknown(Unknown(reasons: reasons)) }
        return .tuple(ValueList(flat))
    }

    @Sendable
    private static func index(_ call: Call) throws(Diagnostic) -> Value {
        let elements = try call.elements(0)
        guard let index = elements.firstIndex(where: { $0.equals(call.arguments[1]) == true })
        else { throw call.failure("the value is not in the list") }
        return .integer(index)
    }

    @Sendable
    private static func matchKeys(_ call: Call) throws(Diagnostic) -> Value {
        let (values, keys) = (try call.elements(0), try call.elements(1))
        guard values.count == keys.count else {
            throw call.failure("the lists of values and keys must have one length")
        }
        let wanted = Set(try call.elements(2).compactMap(\.json))
        let kept = zip(values, keys).filter { wanted.contains($0.1.json ?? "") }.map(\.0)
        return like(call.arguments[0], kept)
    }

    @Sendable
    private static func reverse(_ call: Call) throws(Diagnostic) -> Value {
        like(call.arguments[0], try call.elements(0).reversed())
    }

    @Sendable
    private static func slice(_ call: Call) throws(Diagnostic) -> Value {
        if case .set = call.arguments[0] {
            throw call.failure(argument: 0, "a list or a tuple is required")
        }
        let elements = try call.elements(0)
        let (start, end) = (try call.integer(1), try call.integer(2))
        guard (0...elements.count).contains(start) else {
            throw call.failure(argument: 1, "it must not be beyond the list")
        }
        guard (start...elements.count).contains(end) else {
            throw call.failure(argument: 2, "it must be between the start and the end of the list")
        }
        return like(call.arguments[0], Array(elements[start..<end]))
    }

    @Sendable
    private static func sort(_ call: Call) throws(Diagnostic) -> Value {
        let texts = try call.elements(0).compactMap(\.stringValue)
        guard texts.count == (try call.elements(0).count) else {
            throw call.failure(argument: 0, "an element is null")
        }
        try call.charge(texts.count)
        return .list(.string, ValueList(texts.sorted().map { .string($0) }))
    }
}
