@testable import HCL

extension InputCheck {
    /// What the evaluation of one input may cost.
    ///
    /// An input is short, so this is plenty; what costs more without being charged for shows as a
    /// time-out.
    private static let units = 50_000

    /// Names for expressions to refer to, of every kind of value.
    static let variables: ValueMap = [
        "a": .integer(1), "b": .text("text"), "c": .bool(true), "d": .null(.dynamic),
        "f": .number(Number("0.5") ?? .zero), "g": .text("\u{E9} \u{1F600}\n"),
        "l": .list(.string, [.text("one"), .text("two")]),
        "m": .map(.number, ["x": .integer(1), "y": .integer(2)]),
        "o": .object(["a": .integer(1), "b": .object(["c": .tuple([.bool(false)])])]),
        "s": .set(.string, [.text("one"), .text("two")]),
        "t": .tuple([.integer(1), .text("two"), .object(["a": .null(.string)])]),
        "u": .unknown("a test", at: nil, type: .string), "v": .unknown("a test", at: nil),
        "local": .object(["a": .integer(1), "b": .text("text"), "v": .unknown("a test", at: nil)]),
    ]

    /// Evaluating is deterministic, keeps to the budget and gives values that can be written.
    static func checkValues(of expressions: [Expression]) throws(Finding) {
        let budgets = (EvaluationBudget(units: units), EvaluationBudget(units: units))
        let environment = StandardEnvironment(variables: variables)
        for expression in expressions {
            for reference in expression.references {
                try require(
                    expression.range.start <= reference.nameRange.start
                        && reference.nameRange.end <= expression.range.end,
                    "a reference is outside of its expression")
            }
            let one = attempt { () throws(Diagnostic) in
                try expression.evaluate(in: environment, budget: budgets.0)
            }
            let two = attempt { () throws(Diagnostic) in
                try expression.evaluate(in: environment, budget: budgets.1)
            }
            try require(budgets.0.remaining >= 0, "the budget is overdrawn")
            try require(
                budgets.0.remaining == budgets.1.remaining, "two evaluations differ in work")
            try require(one == two, "two evaluations differ")
            switch one {
            case .success(let value):
                try require(budgets.0.failure == nil, "an exceeded budget gives a value")
                try checkValue(value)
            case .failure(let error):
                try checkDiagnostic(error, of: expression.source)
            }
            if budgets.0.failure != nil { return }
        }
    }

    /// A value written as JSON reads back as the same, but for what JSON cannot say.
    static func checkValue(_ value: Value) throws(Finding) {
        guard let text = value.json else {
            return try require(!value.isWhollyKnown, "a known value cannot be written")
        }
        try require(value.isWhollyKnown, "an unknown value is written as if it were known")
        switch attempt({ () throws(JSONFailure) in try Value(json: text) }) {
        case .success(let again):
            try require(again == value.plain, "a value is not read as it was written: \(text)")
            // Strings are equal in any normal form, but values have one only.
            try require(
                again.json?.utf8.elementsEqual(text.utf8) == true,
                "a value is not in normal form: \(text)")
        case .failure(let failure):
            try require(
                value.nesting > 190 || value.hasLongNumber,
                "a value is written as no JSON (\(failure)): \(text)")
        }
    }

    /// In parentheses an expression has the value that it has without.
    static func checkParenthesized(_ expression: Expression) throws(Finding) {
        let bytes = expression.source.bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return }
        let source = SourceFile(
            path: "input.hcl", bytes: Array("(".utf8) + bytes + Array("\n)".utf8))
        guard
            case .success(let inner) = attempt({ () throws(Diagnostics) in
                try Expression.parse(source)
            })
        else {
            let limits = ParseLimits(deepestNesting: 98, highestTree: 990)
            let isNearLimit = (try? Expression.parse(expression.source, limits: limits)) == nil
            return try require(isNearLimit, "parentheses make an expression wrong")
        }
        guard let one = value(of: expression), let two = value(of: inner) else { return }
        try require(one.json == two.json, "parentheses change a value")
    }

    private static func value(of expression: Expression) -> Value? {
        try? expression.evaluate(
            in: StandardEnvironment(variables: variables), budget: EvaluationBudget(units: units))
    }

    /// The value of an expression of ours over texts and values of the input; nothing if it fails.
    static func evaluate(_ text: String, _ variables: ValueMap) throws(Finding) -> Value? {
        let source = SourceFile(path: "input.hcl", text: text)
        guard let expression = try? Expression.parse(source) else {
            throw Finding("\(text) is no expression")
        }
        let environment = StandardEnvironment(variables: variables)
        let results = (0..<2).map { _ in
            attempt { () throws(Diagnostic) in
                try expression.evaluate(in: environment, budget: EvaluationBudget(units: units))
            }
        }
        try require(results[0] == results[1], "two evaluations of \(text) differ")
        if case .failure(let error) = results[0] { try checkDiagnostic(error, of: source) }
        return try? results[0].get()
    }
}

extension Value {
    /// The value as JSON knows it: no types of elements, no sets, no infinite numbers.
    var plain: Value {
        switch self {
        case .null: .null(.dynamic)
        case .number(let number) where number.isInfinite: .null(.dynamic)
        case .unknown, .bool, .number, .string: self
        case .list(_, let elements), .set(_, let elements), .tuple(let elements):
            .tuple(ValueList(elements.map(\.plain)))
        case .map(_, let elements), .object(let elements):
            .object(ValueMap(elements.map { (key: $0.key, value: $0.value.plain) }))
        }
    }

    /// Whether a number in the value is written longer than numbers are read.
    fileprivate var hasLongNumber: Bool {
        switch self {
        case .number(let number): number.description.utf8.count > Number.longestText
        case .null, .unknown, .bool, .string: false
        case .list(_, let elements), .set(_, let elements), .tuple(let elements):
            elements.contains { $0.hasLongNumber }
        case .map(_, let elements), .object(let elements):
            elements.values.contains { $0.hasLongNumber }
        }
    }
}
