import HCL

extension CommitReader {
    /// The name that messages use for an expression from outside.
    private static let expressionName = "expression"

    /// The value of an expression by itself: the standard functions and no variables.
    ///
    /// The result has no name. Throws all errors at once.
    public static func evaluate(expression text: String) throws(ReadError) -> EvaluatedLocal {
        do throws(Diagnostic) {
            let value = try parse(text).evaluate(in: StandardEnvironment())
            return EvaluatedLocal(name: "", value: value, environment: [])
        } catch {
            throw ReadError(error.all)
        }
    }

    /// The value of an expression as if it stood in a file of the commit, with its locals, includes
    /// and functions.
    ///
    /// The result has no name. Throws all errors at once.
    public func evaluate(
        _ text: String, in path: String
    ) throws(ReadError) -> EvaluatedLocal {
        try whole { () throws(ReadError) in try evaluateInPlace(text, path) }
    }

    private func evaluateInPlace(
        _ text: String, _ path: String
    ) throws(ReadError) -> EvaluatedLocal {
        do throws(Diagnostic) {
            let expression = try Self.parse(text)
            guard let body = try loader.body(of: path, for: nil) else {
                throw Diagnostic(
                    summary: "Missing file", detail: "There is no file \(path) in this commit.",
                    range: nil, hint: "Give the path from the top of the repository.")
            }
            let directory = RepositoryPath.directory(of: path)
            let scope = try TerragruntScope(
                loader: loader, body: body,
                place: TerragruntPlace(directory: directory, originalDirectory: directory))
            let value = try loader.inChain(path, at: nil) { () throws(Diagnostic) in
                try scope.evaluate(expression, budget: EvaluationBudget())
            }
            return EvaluatedLocal(name: "", value: value, environment: [])
        } catch {
            throw ReadError(loader.complete(error))
        }
    }

    private static func parse(_ text: String) throws(Diagnostic) -> Expression {
        do throws(Diagnostics) {
            return try Expression.parse(SourceFile(path: expressionName, text: text))
        } catch {
            throw error.joined
        }
    }
}
