extension Evaluator {
    /// Both results are evaluated for their types, but only the chosen one may have an error.
    func conditional(
        _ condition: ExpressionNode, _ first: ExpressionNode, _ second: ExpressionNode,
        _ scope: Scope?
    ) throws(Diagnostic) -> Value {
        let decision = Result { () throws(Diagnostic) in try truth(of: condition, scope) }
        let choice = (try? decision.get())?.boolValue
        let one = result(first, isTried: choice != true, scope)
        let two = result(second, isTried: choice != false, scope)
        if let failure = budget.failure { throw failure }
        let types = [one, two].map { (try? $0.get()) ?? .unknownPlaceholder }
        for value in types { try budget.charge(walkThrough: value, at: location(condition.range)) }
        guard let type = SharedType.ofResults(types[0], types[1]) else {
            throw failure(
                "Inconsistent conditional result types",
                "One result is of type \(types[0].type.friendlyName), the other of type "
                    + "\(types[1].type.friendlyName), and no type suits both.",
                at: first.range.union(second.range),
                hint: "Give both results one type, or write null for nothing.")
        }
        switch try decision.get() {
        case .bool(true): return try chosen(one.get(), besides: types[1], as: type, at: first.range)
        case .bool(false):
            return try chosen(two.get(), besides: types[0], as: type, at: second.range)
        case .unknown(let unknown): return .unknown(unknown.retyped(type.type))
        default:
            throw failure(
                "Null condition", "The condition is null, and it must be true or false.",
                at: condition.range,
                hint: "Compare the value, as in VALUE == \"text\" or VALUE != null.")
        }
    }

    /// What comes of a branch; unless it is chosen, an error is a result like any other.
    private func result(
        _ branch: ExpressionNode, isTried: Bool, _ scope: Scope?
    ) -> Result<Value, Diagnostic> {
        if isTried { budget.attempts += 1 }
        defer { if isTried { budget.attempts -= 1 } }
        return Result { () throws(Diagnostic) in try evaluate(branch, scope) }
    }

    private func truth(of condition: ExpressionNode, _ scope: Scope?) throws(Diagnostic) -> Value {
        let value = try evaluate(condition, scope)
        if value.isNull || value.isUnknown { return value }
        return try convert(
            value, to: .bool, summary: "Incorrect condition type", at: condition.range)
    }

    private func chosen(
        _ value: Value, besides other: Value, as shared: SharedType, at range: ByteRange
    ) throws(Diagnostic) -> Value {
        if let unknown = open(value, besides: other, as: shared) { return .unknown(unknown) }
        // Making the results alike can copy a whole collection, which is work.
        if let size = value.elements?.count ?? value.attributes?.count {
            try budget.charge(size, at: location(range))
        }
        return try convert(
            value, to: shared.type, summary: "Inconsistent conditional result types", at: range)
    }

    /// The unknown that a chosen value is because of what the types of the results may turn out
    /// to be, if that is open.
    ///
    /// Text stays the same whatever plain value the other result is, and beside a collection it
    /// is an error, which is one more possible result where errors are only tried.
    private func open(_ value: Value, besides other: Value, as shared: SharedType) -> Unknown? {
        if case .null(.dynamic) = other { return nil }
        let isDecided =
            budget.attempts > 0
            ? !value.hasOpenType && !other.hasOpenType : !shared.isOpen || value.type == .string
        if case .null(.dynamic) = value, other.hasOpenType {
            return Unknown(type: shared.type, reasons: other.unknownReasons)
        }
        guard !isDecided else { return nil }
        return Unknown(
            type: budget.attempts > 0 ? .dynamic : shared.type,
            reasons: value.unknownReasons + other.unknownReasons)
    }
}
