/// Functions of lists and tuples.
enum ListFunctions {
    static let all: [StandardFunction] = [
        .init(
            "chunklist", [insideList("list"), .number("size")],
            typing: { .list($0.arguments[0].type) }, chunks),
        .init("compact", [.list("list", of: .string)], result: .list(.string)) {
            call throws(Diagnostic) in
            let kept = try call.elements(0).filter { !($0.stringValue ?? "").isEmpty }
            return .list(.string, ValueList(kept))
        },
        .init("concat", [], variadic: .any("seqs"), typing: concatenatedType, concat),
        .init("distinct", [.list("list")], typing: { $0.arguments[0].type }, distinct),
        .init("element", [.any("list"), .number("index")], typing: selectedType, element),
        .init("flatten", [.any("list")], flatten),
        .init("index", [.any("list"), .any("value")], result: .number, index),
        .init(
            "matchkeys",
            [insideList("values"), insideList("keys"), insideList("searchset")],
            typing: matchedType, matchKeys),
        .init("reverse", [.any("list")], typing: reversedType, reverse),
        .init(
            "slice", [.any("list"), .number("start_index"), .number("end_index")],
            typing: slicedType, slice),
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
        let size = try call.wholeNumber(1)
        guard size >= 0 else { throw call.failure("the size must not be negative") }
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
        var elements: [Value] = []
        var types: [ValueType] = []
        for value in call.arguments {
            if case .list(let type, _) = value { types.append(type) }
            elements += value.elements?.elements ?? []
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
        let elements = try call.elements(0)
        let index = try call.wholeNumber(1)
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
                    reasons.note(unknown.reasons)
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
        guard call.arguments[0].type.isOrdered else {
            throw call.failure("a list or a tuple is required")
        }
        for (index, element) in try call.elements(0).enumerated() {
            switch element.equals(call.arguments[1]) {
            case true: return .integer(index)
            case false: continue
            case nil:
                return .unknown(
                    Unknown(
                        type: .number,
                        reasons: element.unknownReasons + call.arguments[1].unknownReasons))
            }
        }
        throw call.failure("the value is not in the list")
    }

    @Sendable
    private static func matchKeys(_ call: Call) throws(Diagnostic) -> Value {
        let (values, keys) = (try call.elements(0), try call.elements(1))
        guard values.count == keys.count else {
            throw call.failure("the lists of values and keys must have one length")
        }
        if try !call.elements(2).isEmpty, !call.arguments.allSatisfy(\.isWhollyKnown) {
            return .unknown(
                Unknown(
                    type: call.arguments[0].type,
                    reasons: call.arguments.flatMap(\.unknownReasons)))
        }
        let type = ValueType.unified([call.arguments[1].type, call.arguments[2].type]) ?? .dynamic
        let (comparable, wanted) = (
            try call.converted(1, to: type), try call.converted(2, to: type)
        )
        let names = Set((wanted.elements ?? []).compactMap(\.json))
        let kept = zip(values, comparable.elements?.elements ?? [])
            .filter { names.contains($0.1.json ?? "") }.map(\.0)
        return like(call.arguments[0], kept)
    }

    @Sendable
    private static func reverse(_ call: Call) throws(Diagnostic) -> Value {
        like(call.arguments[0], try call.elements(0).reversed())
    }

    @Sendable
    private static func slice(_ call: Call) throws(Diagnostic) -> Value {
        let elements = try call.elements(0)
        let (start, end) = (try call.integer(1), try call.integer(2))
        return like(call.arguments[0], Array(elements[start..<end]))
    }

    @Sendable
    private static func sort(_ call: Call) throws(Diagnostic) -> Value {
        let texts = try call.elements(0).compactMap(\.stringValue)
        guard texts.count == (try call.elements(0).count) else {
            throw call.failure("an element is null, which cannot be sorted")
        }
        try call.charge(texts.count)
        return .list(.string, ValueList(texts.sorted().map { .string($0) }))
    }
}
