/// Functions of collections of any kind.
enum CollectionFunctions {
    static let all: [StandardFunction] = [
        .init(
            "length", [.init("value", .dynamic, unknowns: .all)], result: .number, length),
        .init(
            "coalesce", [], variadic: .init("vals", .dynamic, allowsNull: true, unknowns: .all),
            coalesce),
        .init(
            "coalescelist", [],
            variadic: .init("vals", .dynamic, allowsNull: true, unknowns: .all), coalesceList),
        .init("contains", [.any("list"), .any("value")], result: .bool, contains),
        .init("one", [.any("list")], typing: onlyType, one),
        .init("alltrue", [.init("list", .list(.bool), unknowns: .inside)], result: .bool) {
            call throws(Diagnostic) in try truth(call, decisive: false)
        },
        .init("anytrue", [.init("list", .list(.bool), unknowns: .inside)], result: .bool) {
            call throws(Diagnostic) in try truth(call, decisive: true)
        },
        .init("sensitive", [.init("value", .dynamic, allowsNull: true, unknowns: .all)]) {
            $0.arguments[0]
        },
        .init("nonsensitive", [.init("value", .dynamic, allowsNull: true, unknowns: .all)]) {
            $0.arguments[0]
        },
    ]

    @Sendable
    private static func length(_ call: Call) throws(Diagnostic) -> Value {
        let value = call.arguments[0]
        if let count = value.elements?.count ?? value.attributes?.count { return .integer(count) }
        if let text = value.stringValue { return .integer(text.count) }
        let unfit = call.failure(
            argument: 0, "a collection or text is required", parameter: "value")
        guard case .unknown(let unknown) = value else { throw unfit }
        switch unknown.type {
        case .tuple(let types): return .integer(types.count)
        case .object(let types): return .integer(types.count)
        case .bool, .number: throw unfit
        case .dynamic, .string, .list, .set, .map: return .unknown(unknown.retyped(.number))
        }
    }

    /// The first argument that is neither null nor empty text, as the type that all can have.
    @Sendable
    private static func coalesce(_ call: Call) throws(Diagnostic) -> Value {
        guard !call.arguments.isEmpty else {
            throw call.failure("at least one argument is required")
        }
        guard let shared = SharedType.of(call.arguments) else {
            throw call.failure("all arguments must have one type")
        }
        for (index, value) in call.arguments.enumerated() where !value.isNull {
            let result = try call.converted(index, to: shared.type)
            if result.stringValue == "" { continue }
            if Value.tuple(ValueList(call.arguments)).hasOpenType,
                shared.isOpen || call.budget.attempts > 0
            {
                let reasons = call.arguments.flatMap(\.unknownReasons)
                let type = call.budget.attempts > 0 ? .dynamic : shared.type
                return .unknown(Unknown(type: type, reasons: reasons))
            }
            return result
        }
        throw call.failure("all arguments are null or empty")
    }

    @Sendable
    private static func coalesceList(_ call: Call) throws(Diagnostic) -> Value {
        for value in call.arguments {
            if value.isUnknown { break }
            guard value.type.isOrdered else { throw call.failure("lists or tuples are required") }
        }
        for value in call.arguments {
            if case .unknown(let unknown) = value { return .unknown(unknown) }
            if let elements = value.elements, !elements.isEmpty { return value }
        }
        throw call.failure("there is no list with elements")
    }

    @Sendable
    private static func contains(_ call: Call) throws(Diagnostic) -> Value {
        var reasons: [UnknownReason] = []
        var isUndecided = false
        for element in try call.elements(0) {
            switch element.equals(call.arguments[1]) {
            case true: return .bool(true)
            case nil:
                isUndecided = true
                reasons += element.unknownReasons + call.arguments[1].unknownReasons
            case false: break
            }
        }
        return isUndecided ? .unknown(Unknown(type: .bool, reasons: reasons)) : .bool(false)
    }

    @Sendable
    private static func onlyType(_ call: Call) throws(Diagnostic) -> ValueType {
        switch call.arguments[0].type {
        case .list(let element), .set(let element): return element
        case .tuple(let types) where types.count <= 1: return types.first ?? .dynamic
        default: throw tooMany(call)
        }
    }

    private static func tooMany(_ call: Call) -> Diagnostic {
        call.failure("a list, a set or a tuple with at most one element is required")
    }

    @Sendable
    private static func one(_ call: Call) throws(Diagnostic) -> Value {
        let elements = try call.elements(0)
        switch elements.count {
        case 0:
            switch call.arguments[0] {
            case .list(let type, _), .set(let type, _): return .null(type)
            default: return .null(.dynamic)
            }
        case 1: return elements[0]
        default: throw tooMany(call)
        }
    }

    private static func truth(_ call: Call, decisive: Bool) throws(Diagnostic) -> Value {
        var reasons: [UnknownReason]?
        for element in try call.elements(0) {
            if case .unknown(let unknown) = element {
                reasons.note(unknown.reasons)
            } else if (element.boolValue ?? false) == decisive {
                return .bool(decisive)
            }
        }
        if let reasons { return .unknown(Unknown(type: .bool, reasons: reasons)) }
        return .bool(!decisive)
    }
}
