extension Evaluator {
    /// Both results are evaluated for their types, but only the chosen one may have an error.
    func conditional(
        _ condition: ExpressionNode, _ first: ExpressionNode, _ second: ExpressionNode,
        _ scope: Scope?
    ) throws(Diagnostic) -> Value {
        let one = Result { () throws(Diagnostic) in try evaluate(first, scope) }
        let two = Result { () throws(Diagnostic) in try evaluate(second, scope) }
        if let failure = budget.failure { throw failure }
        let types = [one, two].map { (try? $0.get()) ?? .unknownPlaceholder }
        for value in types { try budget.charge(walkThrough: value, at: location(condition.range)) }
        guard let type = Self.commonType(types[0], types[1]) else {
            throw failure(
                "Inconsistent conditional result types",
                "One result is of type \(types[0].type.friendlyName), the other of type "
                    + "\(types[1].type.friendlyName), and no type suits both.",
                at: first.range.union(second.range),
                hint: "Give both results one type, or write null for nothing.")
        }
        switch try truth(of: condition, scope) {
        case .bool(true): return try chosen(one.get(), as: type, at: first.range)
        case .bool(false): return try chosen(two.get(), as: type, at: second.range)
        case .unknown(let unknown): return .unknown(unknown.retyped(type))
        default:
            throw failure(
                "Null condition", "The condition is null, and it must be true or false.",
                at: condition.range,
                hint: "Compare the value, as in VALUE == \"text\" or VALUE != null.")
        }
    }

    private func truth(of condition: ExpressionNode, _ scope: Scope?) throws(Diagnostic) -> Value {
        let value = try evaluate(condition, scope)
        if value.isNull || value.isUnknown { return value }
        return try convert(
            value, to: .bool, summary: "Incorrect condition type", at: condition.range)
    }

    private func chosen(
        _ value: Value, as type: ValueType, at range: ByteRange
    ) throws(Diagnostic) -> Value {
        // Making the results alike can copy a whole collection, which is work.
        if let size = value.elements?.count ?? value.attributes?.count {
            try budget.charge(size, at: location(range))
        }
        return try convert(
            value, to: type, summary: "Inconsistent conditional result types", at: range)
    }

    private static func commonType(_ first: Value, _ second: Value) -> ValueType? {
        if case .null(.dynamic) = first { return second.type }
        if case .null(.dynamic) = second { return first.type }
        // The frequent case, without making types of collections.
        if let type = first.primitiveType, type == second.primitiveType { return type }
        let types = [first.type, second.type]
        return types.contains(.dynamic) ? .dynamic : ValueType.unified(types)
    }
}
