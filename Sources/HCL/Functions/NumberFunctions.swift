/// Functions of numbers.
enum NumberFunctions {
    static let all: [StandardFunction] = [
        .init("abs", [.number("num")], result: .number) { call in
            let number = call.number(0)
            return .number(number.isNegative ? number.negated : number)
        },
        .init("ceil", [.number("num")], result: .number) { whole($0.number(0).ceiling) },
        .init("floor", [.number("num")], result: .number) { whole($0.number(0).floor) },
        .init("max", [], variadic: .number("numbers"), result: .number, maximum),
        .init("min", [], variadic: .number("numbers"), result: .number, minimum),
        .init(
            "parseint", [.init("number", .dynamic), .number("base")], result: .number,
            typing: { call throws(Diagnostic) in
                guard call.arguments[0].type == .string else {
                    throw call.failure(argument: 0, "text is required", parameter: "number")
                }
                return .number
            }, parseInteger),
        .init("signum", [.number("num")], result: .number) { call throws(Diagnostic) in
            let integer = try call.wholeNumber(0)
            return .integer(integer.signum())
        },
        .init("sum", [.any("list")], result: .number, sum),
        .init("range", [], variadic: .number("params"), result: .list(.number), range),
    ]

    /// A whole number, of which there is no negative zero.
    private static func whole(_ number: Number) -> Value {
        .number(number.isZero ? .zero : number)
    }

    @Sendable
    private static func maximum(_ call: Call) throws(Diagnostic) -> Value {
        try extreme(call) { $0 < $1 }
    }

    @Sendable
    private static func minimum(_ call: Call) throws(Diagnostic) -> Value {
        try extreme(call) { $1 < $0 }
    }

    private static func extreme(
        _ call: Call, _ isBetter: (Number, Number) -> Bool
    ) throws(Diagnostic) -> Value {
        let numbers = call.arguments.compactMap(\.numberValue)
        guard var best = numbers.first else {
            throw call.failure("at least one number is required")
        }
        for number in numbers where isBetter(best, number) { best = number }
        return .number(best)
    }

    /// Digits of any base up to 62, as letters: first the small ones, then the capitals.
    @Sendable
    private static func parseInteger(_ call: Call) throws(Diagnostic) -> Value {
        let base = try call.integer(1)
        guard (2...62).contains(base) else {
            throw call.failure(argument: 1, "the base must be between 2 and 62")
        }
        var text = Substring(call.text(0))
        let isNegative = text.first == "-"
        if isNegative || text.first == "+" { text.removeFirst() }
        guard !text.isEmpty, text.utf8.count <= Number.longestText else {
            throw call.failure(argument: 0, "there are no digits, or too many")
        }
        var total = Number.zero
        for byte in text.utf8 {
            guard let digit = digit(byte, base: base),
                let next = (total * Number(base)).flatMap({ $0 + Number(digit) })
            else {
                throw call.failure(argument: 0, "it is not a whole number to the given base")
            }
            total = next
        }
        return .number(isNegative && !total.isZero ? total.negated : total)
    }

    private static func digit(_ byte: UInt8, base: Int) -> Int? {
        let value: Int
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): value = Int(byte) - 48
        case UInt8(ascii: "a")...UInt8(ascii: "z"): value = Int(byte) - 97 + 10
        case UInt8(ascii: "A")...UInt8(ascii: "Z"):
            value = Int(byte) - 65 + (base <= 36 ? 10 : 36)
        default: return nil
        }
        return value < base ? value : nil
    }

    @Sendable
    private static func sum(_ call: Call) throws(Diagnostic) -> Value {
        guard let elements = call.arguments[0].elements?.elements else {
            throw call.failure(argument: 0, "a list, a set or a tuple is required")
        }
        guard !elements.isEmpty else { throw call.failure(argument: 0, "there are no elements") }
        if !call.arguments[0].isWhollyKnown {
            return .unknown(
                Unknown(type: .number, reasons: call.arguments[0].unknownReasons))
        }
        var total = Number.zero
        for element in elements {
            guard let value = try? element.converted(to: .number) else {
                throw call.failure(argument: 0, "all elements must be numbers")
            }
            guard let number = value.numberValue else {
                throw call.failure(argument: 0, "an element is null")
            }
            guard let next = total + number else {
                throw call.failure(
                    total.isInfinite
                        ? "there is no sum of opposite infinities" : Number.tooLarge)
            }
            total = next
        }
        return .number(total)
    }

    /// The reference implementation makes at most this many elements, too.
    private static let longestRange = 1_024

    @Sendable
    private static func range(_ call: Call) throws(Diagnostic) -> Value {
        guard (1...3).contains(call.arguments.count) else {
            throw call.failure("it takes one to three numbers")
        }
        let start = call.arguments.count == 1 ? .zero : call.number(0)
        let end = call.number(call.arguments.count == 1 ? 0 : 1)
        let isDown = end < start
        let step = call.arguments.count == 3 ? call.number(2) : Number(isDown ? -1 : 1)
        if (step.isNegative && !step.isZero) != isDown && start != end {
            throw call.failure(
                argument: 1,
                isDown
                    ? "it must be greater than the start when the step is positive"
                    : "it must be less than the start when the step is negative")
        }
        var elements: [Value] = []
        var number = start
        while isDown ? end < number : number < end {
            guard elements.count < longestRange, !step.isZero else {
                throw call.failure("it would have more than \(longestRange) elements")
            }
            elements.append(.number(number))
            guard let next = number + step else { break }
            number = next
        }
        try call.charge(elements.count)
        return .list(.number, ValueList(elements))
    }
}
