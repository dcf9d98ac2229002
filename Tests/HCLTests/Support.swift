import Testing

@testable import HCL

/// The value of an expression with only the standard functions and the given variables.
func evaluate(_ text: String, _ variables: ValueMap = [:]) throws -> Value {
    let expression = try Expression.parse(SourceFile(path: "test.hcl", text: text))
    return try expression.evaluate(in: StandardEnvironment(variables: variables))
}

/// The JSON text and the type of an expression, as in `[1,2] : list(number)`.
func outcome(_ text: String, _ variables: ValueMap = [:]) -> String {
    do {
        let value = try evaluate(text, variables)
        if let number = value.numberValue, number.isInfinite { return "\(number) : number" }
        return "\(value.json ?? "unknown") : \(value.type)"
    } catch let diagnostics as Diagnostics {
        return describe(diagnostics.items[0])
    } catch let diagnostic as Diagnostic {
        return describe(diagnostic)
    } catch {
        return "\(error)"
    }
}

/// All errors of an expression, of its syntax or of its evaluation.
func failures(
    _ text: String, _ variables: ValueMap = ["locals": .object([:])],
    units: Int = EvaluationBudget.standardUnits
) throws -> [Diagnostic] {
    do {
        let expression = try Expression.parse(SourceFile(path: "test.hcl", text: text))
        _ = try expression.evaluate(
            in: StandardEnvironment(variables: variables), budget: EvaluationBudget(units: units))
    } catch let error as Diagnostics {
        return error.items
    } catch let error as Diagnostic {
        return error.all
    }
    Issue.record("\(text) has no error")
    return []
}

/// The summary and the place of an error, as in `! Unknown variable 1:1-1:5`.
func describe(_ diagnostic: Diagnostic) -> String {
    guard let range = diagnostic.range else { return "! \(diagnostic.summary)" }
    let (start, end) = (range.start, range.end)
    return
        "! \(diagnostic.summary) \(start.line):\(start.column)-\(end.line):\(end.column)"
}

/// The errors of a file, one a line; empty when it has none.
func problems(_ text: String) -> [String] {
    do throws(Diagnostics) {
        _ = try Body.parse(SourceFile(path: "test.hcl", text: text))
        return []
    } catch {
        return error.items.map(describe)
    }
}

/// A named table of inputs with what is expected of them.
struct Case: Sendable, CustomTestStringConvertible {
    let input: String
    let expected: String

    init(_ input: String, _ expected: String) {
        self.input = input
        self.expected = expected
    }

    var testDescription: String { input }
}
