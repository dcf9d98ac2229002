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
            // What has no type yet keeps none.
            if call.arguments[0].type == .dynamic { return call.arguments[0] }
            try call.charge(call.arguments[0].elements?.count ?? 1)
            return try call.converted(0, to: type)
        }
    }
}
