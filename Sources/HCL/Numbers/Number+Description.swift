extension Number: CustomStringConvertible {
    /// The number in plain decimal: the fewest digits that read back as the same number.
    ///
    /// There is never an exponent. Infinities are `Inf` and `-Inf`.
    public var description: String {
        switch storage {
        case .small(let value): String(value)
        case .infinity(let negative): negative ? "-Inf" : "Inf"
        case .float(let float): Self.text(of: float)
        }
    }

    private static func text(of float: BinaryFloat) -> String {
        let sign = float.isNegative ? "-" : ""
        if float.mantissa.isZero { return sign + "0" }
        let decimal = shortestDecimal(of: float)
        let point = decimal.digits.count + decimal.exponent
        let zero = UInt8(ascii: "0")
        var text: [UInt8] = Array(sign.utf8)
        if point <= 0 {
            text.append(zero)
        } else {
            text += decimal.digits.prefix(point)
            text += [UInt8](repeating: zero, count: max(0, decimal.exponent))
        }
        if decimal.exponent < 0 {
            text.append(UInt8(ascii: "."))
            text += [UInt8](repeating: zero, count: max(0, -point))
            text += decimal.digits.suffix(-decimal.exponent)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The fewest digits of a number other than zero that read back as the same number.
    static func shortestDecimal(of float: BinaryFloat) -> Decimal {
        var decimal = exactDecimal(float.mantissa, float.exponent)
        shorten(&decimal, float)
        return decimal
    }

    /// All decimal digits of `mantissa × 2^exponent`, without zeros at the end.
    static func exactDecimal(_ mantissa: BigUnsigned, _ exponent: Int) -> Decimal {
        var decimal: Decimal
        if exponent >= 0 {
            decimal = Decimal(
                isNegative: false, digits: (mantissa << exponent).decimalDigits, exponent: 0)
        } else {
            let scaled = mantissa * BigUnsigned.power(5, -exponent)
            decimal = Decimal(
                isNegative: false, digits: scaled.decimalDigits, exponent: exponent)
        }
        decimal.dropTrailingZeros()
        return decimal
    }

    /// Cuts digits that are not needed to tell the number from its neighbours.
    ///
    /// The neighbours are half a unit of the last place away at full precision. The digits are
    /// compared with theirs from the left; at the first place where rounding stays between them,
    /// the rest is dropped.
    private static func shorten(_ decimal: inout Decimal, _ float: BinaryFloat) {
        let shift = float.precision + 1 - float.mantissa.bitWidth
        let middle = float.mantissa << shift
        let exponent = float.exponent - shift
        let lower = exactDecimal(middle - BigUnsigned(1), exponent).digits
        let upper = exactDecimal(middle + BigUnsigned(1), exponent).digits
        let isInclusive = !middle.bit(1)
        let zero = UInt8(ascii: "0")
        for (index, digit) in decimal.digits.enumerated() {
            let low = index < lower.count ? lower[index] : zero
            let high = index < upper.count ? upper[index] : zero
            let mayRoundDown = low != digit || isInclusive && index + 1 == lower.count
            let mayRoundUp =
                digit != high && (isInclusive || digit + 1 < high || index + 1 < upper.count)
            guard mayRoundDown || mayRoundUp else { continue }
            let up = mayRoundUp && (!mayRoundDown || decimal.roundsUp(at: index + 1))
            decimal.cut(to: index + 1, roundingUp: up)
            return
        }
    }
}

extension Number.Decimal {
    mutating func dropTrailingZeros() {
        while digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            exponent += 1
        }
    }

    /// Whether rounding to a number of digits goes up; halves go to even.
    func roundsUp(at count: Int) -> Bool {
        guard count < digits.count else { return false }
        let five = UInt8(ascii: "5")
        if digits[count] == five && count + 1 == digits.count {
            return count > 0 && digits[count - 1] & 1 == 1
        }
        return digits[count] >= five
    }

    /// Keeps a number of leading digits, adding one to the last when asked to.
    mutating func cut(to count: Int, roundingUp: Bool) {
        guard count < digits.count else { return }
        exponent += digits.count - count
        digits.removeLast(digits.count - count)
        guard roundingUp else { return dropTrailingZeros() }
        while digits.last == UInt8(ascii: "9") {
            digits.removeLast()
            exponent += 1
        }
        if let last = digits.popLast() {
            digits.append(last + 1)
        } else {
            digits = [UInt8(ascii: "1")]
        }
    }
}
