extension Evaluator {
    func unary(
        _ symbol: UnaryOperator, _ operand: ExpressionNode, _ range: ByteRange, _ scope: Scope?
    ) throws(Diagnostic) -> Value {
        let type: ValueType = symbol == .not ? .bool : .number
        let value = try convert(
            evaluate(operand, scope), to: type, summary: "Invalid operand", at: operand.range)
        switch value {
        case .bool(let flag): return .bool(!flag)
        case .number(let number): return .number(number.negated)
        case .unknown: return value
        default:
            throw nullOperand("operand", at: range)
        }
    }

    func binary(
        _ symbol: BinaryOperator, _ left: ExpressionNode, _ right: ExpressionNode,
        _ scope: Scope?
    ) throws(Diagnostic) -> Value {
        guard case .binary(let inner, let first, let second) = left else {
            return try combined(symbol, operand(left, scope), left.range, right, scope).value()
        }
        // Chains of operators lean to the left and can be long, so they are walked in a loop.
        var pending = [(symbol, left: left, right: right), (inner, left: first, right: second)]
        var innermost = first
        while case .binary(let symbol, let left, let right) = innermost {
            pending.append((symbol, left, right))
            innermost = left
        }
        var result = operand(innermost, scope)
        for (symbol, left, right) in pending.reversed() {
            result = try combined(symbol, result, left.range, right, scope)
        }
        return try result.value()
    }

    private func combined(
        _ symbol: BinaryOperator, _ first: Operand, _ range: ByteRange, _ right: ExpressionNode,
        _ scope: Scope?
    ) throws(Diagnostic) -> Operand {
        try budget.charge(1, at: location(right.range))
        let second = operand(right, scope)
        let range = range.union(right.range)
        let result: Operand
        do {
            result = .value(try apply(symbol, first, second, range), range)
        } catch {
            result = .failure(error)
        }
        if let failure = budget.failure { throw failure }
        return result
    }

    /// A value with its place, or the error instead of it.
    private enum Operand {
        case value(Value, ByteRange)
        indirect case failure(Diagnostic)

        func value() throws(Diagnostic) -> Value {
            switch self {
            case .value(let value, _): return value
            case .failure(let failure): throw failure
            }
        }
    }

    private func operand(_ node: ExpressionNode, _ scope: Scope?) -> Operand {
        do {
            return .value(try evaluate(node, scope), node.range)
        } catch {
            return .failure(error)
        }
    }

    private func apply(
        _ symbol: BinaryOperator, _ left: Operand, _ right: Operand, _ range: ByteRange
    ) throws(Diagnostic) -> Value {
        let type = symbol.operandType
        // Errors of conversion come before those of the operands, which logic may ignore.
        let first = try converted(left, to: type)
        let second = try converted(right, to: type)
        if symbol == .and || symbol == .or {
            let decisive = symbol == .or
            if let value = try shortCircuit(decisive, left, right, first, second) { return value }
        }
        if case .failure(let one) = left, case .failure(let two) = right {
            throw one.joined(with: two)
        }
        _ = try left.value()
        _ = try right.value()
        if type == .dynamic {
            try budget.charge(walkThrough: first, at: location(range))
            return equality(first, second, isNegated: symbol == .notEqual)
        }
        if first.isNull || second.isNull {
            throw nullOperand(first.isNull ? "left operand" : "right operand", at: range)
        }
        if first.isUnknown || second.isUnknown {
            return Self.unknown(first, second, symbol.isArithmetic ? .number : .bool)
        }
        if case .bool = first { return .bool(symbol == .and) }
        guard let one = first.numberValue, let two = second.numberValue,
            let value = symbol.compute(one, two)
        else {
            throw noResult([first, second], at: range)
        }
        return value
    }

    private func noResult(_ operands: [Value], at range: ByteRange) -> Diagnostic {
        let isSpecial = operands.compactMap(\.numberValue).contains { $0.isInfinite || $0.isZero }
        return failure(
            "Operation failed",
            isSpecial
                ? "The result is not a number, as with 0 / 0."
                : "The result is too large or too close to zero to compute with.",
            at: range,
            hint: isSpecial
                ? "Test the divisor first, as in N == 0 ? 0 : X / N."
                : "Compute with smaller numbers.")
    }

    private func nullOperand(_ what: String, at range: ByteRange) -> Diagnostic {
        failure(
            "Operation failed", "The \(what) is null, so there is nothing to compute with.",
            at: range, hint: "Give a replacement, as in coalesce(VALUE, OTHER).")
    }

    private func converted(_ operand: Operand, to type: ValueType) throws(Diagnostic) -> Value {
        guard case .value(let value, let range) = operand else {
            return .unknown(Unknown(type: type, reasons: []))
        }
        return try convert(value, to: type, summary: "Invalid operand", at: range)
    }

    /// Logic is decided by one operand when that suffices, whatever is wrong with the other.
    ///
    /// A null counts as false here, as it does in the reference implementation.
    private func shortCircuit(
        _ decisive: Bool, _ left: Operand, _ right: Operand, _ first: Value, _ second: Value
    ) throws(Diagnostic) -> Value? {
        let one: Bool? = first.isUnknown ? nil : first.boolValue ?? false
        let two: Bool? = second.isUnknown ? nil : second.boolValue ?? false
        switch (one, two) {
        case (nil, nil):
            guard case .value = left else { return nil }
            return Self.unknown(first, second, .bool)
        case (decisive, _), (_, decisive): return .bool(decisive)
        case (nil, _):
            _ = try left.value()
            return Self.unknown(first, second, .bool)
        case (_, nil):
            _ = try right.value()
            return Self.unknown(first, second, .bool)
        default: return nil
        }
    }

    private static func unknown(_ first: Value, _ second: Value, _ type: ValueType) -> Value {
        .unknown(Unknown(type: type, reasons: first.unknownReasons + second.unknownReasons))
    }

    private func equality(_ first: Value, _ second: Value, isNegated: Bool) -> Value {
        guard let isEqual = first.equals(second) else { return Self.unknown(first, second, .bool) }
        return .bool(isEqual != isNegated)
    }
}

extension BinaryOperator {
    /// The type that operands are converted to.
    fileprivate var operandType: ValueType {
        switch self {
        case .and, .or: .bool
        case .equal, .notEqual: .dynamic
        default: .number
        }
    }

    fileprivate var isArithmetic: Bool {
        switch self {
        case .add, .subtract, .multiply, .divide, .modulo: true
        default: false
        }
    }

    fileprivate func compute(_ left: Number, _ right: Number) -> Value? {
        switch self {
        case .less: .bool(left < right)
        case .lessOrEqual: .bool(left <= right)
        case .greater: .bool(left > right)
        case .greaterOrEqual: .bool(left >= right)
        case .add: (left + right).map { .number($0) }
        case .subtract: (left - right).map { .number($0) }
        case .multiply: (left * right).map { .number($0) }
        case .divide: (left / right).map { .number($0) }
        case .modulo: (left % right).map { .number($0) }
        case .or, .and, .equal, .notEqual: nil
        }
    }
}
