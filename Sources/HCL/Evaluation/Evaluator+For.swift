extension Evaluator {
    func forEach(_ node: ForNode, _ scope: Scope?) throws(Diagnostic) -> Value {
        let collection = try evaluate(node.collection, scope)
        guard let items = try items(of: collection, node) else {
            return .unknown(Unknown(reasons: collection.unknownReasons))
        }
        if let condition = node.condition {
            // The condition is tried once without an element, so that a wrong one is an error
            // even when the collection is empty.
            let placeholder = Value.unknownPlaceholder
            let trial = try evaluate(condition, inner(node, placeholder, placeholder, scope))
            if trial.isNull {
                throw nullCondition("Condition is null", at: condition.range)
            }
            _ = try convert(
                trial, to: .bool, summary: "Invalid 'for' condition", at: condition.range)
        }
        return node.key == nil
            ? try forTuple(node, items, scope) : try forObject(node, items, scope)
    }

    private func nullCondition(_ summary: String, at range: ByteRange) -> Diagnostic {
        failure(
            summary, "The condition is null, and it must be true or false.", at: range,
            hint: "Compare the value, as in VALUE == \"text\" or VALUE != null.")
    }

    private typealias Item = (key: Value, value: Value)

    private func items(of collection: Value, _ node: ForNode) throws(Diagnostic) -> [Item]? {
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
            return elements.enumerated().map { (key: .integer($0.offset), value: $0.element) }
        case .set(_, let elements): return elements.map { (key: $0, value: $0) }
        case .map(_, let elements), .object(let elements):
            try budget.charge(elements.count, at: location(node.collection.range))
            return elements.map { (key: .string($0.key), value: $0.value) }
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

    private func inner(_ node: ForNode, _ key: Value, _ value: Value, _ scope: Scope?) -> Scope {
        var names = [(name: node.valueVariable, value: value)]
        if let keyVariable = node.keyVariable { names.append((keyVariable, key)) }
        return Scope(names, outer: scope)
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
        _ node: ForNode, _ items: [Item], _ scope: Scope?
    ) throws(Diagnostic) -> Value {
        var results: [Value] = []
        var reasons: [UnknownReason]?
        for item in items {
            let inner = inner(node, item.key, item.value, scope)
            switch try includes(node, inner) {
            case .bool(true): results.append(try evaluate(node.value, inner))
            case .unknown(let unknown): reasons = (reasons ?? []) + unknown.reasons
            default: break
            }
        }
        if let reasons { return .unknown(Unknown(reasons: reasons)) }
        return try tuple(of: results, at: node.range)
    }

    private func forObject(
        _ node: ForNode, _ items: [Item], _ scope: Scope?
    ) throws(Diagnostic) -> Value {
        var names: [String] = []
        var groups: [String: [Value]] = [:]
        var reasons: [UnknownReason]?
        for item in items {
            let inner = inner(node, item.key, item.value, scope)
            let included = try includes(node, inner)
            if case .unknown(let unknown) = included {
                reasons = (reasons ?? []) + unknown.reasons
            }
            guard case .bool(true) = included else { continue }
            guard let name = try forKey(node, inner, &reasons) else { continue }
            let value = try evaluate(node.value, inner)
            if groups[name] == nil {
                names.append(name)
            } else if !node.groups {
                throw failure(
                    "Duplicate object key",
                    "Two elements have the key \"\(SafeText.name(name))\".",
                    at: node.key?.range ?? node.range,
                    hint: "Write ... after the value to group elements by key.")
            }
            groups[name, default: []].append(value)
        }
        if let reasons { return .unknown(Unknown(reasons: reasons)) }
        var pairs: [(key: String, value: Value)] = []
        for name in names {
            let values = groups[name] ?? []
            pairs.append((name, node.groups ? .tuple(ValueList(values)) : values[0]))
        }
        return try object(of: pairs, at: node.range)
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
        reasons = (reasons ?? []) + key.unknownReasons
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
