extension Expression {
    /// Computes the value of the expression.
    ///
    /// Throws the first error in the order in which the reference implementation reports them;
    /// those of other parts, such as other elements of an object, are its companions.
    /// What cannot be known is not an error: it is an unknown value with its reasons.
    public func evaluate(
        in environment: any EvaluationEnvironment, budget: EvaluationBudget = EvaluationBudget()
    ) throws(Diagnostic) -> Value {
        let evaluator = Evaluator(source: source, environment: environment, budget: budget)
        return try evaluator.evaluate(root, nil)
    }
}

/// Computes values of nodes of one file.
struct Evaluator {
    let source: SourceFile
    let environment: any EvaluationEnvironment
    let budget: EvaluationBudget

    func evaluate(_ node: ExpressionNode, _ scope: Scope?) throws(Diagnostic) -> Value {
        try budget.charge(1, at: location(node.range))
        switch node {
        case .literal(let value, _): return value
        case .reference(let node): return try reference(node, scope)
        case .splatElement: return scope?.value(of: Scope.splatElement) ?? .unknownPlaceholder
        default: break
        }
        try budget.enter(at: location(node.range))
        defer { budget.leave() }
        return try budget.stack.isShort
            ? evaluateElsewhere(node, scope) : evaluateNested(node, scope)
    }

    private func evaluateElsewhere(
        _ node: ExpressionNode, _ scope: Scope?
    ) throws(Diagnostic) -> Value {
        var result: Result<Value, Diagnostic>?
        let before = budget.stack
        let isDone = before.lender.run { room in
            budget.stack = room
            result = Result { () throws(Diagnostic) in try evaluateNested(node, scope) }
        }
        budget.stack = before
        guard isDone, let result else { throw budget.noThread(at: location(node.range)) }
        return try result.get()
    }

    private func evaluateNested(
        _ node: ExpressionNode, _ scope: Scope?
    ) throws(Diagnostic) -> Value {
        switch node {
        case .literal(let value, _): return value
        case .reference(let node): return try reference(node, scope)
        case .splatElement: return .unknownPlaceholder
        case .relativeTraversal(let base, let steps, _):
            return try take(steps[...], from: evaluate(base, scope))
        case .index(let collection, let key, let brackets, _):
            return try index(collection, key, brackets, scope)
        case .splat(let base, let each, _, _): return try splat(base, each, scope)
        case .call(let node): return try call(node, scope)
        case .conditional(let condition, let first, let second, _):
            return try conditional(condition, first, second, scope)
        case .unary(let symbol, let operand, let range):
            return try unary(symbol, operand, range, scope)
        case .binary(let symbol, let left, let right):
            return try binary(symbol, left, right, scope)
        case .parentheses(let inner, _), .templateWrap(let inner, _):
            return try evaluate(inner, scope)
        case .tuple(let elements, let range): return try tuple(elements, range, scope)
        case .object(let items, _, let range): return try object(items, range, scope)
        case .forEach(let node): return try forEach(node, scope)
        case .template(let parts, let range): return try template(parts, range, scope)
        case .templateJoin(let inner): return try templateJoin(inner, scope)
        }
    }

    func location(_ range: ByteRange) -> SourceRange {
        SourceRange(source: source, bytes: range)
    }

    func failure(
        _ summary: String, _ detail: String, at range: ByteRange, hint: String? = nil
    ) -> Diagnostic {
        Diagnostic(summary: summary, detail: detail, range: location(range), hint: hint)
    }

    /// Converts a value or makes an error of the failure.
    func convert(
        _ value: Value, to type: ValueType, summary: String, at range: ByteRange
    ) throws(Diagnostic) -> Value {
        do {
            return try value.converted(to: type)
        } catch {
            throw mismatch(value, type, error, summary: summary, at: range)
        }
    }

    private func mismatch(
        _ value: Value, _ type: ValueType, _ error: ConversionFailure, summary: String,
        at range: ByteRange
    ) -> Diagnostic {
        guard type.isPrimitive else {
            return failure(
                summary, "The value does not fit: \(error).", at: range,
                hint: "Give all elements one type.")
        }
        let found =
            value.stringValue == nil
            ? "the value is of type \(value.type.friendlyName)"
            : "the text does not read as one"
        let hint =
            switch type {
            case .string: "Use jsonencode() to make text of a collection, or choose an element."
            case .number: "Write a number, or text such as \"3\" that reads as one."
            default: "Write true, false or a comparison such as VALUE == \"text\"."
            }
        return failure(
            summary, "A value of type \(type.friendlyName) is required here, but \(found).",
            at: range, hint: hint)
    }
}

extension Value {
    /// What stands for a value that is not known only because nothing has been evaluated yet.
    static let unknownPlaceholder = Value.unknown(Unknown(reasons: []))
}
