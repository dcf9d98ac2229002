extension BigUnsigned {
    /// The quotient and the remainder; the divisor must not be zero.
    func divided(by divisor: BigUnsigned) -> (quotient: BigUnsigned, remainder: BigUnsigned) {
        if self < divisor { return (BigUnsigned(0), self) }
        if divisor.limbs.count == 1 {
            var quotient = self
            let remainder = quotient.divide(by: divisor.limbs[0])
            return (quotient, BigUnsigned(remainder))
        }
        // Long division by Knuth's algorithm D: with the divisor's highest bit set, the guess
        // from the leading limbs is at most two too large.
        let shift = 64 - (divisor.bitWidth - 1) % 64 - 1
        let scaledDivisor = (divisor << shift).limbs
        var rest = (self << shift).limbs
        while rest.count <= limbs.count { rest.append(0) }
        let size = scaledDivisor.count
        var quotient = [UInt64](repeating: 0, count: rest.count - size)
        for position in quotient.indices.reversed() {
            var guess = Self.guess(rest, at: position + size, by: scaledDivisor)
            if !Self.subtract(scaledDivisor, times: guess, from: &rest, at: position) {
                repeat { guess -= 1 } while !Self.addBack(scaledDivisor, to: &rest, at: position)
            }
            quotient[position] = guess
        }
        let remainder = BigUnsigned(limbs: rest) >> shift
        return (BigUnsigned(limbs: quotient), remainder)
    }

    private static func guess(_ rest: [UInt64], at top: Int, by divisor: [UInt64]) -> UInt64 {
        let leading = divisor[divisor.count - 1]
        let second = divisor[divisor.count - 2]
        guard rest[top] < leading else { return .max }
        var (guess, remainder) = leading.dividingFullWidth((rest[top], rest[top - 1]))
        while true {
            let product = guess.multipliedFullWidth(by: second)
            if (product.high, product.low) <= (remainder, rest[top - 2]) { return guess }
            guess -= 1
            let (sum, overflow) = remainder.addingReportingOverflow(leading)
            if overflow { return guess }
            remainder = sum
        }
    }

    /// Subtracts a multiple of the divisor; false when the result went below zero.
    private static func subtract(
        _ divisor: [UInt64], times factor: UInt64, from rest: inout [UInt64], at position: Int
    ) -> Bool {
        var carry: UInt64 = 0
        var borrow: UInt64 = 0
        for (index, limb) in divisor.enumerated() {
            let product = limb.multipliedFullWidth(by: factor)
            let (low, overflow) = product.low.addingReportingOverflow(carry)
            carry = product.high + (overflow ? 1 : 0)
            let (partial, under) = rest[position + index].subtractingReportingOverflow(low)
            let (difference, more) = partial.subtractingReportingOverflow(borrow)
            borrow = (under ? 1 : 0) + (more ? 1 : 0)
            rest[position + index] = difference
        }
        let top = position + divisor.count
        let (partial, under) = rest[top].subtractingReportingOverflow(carry)
        let (difference, more) = partial.subtractingReportingOverflow(borrow)
        rest[top] = difference
        return !under && !more
    }

    /// Adds the divisor once; true when that brought the result back above zero.
    private static func addBack(
        _ divisor: [UInt64], to rest: inout [UInt64], at position: Int
    ) -> Bool {
        var carry: UInt64 = 0
        for (index, limb) in divisor.enumerated() {
            let (partial, overflow) = rest[position + index].addingReportingOverflow(limb)
            let (sum, more) = partial.addingReportingOverflow(carry)
            carry = (overflow ? 1 : 0) + (more ? 1 : 0)
            rest[position + index] = sum
        }
        let top = position + divisor.count
        let (sum, overflow) = rest[top].addingReportingOverflow(carry)
        rest[top] = sum
        return overflow
    }
}
