/// Functions of sets.
enum SetFunctions {
    private static let set = Function.Parameter("sets", .set(.dynamic))

    static let all: [StandardFunction] = [
        .init("setintersection", [set], variadic: set) { call throws(Diagnostic) in
            try combine(call) { $0.intersection($1) }
        },
        .init("setunion", [set], variadic: set) { call throws(Diagnostic) in
            try combine(call) { $0.union($1) }
        },
        .init("setsubtract", [set, set]) { call throws(Diagnostic) in
            try combine(call) { $0.subtracting($1) }
        },
        .init("setproduct", [], variadic: .init("sets", .dynamic), product),
    ]

    private static func elementType(_ value: Value) -> ValueType? {
        switch value {
        case .list(let type, _), .set(let type, _): type
        case .tuple(let elements):
            elements.isEmpty ? .dynamic : ValueType.unified(elements.map(\.type))
        default: nil
        }
    }

    private static func combine(
        _ call: Call, _ operation: (Set<String>, Set<String>) -> Set<String>
    ) throws(Diagnostic) -> Value {
        let types = call.arguments.compactMap(elementType).filter { $0 != .dynamic }
        guard let type = types.isEmpty ? .dynamic : ValueType.unified(types) else {
            throw call.failure("all sets must have elements of one type")
        }
        var known: [String: Value] = [:]
        var result: Set<String>?
        for index in call.arguments.indices {
            let elements = try call.converted(index, to: .set(type)).elements ?? []
            try call.charge(elements.count)
            var names: Set<String> = []
            for element in elements {
                let name = element.json ?? ""
                known[name] = element
                names.insert(name)
            }
            result = result.map { operation($0, names) } ?? names
        }
        return .makeSet(type, (result ?? []).compactMap { known[$0] })
    }

    /// All ways to take one element of each argument; the last one changes fastest.
    @Sendable
    private static func product(_ call: Call) throws(Diagnostic) -> Value {
        guard call.arguments.count >= 2 else {
            throw call.failure("at least two arguments are required")
        }
        var rows: [[Value]] = [[]]
        var types: [ValueType] = []
        var areSets = true
        for index in call.arguments.indices {
            guard let type = elementType(call.arguments[index]) else {
                throw call.failure(argument: index, "its elements must have one type")
            }
            types.append(type)
            if case .set = call.arguments[index] {} else { areSets = false }
            let elements = try call.converted(index, to: .list(type)).elements ?? []
            let (count, overflow) = rows.count.multipliedReportingOverflow(
                by: elements.count * (index + 1))
            try call.charge(overflow ? .max : count)
            rows = rows.flatMap { row in elements.map { row + [$0] } }
        }
        let tuples = rows.map { Value.tuple(ValueList($0)) }
        let type = ValueType.tuple(types)
        return areSets ? .makeSet(type, tuples) : .list(type, ValueList(tuples))
    }
}
