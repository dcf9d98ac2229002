/// Functions of collections of any kind.
enum CollectionFunctions {
    static let all: [StandardFunction] = [
        .init("length", [.any("value")], result: .number, length),
        .init(
            "coalesce", [], variadic: .init("vals", .dynamic, allowsNull: true, unknowns: .all),
            coalesce),
        .init("coalescelist", [], variadic: .init("vals", .dynamic, unknowns: .all), coalesceList),
        .init("contains", [.any("list"), .any("value")], result: .bool, contains),
        .init("one", [.any("list")], one),
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
        throw call.failure(argument: 0, "a collection or text is required", parameter: "value")
    }

    /// The first argument that is neither null nor empty text, as the type that all can have.
    @Sendable
    private static func coalesce(_ call: Call) throws(Diagnostic) -> Value {
        guard !call.arguments.isEmpty else {
            throw call.failure("at least one argument is required")
        }
        var types: [ValueType] = []
        for value in call.arguments where value.type != .dynamic { types.append(value.type) }
        guard let type = types.isEmpty ? .dynamic : ValueType.unified(types) else {
            throw call.failure("all arguments must have one type")
        }
        for (index, value) in call.arguments.enumerated() where !value.isNull {
            let result = try call.converted(index, to: type)
            if result.stringValue == "" { continue }
            return result
        }
        throw call.failure("all arguments are null or empty")
    }

    @Sendable
    private static func coalesceList(_ call: Call) throws(Diagnostic) -> Value {
        for (index, value) in call.arguments.enumerated() {
            if case .unknown(let unknown) = value { return .unknown(unknown) }
            guard let elements = value.elements else {
                throw call.failure(argument: index, "a list or a tuple is required")
            }
            if !elements.isEmpty { return value }
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
    private static func one(_ call: Call) throws(Diagnostic) -> Value {
        let elements = try call.elements(0)
        switch elements.count {
        case 0:
            switch call.arguments[0] {
            case .list(let type, _), .set(let type, _): return .null(type)
            default: return .null(.dynamic)
            }
        case 1: return elements[0]
        default: throw call.failure("there must be at most one element")
        }
    }

    private static func truth(_ call: Call, decisive: Bool) throws(Diagnostic) -> Value {
        var reasons: [UnknownReason]?
        for element in try call.elements(0) {
            if case .unknown(let unknown) = element {
                reasons = (reasons ?? []) + unknown.reasons
            } else if (element.boolValue ?? false) == decisive {
                return .bool(decisive)
            }
        }
        if let reasons { return .unknown(Unknown(type: .bool, reasons: reasons)) }
        return .bool(!decisive)
    }
}
