/// Functions of sets.
enum SetFunctions {
    private static let set = Function.Parameter("sets", .set(.dynamic))

    static let all: [StandardFunction] = [
        .init("setintersection", [set], variadic: set, typing: combinedType) {
            call throws(Diagnostic) in try combine(call) { $0.intersection($1) }
        },
        .init("setunion", [set], variadic: set, typing: combinedType) {
            call throws(Diagnostic) in try combine(call) { $0.union($1) }
        },
        .init("setsubtract", [set, set], typing: combinedType) { call throws(Diagnostic) in
            try combine(call) { $0.subtracting($1) }
        },
        .init(
            "setproduct", [], variadic: .init("sets", .dynamic), typing: productType, product),
    ]

    /// The type of a set that all sets can be converted to; empty ones without a type go with all.
    @Sendable
    private static func combinedType(_ call: Call) throws(Diagnostic) -> ValueType {
        var types: [ValueType] = []
        for value in call.arguments {
            guard case .set(let element) = value.type else { continue }
            if element == .dynamic, value.elements?.isEmpty == true { continue }
            types.append(element)
        }
        let areOpen = call.arguments.contains(where: \.isUnknown)
        guard
            let type = types.isEmpty
                ? .dynamic : SharedType.of(types, areOpen: areOpen)?.type
        else {
            throw call.failure("all sets must have elements of one type")
        }
        return .set(type)
    }

    @Sendable
    private static func productType(_ call: Call) throws(Diagnostic) -> ValueType {
        guard call.arguments.count >= 2 else {
            throw call.failure("at least two arguments are required")
        }
        var types: [ValueType] = []
        for (index, value) in call.arguments.enumerated() {
            switch value.type {
            case .list(let element), .set(let element): types.append(element)
            case .tuple(let elements):
                guard
                    let type = elements.isEmpty
                        ? .dynamic
                        : SharedType.of(elements, areOpen: value.hasOpenType)?.type
                else {
                    throw call.failure(argument: index, "its elements must have one type")
                }
                types.append(type)
            default: throw call.failure(argument: index, "a set or a list is required")
            }
        }
        let type = ValueType.tuple(types)
        return call.arguments.allSatisfy { $0.type.isOrdered } ? .list(type) : .set(type)
    }

    private static func combine(
        _ call: Call, _ operation: (Set<String>, Set<String>) -> Set<String>
    ) throws(Diagnostic) -> Value {
        guard case .set(let type) = try combinedType(call) else { return .set(.dynamic, []) }
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
        let result = try productType(call)
        var columns: [[Value]] = []
        var work = result.tupleTypes.count
        for (index, type) in result.tupleTypes.enumerated() {
            let elements = try call.converted(index, to: .list(type)).elements?.elements ?? []
            let (product, overflow) = work.multipliedReportingOverflow(by: elements.count)
            work = overflow ? .max : product
            columns.append(elements)
        }
        try call.charge(work)
        // With an empty set there is nothing, and the products before it are not made either.
        var rows: [[Value]] = work == 0 ? [] : [[]]
        for elements in columns where work > 0 {
            rows = rows.flatMap { row in elements.map { row + [$0] } }
        }
        let tuples = rows.map { Value.tuple(ValueList($0)) }
        let type = ValueType.tuple(result.tupleTypes)
        if case .set = result { return .makeSet(type, tuples) }
        return .list(type, ValueList(tuples))
    }
}

extension ValueType {
    /// The types of the elements of the tuples that a list or a set consists of.
    fileprivate var tupleTypes: [ValueType] {
        switch self {
        case .list(.tuple(let types)), .set(.tuple(let types)): types
        default: []
        }
    }
}
