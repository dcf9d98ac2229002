/// A natural number of any size, as much arithmetic as exact decimal numbers need.
struct BigUnsigned: Equatable {
    /// The digits to base 2^64, least significant first, without leading zeros.
    private(set) var limbs: [UInt64]

    init(_ value: UInt64) {
        limbs = value == 0 ? [] : [value]
    }

    init(limbs: [UInt64]) {
        self.limbs = limbs
        trim()
    }

    var isZero: Bool { limbs.isEmpty }

    /// The position of the highest bit set, counted from one; zero for zero.
    var bitWidth: Int {
        guard let last = limbs.last else { return 0 }
        return limbs.count * 64 - last.leadingZeroBitCount
    }

    /// The number of zero bits below the lowest bit set; zero for zero.
    var trailingZeroBitCount: Int {
        guard let index = limbs.firstIndex(where: { $0 != 0 }) else { return 0 }
        return index * 64 + limbs[index].trailingZeroBitCount
    }

    /// The value when it fits one limb.
    var small: UInt64? {
        switch limbs.count {
        case 0: 0
        case 1: limbs[0]
        default: nil
        }
    }

    func bit(_ index: Int) -> Bool {
        let limb = index / 64
        return limb < limbs.count && limbs[limb] >> UInt64(index % 64) & 1 == 1
    }

    private mutating func trim() {
        while limbs.last == 0 { limbs.removeLast() }
    }
}

extension BigUnsigned {
    static func << (value: BigUnsigned, count: Int) -> BigUnsigned {
        if count == 0 || value.isZero { return value }
        let shift = UInt64(count % 64)
        var result = [UInt64](repeating: 0, count: count / 64)
        result.reserveCapacity(result.count + value.limbs.count + 1)
        var carry: UInt64 = 0
        for limb in value.limbs {
            result.append(limb << shift | carry)
            carry = shift == 0 ? 0 : limb >> (64 - shift)
        }
        result.append(carry)
        return BigUnsigned(limbs: result)
    }

    static func >> (value: BigUnsigned, count: Int) -> BigUnsigned {
        let skipped = count / 64
        guard skipped < value.limbs.count else { return BigUnsigned(0) }
        let shift = UInt64(count % 64)
        var result = Array(value.limbs[skipped...])
        if shift > 0 {
            for index in result.indices {
                let above = index + 1 < result.count ? result[index + 1] : 0
                result[index] = result[index] >> shift | above << (64 - shift)
            }
        }
        return BigUnsigned(limbs: result)
    }

    static func + (left: BigUnsigned, right: BigUnsigned) -> BigUnsigned {
        var result: [UInt64] = []
        var carry: UInt64 = 0
        for index in 0..<max(left.limbs.count, right.limbs.count) {
            let first = index < left.limbs.count ? left.limbs[index] : 0
            let second = index < right.limbs.count ? right.limbs[index] : 0
            let (partial, overflow) = first.addingReportingOverflow(second)
            let (sum, more) = partial.addingReportingOverflow(carry)
            carry = (overflow ? 1 : 0) + (more ? 1 : 0)
            result.append(sum)
        }
        result.append(carry)
        return BigUnsigned(limbs: result)
    }

    /// The difference; the right side must not be greater.
    static func - (left: BigUnsigned, right: BigUnsigned) -> BigUnsigned {
        var result = left.limbs
        var borrow: UInt64 = 0
        for index in result.indices {
            let second = index < right.limbs.count ? right.limbs[index] : 0
            let (partial, underflow) = result[index].subtractingReportingOverflow(second)
            let (difference, more) = partial.subtractingReportingOverflow(borrow)
            borrow = (underflow ? 1 : 0) + (more ? 1 : 0)
            result[index] = difference
        }
        return BigUnsigned(limbs: result)
    }

    static func * (left: BigUnsigned, right: BigUnsigned) -> BigUnsigned {
        if left.isZero || right.isZero { return BigUnsigned(0) }
        var result = [UInt64](repeating: 0, count: left.limbs.count + right.limbs.count)
        for (offset, first) in left.limbs.enumerated() {
            var carry: UInt64 = 0
            for (index, second) in right.limbs.enumerated() {
                var (high, low) = first.multipliedFullWidth(by: second)
                let (partial, overflow) = low.addingReportingOverflow(result[offset + index])
                let (sum, more) = partial.addingReportingOverflow(carry)
                low = sum
                high += (overflow ? 1 : 0) + (more ? 1 : 0)
                result[offset + index] = low
                carry = high
            }
            result[offset + right.limbs.count] = carry
        }
        return BigUnsigned(limbs: result)
    }

    /// Multiplies by one limb and adds another.
    mutating func multiply(by factor: UInt64, adding term: UInt64) {
        var carry = term
        for index in limbs.indices {
            let (high, low) = limbs[index].multipliedFullWidth(by: factor)
            let (sum, overflow) = low.addingReportingOverflow(carry)
            limbs[index] = sum
            carry = high + (overflow ? 1 : 0)
        }
        if carry > 0 { limbs.append(carry) }
    }

    /// Divides in place by one limb, which must not be zero, and returns the remainder.
    mutating func divide(by divisor: UInt64) -> UInt64 {
        var remainder: UInt64 = 0
        for index in limbs.indices.reversed() {
            (limbs[index], remainder) = divisor.dividingFullWidth((remainder, limbs[index]))
        }
        trim()
        return remainder
    }
}

extension BigUnsigned: Comparable {
    static func < (left: BigUnsigned, right: BigUnsigned) -> Bool {
        if left.limbs.count != right.limbs.count { return left.limbs.count < right.limbs.count }
        for (first, second) in zip(left.limbs.reversed(), right.limbs.reversed())
        where first != second {
            return first < second
        }
        return false
    }
}
