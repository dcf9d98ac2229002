extension Evaluator {
    func tuple(
        _ elements: [ExpressionNode], _ range: ByteRange, _ scope: Scope?
    ) throws(Diagnostic) -> Value {
        var values: [Value] = []
        values.reserveCapacity(elements.count)
        var failures = Failures()
        for element in elements {
            do {
                values.append(try evaluate(element, scope))
            } catch {
                try failures.add(error, budget)
            }
        }
        try failures.check()
        return try tuple(of: values, at: range)
    }

    func tuple(of values: [Value], at range: ByteRange) throws(Diagnostic) -> Value {
        let tuple = Value.tuple(ValueList(values))
        try budget.check(tuple, at: location(range))
        return tuple
    }

    func object(
        of pairs: [(key: String, value: Value)], at range: ByteRange
    ) throws(Diagnostic) -> Value {
        let object = Value.object(ValueMap(pairs))
        try budget.check(object, at: location(range))
        return object
    }

    func object(
        _ items: [ObjectItemNode], _ range: ByteRange, _ scope: Scope?
    ) throws(Diagnostic) -> Value {
        var pairs: [(key: String, value: Value)] = []
        pairs.reserveCapacity(items.count)
        var reasons: [UnknownReason]?
        var failures = Failures()
        for item in items {
            do {
                let (name, value) = try objectItem(item, scope)
                if let name = name.stringValue {
                    pairs.append((name, value))
                } else {
                    reasons.note(name.unknownReasons)
                }
            } catch {
                try failures.add(error, budget)
            }
        }
        try failures.check()
        if let reasons { return .unknown(Unknown(reasons: reasons)) }
        return try object(of: pairs, at: range)
    }

    private func objectItem(
        _ item: ObjectItemNode, _ scope: Scope?
    ) throws(Diagnostic) -> (name: Value, value: Value) {
        let key: Value
        do {
            key = try objectKey(item, scope)
        } catch {
            throw joined(error, with: item.value, scope)
        }
        let value = try evaluate(item.value, scope)
        if key.isNull {
            throw failure(
                "Null value as key", "The key of this item is null, and a key must be text.",
                at: item.value.range, hint: "Use a key that always has a value.")
        }
        let name = try convert(
            key, to: .string, summary: "Incorrect key type", at: item.key.range)
        return (name, value)
    }

    private func objectKey(
        _ item: ObjectItemNode, _ scope: Scope?
    ) throws(Diagnostic) -> Value {
        if let name = item.literalKey { return .text(name) }
        if case .reference(let node) = item.key, !node.steps.isEmpty {
            throw failure(
                "Ambiguous attribute key",
                "This key may be meant as a reference or as a name with dots.",
                at: item.key.range,
                hint: "Write (\(SafeText.name(source.text(in: node.range)))) for a reference, "
                    + "or quote the name.")
        }
        return try evaluate(item.key, scope)
    }

    func splat(
        _ base: ExpressionNode, _ each: ExpressionNode, _ scope: Scope?
    ) throws(Diagnostic) -> Value {
        let value = try evaluate(base, scope)
        let elements: [Value]
        var isList = false
        switch value {
        case .unknown(let unknown):
            let inner = Scope(Scope.splatElement, outer: scope)
            inner.set(.unknown(unknown.retyped(.dynamic)))
            try lookAt([each], inner)
            return .unknown(unknown.retyped(.dynamic))
        case .null(.list), .null(.set), .null(.tuple):
            throw failure(
                "Splat of null value", "The sequence is null, so it has no elements.",
                at: base.range, hint: "Give a replacement, as in coalesce(VALUE, []).")
        case .null: elements = []
        case .tuple(let list): elements = list.elements
        case .list(_, let list), .set(_, let list):
            elements = list.elements
            isList = true
        default: elements = [value]
        }
        var results: [Value] = []
        results.reserveCapacity(elements.count)
        let inner = Scope(Scope.splatElement, outer: scope)
        for element in elements {
            inner.set(element)
            results.append(try evaluate(each, inner))
        }
        let tuple = try tuple(of: results, at: each.range)
        guard isList else { return tuple }
        return try convert(
            tuple, to: .list(.dynamic), summary: "Inconsistent elements", at: each.range)
    }
}
