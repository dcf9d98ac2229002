import HCL

/// A kind of input that can be made as large as one likes.
struct Shape: Sendable, CustomStringConvertible {
    let description: String
    /// Makes an input of about so many bytes.
    let make: @Sendable (_ size: Int) -> Sample

    /// A file made of pieces, each of which knows its number.
    static func file(
        _ description: String, begin: String = "", end: String = "",
        _ piece: @escaping @Sendable (Int) -> String
    ) -> Shape {
        Shape(description: description) { size in
            Sample(.file, begin + repeated(size, piece) + end)
        }
    }

    /// An expression over the variable `x`, whose value is text made of pieces.
    static func text(
        _ expression: String, of description: String, begin: String = "", end: String = "",
        _ piece: @escaping @Sendable (Int) -> String
    ) -> Shape {
        Shape(description: "\(expression) of \(description)") { size in
            let text = Value.text(begin + repeated(size, piece) + end)
            return Sample(.expression, expression, size: size, variables: ["x": text])
        }
    }

    /// An expression over the variables `x`, a list of so many texts, and `n`, their number.
    static func list(
        _ expression: String, _ piece: @escaping @Sendable (Int) -> String = { "e\($0)" }
    ) -> Shape {
        Shape(description: "\(expression), x a list") { size in
            let values = (0..<size / 8).map { Value.text(piece($0)) }
            return Sample(
                .expression, expression, size: size,
                variables: [
                    "x": .tuple(ValueList(values)), "n": .integer(values.count),
                    "u": .unknown("a test", at: nil),
                ])
        }
    }

    static func repeated(_ size: Int, _ piece: (Int) -> String) -> String {
        var text = ""
        var index = 0
        while text.utf8.count < size {
            text += piece(index)
            index += 1
        }
        return text
    }
}

/// One input and what is done with it.
struct Sample {
    enum Use {
        case file
        case expression
        case json
    }

    let use: Use
    let text: String
    let size: Int
    let variables: ValueMap

    init(_ use: Use, _ text: String, size: Int? = nil, variables: ValueMap = [:]) {
        self.use = use
        self.text = text
        self.size = size ?? text.utf8.count
        self.variables = variables
    }

    /// Does all that is done with such an input: reads and evaluates it, and shows its errors.
    func process() -> Int {
        let source = SourceFile(path: "input.hcl", text: text)
        do {
            switch use {
            case .file: return try processFile(source)
            case .expression:
                let environment = StandardEnvironment(variables: variables)
                let value = try Expression.parse(source)
                    .evaluate(in: environment, budget: EvaluationBudget(units: .max))
                return value.json?.utf8.count ?? 0
            case .json: return try Value(json: text).json?.utf8.count ?? 0
            }
        } catch let error as Diagnostics {
            return error.rendered().utf8.count
        } catch let error as Diagnostic {
            return error.rendered().utf8.count
        } catch {
            return "\(error)".utf8.count
        }
    }

    private func processFile(_ source: SourceFile) throws -> Int {
        let body = try Body.parse(source)
        let environment = LocalEnvironment()
        let budget = EvaluationBudget(units: .max)
        var total = body.syntaxJSON.utf8.count
        for attribute in body.attributes {
            let value = try attribute.expression.evaluate(in: environment, budget: budget)
            environment.locals[attribute.name] = value
            total += value.json?.utf8.count ?? 0
        }
        return total
    }
}

/// The attributes evaluated so far, as `local.…`.
private final class LocalEnvironment: EvaluationEnvironment {
    var locals: [String: Value] = [:]
    private let standard = StandardEnvironment()

    func resolve(_ reference: Reference) throws(Diagnostic) -> ResolvedReference? {
        guard reference.name == "local", let name = reference.steps.first?.name,
            let value = locals[name]
        else { return nil }
        return ResolvedReference(value, consumedSteps: 1)
    }

    func function(named name: String) -> Function? { standard.function(named: name) }
    var variableNames: [String] { ["local"] }
    var functionNames: [String] { standard.functionNames }
}
