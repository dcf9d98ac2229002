extension Evaluator {
    /// Evaluates nodes that may or may not count, because something unknown decides that, so that
    /// the environment sees everything that an evaluation may ask of it.
    ///
    /// Neither their values nor their errors count, only a limit that is exceeded.
    func lookAt(_ nodes: [ExpressionNode?], _ scope: Scope) throws(Diagnostic) {
        for node in nodes.compactMap(\.self) {
            try look { () throws(Diagnostic) in try evaluate(node, scope) }
        }
    }

    func look(_ evaluate: () throws(Diagnostic) -> Value) throws(Diagnostic) {
        budget.attempts += 1
        defer { budget.attempts -= 1 }
        _ = try? evaluate()
        if let failure = budget.failure { throw failure }
    }
}
