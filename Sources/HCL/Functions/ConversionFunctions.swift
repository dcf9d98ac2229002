/// Functions that convert to a type.
enum ConversionFunctions {
    static let all: [StandardFunction] = [
        conversion("tobool", .bool), conversion("tonumber", .number),
        conversion("tostring", .string), conversion("tolist", .list(.dynamic)),
        conversion("toset", .set(.dynamic)), conversion("tomap", .map(.dynamic)),
    ]

    private static func conversion(_ name: String, _ type: ValueType) -> StandardFunction {
        let parameter = Function.Parameter("v", .dynamic, allowsNull: true, unknowns: .all)
        return StandardFunction(name, [parameter], result: type) { call throws(Diagnostic) in
            // A null takes the type that is asked for; an unknown value without type keeps none.
            if case .unknown(let unknown) = call.arguments[0], unknown.type == .dynamic {
                return call.arguments[0]
            }
            try call.charge(call.arguments[0].elements?.count ?? 1)
            return try call.converted(0, to: type)
        }
    }
}
