/// Gathers the errors of parts that do not depend on one another.
struct Failures {
    private(set) var first: Diagnostic?

    /// Notes an error; throws when looking for more would be of no use.
    mutating func add(
        _ diagnostic: Diagnostic, _ budget: EvaluationBudget
    ) throws(Diagnostic) {
        if let failure = budget.failure { throw failure }
        let joined = first?.joined(with: diagnostic) ?? diagnostic
        if joined.isFull { throw joined }
        first = joined
    }

    /// Throws what was noted, if anything was.
    func check() throws(Diagnostic) {
        if let first { throw first }
    }
}
