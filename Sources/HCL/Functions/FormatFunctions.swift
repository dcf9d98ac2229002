/// Formatting as C's `printf` does it.
enum FormatFunctions {
    private static let arguments = Function.Parameter("args", .dynamic, allowsNull: true)

    static let all: [StandardFunction] = [
        .init("format", [.text("format")], variadic: arguments, result: .string) {
            call throws(Diagnostic) in
            try .text(format(call, Array(call.arguments.dropFirst())))
        },
        .init(
            "formatlist", [.text("format")], variadic: arguments, result: .list(.string),
            formatList),
    ]

    /// Lists among the arguments go in step; other arguments are the same for every result.
    @Sendable
    private static func formatList(_ call: Call) throws(Diagnostic) -> Value {
        var count: Int?
        for (index, value) in call.arguments.enumerated().dropFirst() {
            guard let elements = value.elements else { continue }
            guard count == nil || count == elements.count else {
                throw call.failure(argument: index, "all lists must have one length")
            }
            count = elements.count
        }
        var results: [Value] = []
        for row in 0..<(count ?? 1) {
            let values = call.arguments.dropFirst().map { $0.elements?[row] ?? $0 }
            results.append(.text(try format(call, values)))
        }
        return .list(.string, ValueList(results))
    }

    private static func format(_ call: Call, _ values: [Value]) throws(Diagnostic) -> String {
        var scanner = FormatScanner(call.text(0))
        var result = ""
        var next = 1
        var highest = 0
        try call.charge(call.text(0).utf8.count)
        while !scanner.isAtEnd {
            result += scanner.literal()
            if scanner.isAtEnd { break }
            guard let verb = scanner.verb() else {
                throw call.failure("the format string has a % that begins no proper sequence")
            }
            if verb.mode == "%" && verb.source.count == 2 {
                result += "%"
                continue
            }
            let place = verb.argument ?? next
            next = place + 1
            highest = max(highest, place)
            guard place <= values.count else {
                throw call.failure("\(verb.raw) needs argument \(place) of \(values.count)")
            }
            let piece = try text(of: values[place - 1], as: verb, call)
            try call.charge(piece.utf8.count)
            result += piece
        }
        if values.count > highest {
            let problem = "the format string uses only \(highest) arguments"
            guard call.name == "format" else { throw call.failure(problem) }
            throw call.failure(argument: highest + 1, problem, parameter: "args")
        }
        return result
    }

    private static func text(
        of value: Value, as verb: FormatVerb, _ call: Call
    ) throws(Diagnostic) -> String {
        if value.isNull && verb.mode != "v" {
            throw call.failure("\(verb.raw) cannot format null")
        }
        switch verb.mode {
        case "v":
            let isPlain = !verb.isAlternate && value.numberValue != nil
            guard isPlain || !value.hasInfinity else {
                throw call.failure("\(verb.raw) cannot write an infinite number as JSON")
            }
            return verb.padded(plainText(of: value, isJSON: verb.isAlternate))
        case "t": return try converted(value, to: .bool, verb, call).json ?? ""
        case "s", "q":
            let text = try converted(value, to: .string, verb, call).stringValue ?? ""
            let cut = (verb.precision ?? 0) > 0 ? String(text.prefix(verb.precision ?? 0)) : text
            return verb.padded(verb.mode == "s" ? cut : Value.string(cut).json ?? "")
        case "b", "d", "o", "x", "X", "e", "E", "f", "g", "G":
            let number = try converted(value, to: .number, verb, call).numberValue ?? .zero
            guard let text = number.formatted(verb) else {
                throw call.failure("\(verb.raw) needs a whole number")
            }
            return text
        default:
            throw call.failure("\(verb.raw) is not a known sequence")
        }
    }

    private static func plainText(of value: Value, isJSON: Bool) -> String {
        if !isJSON, let text = value.stringValue { return text }
        if !isJSON, let number = value.numberValue {
            var verb = FormatVerb()
            verb.mode = "g"
            return number.formatted(verb) ?? ""
        }
        return value.json ?? ""
    }

    private static func converted(
        _ value: Value, to type: ValueType, _ verb: FormatVerb, _ call: Call
    ) throws(Diagnostic) -> Value {
        do {
            return try value.converted(to: type)
        } catch {
            throw call.failure("\(verb.raw) cannot format the value: \(error)")
        }
    }
}
