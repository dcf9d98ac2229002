extension Evaluator {
    func reference(_ node: ReferenceNode, _ scope: Scope?) throws(Diagnostic) -> Value {
        if let value = scope?.value(of: node.name) {
            return try take(node.steps[...], from: value)
        }
        let reference = Reference(node: node, source: source, budget: budget)
        try budget.enter(at: location(node.range))
        defer { budget.leave() }
        guard let resolved = try environment.resolve(reference) else {
            let names = environment.variableNames + (scope?.visibleNames ?? [])
            let name = node.name
            throw Diagnostic(
                summary: "Unknown variable",
                detail: "There is no variable \"\(SafeText.name(name))\" here.",
                range: location(node.nameRange),
                hint: .lazy {
                    NearestName.hint(for: name, among: names)
                        ?? ForeignNames.hint(forVariable: name) ?? Self.known(names)
                })
        }
        return try take(node.steps.dropFirst(resolved.consumedSteps), from: resolved.value)
    }

    private static func known(_ names: [String]) -> String {
        guard !names.isEmpty else { return "Put text in quotes; no variables are known here." }
        return "Put text in quotes; the variables known here are \(NearestName.list(names))."
    }

    /// Goes from a value along constant steps.
    func take(_ steps: ArraySlice<TraversalStep>, from value: Value) throws(Diagnostic) -> Value {
        var value = value
        for step in steps {
            do {
                switch step.kind {
                case .attribute(let name): value = try value.attribute(name)
                case .index(let key): value = try value.element(at: key, isWritten: true)
                }
            } catch {
                throw failure(error, at: step.range)
            }
        }
        return value
    }

    private func failure(_ failure: StepFailure, at range: ByteRange) -> Diagnostic {
        Diagnostic(
            summary: failure.summary, detail: failure.detail, range: location(range),
            hint: failure.hint)
    }

    func index(
        _ collection: ExpressionNode, _ key: ExpressionNode, _ brackets: ByteRange,
        _ scope: Scope?
    ) throws(Diagnostic) -> Value {
        let base: Value
        do {
            base = try evaluate(collection, scope)
        } catch {
            throw joined(error, with: key, scope)
        }
        let index = try evaluate(key, scope)
        do {
            if case .unknown(let unknown) = base, case .unknown(let other) = index {
                return .unknown(Unknown(reasons: unknown.reasons + other.reasons))
            }
            return try base.element(at: index)
        } catch {
            throw failure(error, at: brackets)
        }
    }

    /// An error with those of a part that is evaluated only to find them.
    func joined(
        _ error: Diagnostic, with other: ExpressionNode, _ scope: Scope?
    ) -> Diagnostic {
        if budget.failure != nil { return error }
        do {
            _ = try evaluate(other, scope)
            return error
        } catch let second {
            return budget.failure ?? error.joined(with: second)
        }
    }
}
