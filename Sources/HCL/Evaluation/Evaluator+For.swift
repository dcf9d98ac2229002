extension Evaluator {
    func forEach(_ node: ForNode, _ scope: Scope?) throws(Diagnostic) -> Value {
        let collection = try evaluate(node.collection, scope)
        guard let items = try items(of: collection, node) else {
            let inner = Scope(node.valueVariable, key: node.keyVariable, outer: scope)
            let element = Value.unknown(Unknown(reasons: collection.unknownReasons))
            inner.set(element, key: element)
            try lookAt([node.condition, node.key, node.value], inner)
            return element
        }
        let inner = Scope(node.valueVariable, key: node.keyVariable, outer: scope)
        if let condition = node.condition {
            // The condition is tried once without an element, so that a wrong one is an error
            // even when the collection is empty.
            let trial = try evaluate(condition, inner)
            if trial.isNull {
                throw nullCondition("Condition is null", at: condition.range)
            }
            _ = try convert(
                trial, to: .bool, summary: "Invalid 'for' condition", at: condition.range)
        }
        return node.key == nil
            ? try forTuple(node, items, inner) : try forObject(node, items, inner)
    }

    private func nullCondition(_ summary: String, at range: ByteRange) -> Diagnostic {
        failure(
            summary, "The condition is null, and it must be true or false.", at: range,
            hint: "Compare the value, as in VALUE == \"text\" or VALUE != null.")
    }

    private func items(of collection: Value, _ node: ForNode) throws(Diagnostic) -> ForItems? {
        switch collection {
        case .unknown(let unknown)
        where unknown.type == .dynamic || unknown.type.isIterable:
            return nil
        case .null:
            throw failure(
                "Iteration over null value", "The collection is null, so it has no elements.",
                at: node.collection.range,
                hint: "Give a replacement, as in coalesce(VALUE, []).")
        case .list(_, let elements), .tuple(let elements):
            try budget.charge(elements.count, at: location(node.collection.range))
            return .sequence(elements.elements)
        case .set(_, let elements): return .set(elements.elements)
        case .map(_, let elements), .object(let elements):
            try budget.charge(elements.count, at: location(node.collection.range))
            return .named(elements)
        case .unknown, .bool, .number, .string:
            throw failure(
                "Iteration over non-iterable value",
                "A value of type \(collection.type.friendlyName) has no elements to go through.",
                at: node.collection.range,
                hint: collection.stringValue == nil
                    ? "Put a single value into [ ]."
                    : "Make a list of it, as in split(\",\", VALUE).")
        }
    }

    /// Whether an element takes part: true, false or unknown.
    private func includes(_ node: ForNode, _ scope: Scope) throws(Diagnostic) -> Value {
        guard let condition = node.condition else { return .bool(true) }
        let value = try evaluate(condition, scope)
        if value.isNull {
            throw nullCondition("Invalid 'for' condition", at: condition.range)
        }
        return try convert(
            value, to: .bool, summary: "Invalid 'for' condition", at: condition.range)
    }

    private func forTuple(
        _ node: ForNode, _ items: ForItems, _ inner: Scope
    ) throws(Diagnostic) -> Value {
        var results: [Value] = []
        results.reserveCapacity(items.count)
        var reasons: [UnknownReason]?
        for index in 0..<items.count {
            items.select(index, in: inner)
            switch try includes(node, inner) {
            case .bool(true): results.append(try evaluate(node.value, inner))
            case .unknown(let unknown):
                reasons.note(unknown.reasons)
                try lookAt([node.value], inner)
            default: break
            }
        }
        if let reasons { return .unknown(Unknown(reasons: reasons)) }
        return try tuple(of: results, at: node.range)
    }

    private func forObject(
        _ node: ForNode, _ items: ForItems, _ inner: Scope
    ) throws(Diagnostic) -> Value {
        var groups = ForGroups(groups: node.groups)
        var reasons: [UnknownReason]?
        for index in 0..<items.count {
            items.select(index, in: inner)
            let included = try includes(node, inner)
            if case .unknown(let unknown) = included {
                reasons.note(unknown.reasons)
                try lookAt([node.key, node.value], inner)
            }
            guard case .bool(true) = included else { continue }
            guard let name = try forKey(node, inner, &reasons) else {
                try lookAt([node.value], inner)
                continue
            }
            let isNew = groups.add(try evaluate(node.value, inner), to: name)
            if !isNew && !node.groups {
                throw failure(
                    "Duplicate object key",
                    "Two elements have the same key.",
                    at: node.key?.range ?? node.range,
                    hint: "Write ... after the value to group elements by key.")
            }
        }
        if let reasons { return .unknown(Unknown(reasons: reasons)) }
        return try object(of: groups.pairs, at: node.range)
    }

    private func forKey(
        _ node: ForNode, _ scope: Scope, _ reasons: inout [UnknownReason]?
    ) throws(Diagnostic) -> String? {
        guard let node = node.key else { return nil }
        let key = try evaluate(node, scope)
        if key.isNull {
            throw failure(
                "Invalid object key", "The key is null for one of the elements.", at: node.range,
                hint: "Leave such elements out with if KEY != null.")
        }
        let name = try convert(key, to: .string, summary: "Invalid object key", at: node.range)
        if let name = name.stringValue { return name }
        reasons.note(key.unknownReasons)
        return nil
    }
}

extension ValueType {
    fileprivate var isIterable: Bool {
        switch self {
        case .list, .set, .map, .tuple, .object: true
        case .dynamic, .bool, .number, .string: false
        }
    }
}
