extension Number {
    /// The sum; there is none of infinities with opposite signs, or beyond the range of numbers.
    public static func + (left: Number, right: Number) -> Number? {
        if case .small(let first) = left.storage, case .small(let second) = right.storage {
            let (sum, overflow) = first.addingReportingOverflow(second)
            if !overflow { return Number(storage: .small(sum)) }
        }
        guard let first = left.float, let second = right.float else {
            if left.isInfinite && right.isInfinite && left.isNegative != right.isNegative {
                return nil
            }
            return left.isInfinite ? left : right
        }
        return Number(checking: first + second)
    }

    /// The difference; there is none of infinities with equal signs, or beyond the range.
    public static func - (left: Number, right: Number) -> Number? {
        if case .small(let first) = left.storage, case .small(let second) = right.storage {
            let (difference, overflow) = first.subtractingReportingOverflow(second)
            if !overflow { return Number(storage: .small(difference)) }
        }
        return left + right.negated
    }

    /// The product; there is none of zero and infinity, or beyond the range of numbers.
    public static func * (left: Number, right: Number) -> Number? {
        if case .small(let first) = left.storage, case .small(let second) = right.storage,
            first != 0, second != 0
        {
            let (product, overflow) = first.multipliedReportingOverflow(by: second)
            if !overflow { return Number(storage: .small(product)) }
        }
        guard let first = left.float, let second = right.float else {
            if left.isZero || right.isZero { return nil }
            return Number(storage: .infinity(negative: left.isNegative != right.isNegative))
        }
        return Number(checking: first * second)
    }

    /// The quotient; a number divided by zero is infinite, and of zero by zero or infinity by
    /// infinity, or beyond the range of numbers, there is none.
    public static func / (left: Number, right: Number) -> Number? {
        let isNegative = left.isNegative != right.isNegative
        guard let first = left.float, let second = right.float else {
            if left.isInfinite && right.isInfinite { return nil }
            return left.isInfinite ? Number(storage: .infinity(negative: isNegative)) : .zero
        }
        if second.mantissa.isZero {
            return first.mantissa.isZero ? nil : Number(storage: .infinity(negative: isNegative))
        }
        return Number(checking: first / second)
    }

    /// The remainder with the sign of the dividend; a number modulo zero is itself, and with
    /// infinities there is none.
    public static func % (left: Number, right: Number) -> Number? {
        if right.isZero { return left }
        if left.isInfinite || right.isInfinite { return nil }
        if case .small(let first) = left.storage, case .small(let second) = right.storage,
            second != -1
        {
            return Number(storage: .small(first % second))
        }
        guard let first = left.float, let second = right.float else { return nil }
        let whole = (first / second).truncated
        return Number(checking: first + (whole * second).negated)
    }

    /// The number with the opposite sign; zero becomes negative zero.
    public var negated: Number {
        switch storage {
        case .small(let value) where value != 0 && value != .min:
            Number(storage: .small(-value))
        case .small(let value): Number(BinaryFloat(value).negated)
        case .float(let float): Number(float.negated)
        case .infinity(let negative): Number(storage: .infinity(negative: !negative))
        }
    }

    /// The number without its fraction.
    public var truncated: Number {
        float.map { Number($0.truncated) } ?? self
    }

    /// The greatest whole number that is not greater.
    public var floor: Number {
        let whole = truncated
        return isNegative && whole != self ? (whole - Number(1)) ?? whole : whole
    }

    /// The least whole number that is not less.
    public var ceiling: Number {
        let whole = truncated
        return !isNegative && whole != self ? (whole + Number(1)) ?? whole : whole
    }
}
