/// A finite number `mantissa × 2^exponent` with a sign.
///
/// The mantissa is odd, or zero for zero, so that equal numbers have equal parts.
struct BinaryFloat: Sendable, Equatable {
    /// The bits of mantissa that the reference implementation computes with.
    static let precision = 512

    let isNegative: Bool
    let mantissa: BigUnsigned
    let exponent: Int
    /// The bits that the number was rounded to, which decide how many digits tell it from others.
    let precision: Int

    /// Rounds to the precision, ties to even.
    ///
    /// `sticky` says that the true value is slightly greater in magnitude than the given one.
    init(
        isNegative: Bool, mantissa: BigUnsigned, exponent: Int, sticky: Bool = false,
        precision: Int = Self.precision
    ) {
        var mantissa = mantissa
        var exponent = exponent
        let excess = mantissa.bitWidth - precision
        if excess > 0 {
            let half = mantissa.bit(excess - 1)
            let rest = sticky || mantissa.trailingZeroBitCount < excess - 1
            let isOdd = mantissa.bit(excess)
            mantissa = mantissa >> excess
            exponent += excess
            if half && (rest || isOdd) { mantissa = mantissa + BigUnsigned(1) }
        }
        let zeros = mantissa.trailingZeroBitCount
        self.precision = precision
        self.isNegative = isNegative
        self.mantissa = mantissa >> zeros
        self.exponent = mantissa.isZero ? 0 : exponent + zeros
    }

    init(_ value: Int64) {
        self.init(
            isNegative: value < 0, mantissa: BigUnsigned(value.magnitude), exponent: 0)
    }

    /// The power of two just above the magnitude; zero for zero.
    var magnitudeExponent: Int { mantissa.isZero ? 0 : mantissa.bitWidth + exponent }

    /// The value as a small whole number; negative zero is not one.
    var small: Int64? {
        if mantissa.isZero { return isNegative ? nil : 0 }
        guard exponent >= 0, magnitudeExponent <= 63, let magnitude = (mantissa << exponent).small
        else { return nil }
        return isNegative ? -Int64(magnitude) : Int64(magnitude)
    }

    var negated: BinaryFloat {
        BinaryFloat(
            isNegative: !isNegative, mantissa: mantissa, exponent: exponent, precision: precision)
    }

    /// Both mantissas as multiples of the same power of two.
    private static func aligned(_ left: BinaryFloat, _ right: BinaryFloat) -> (
        left: BigUnsigned, right: BigUnsigned, exponent: Int
    ) {
        let exponent = min(left.exponent, right.exponent)
        return (
            left.mantissa << (left.exponent - exponent),
            right.mantissa << (right.exponent - exponent), exponent
        )
    }

    /// Negative, zero or positive as this number is less, equal or greater.
    func compare(_ other: BinaryFloat) -> Int {
        if mantissa.isZero && other.mantissa.isZero { return 0 }
        if mantissa.isZero { return other.isNegative ? 1 : -1 }
        if other.mantissa.isZero { return isNegative ? -1 : 1 }
        if isNegative != other.isNegative { return isNegative ? -1 : 1 }
        let parts = Self.aligned(self, other)
        if parts.left == parts.right { return 0 }
        return (parts.left < parts.right) != isNegative ? -1 : 1
    }

    static func + (left: BinaryFloat, right: BinaryFloat) -> BinaryFloat {
        let parts = aligned(left, right)
        if left.isNegative == right.isNegative {
            return BinaryFloat(
                isNegative: left.isNegative, mantissa: parts.left + parts.right,
                exponent: parts.exponent)
        }
        if parts.left == parts.right { return BinaryFloat(0) }
        let leftIsGreater = parts.right < parts.left
        return BinaryFloat(
            isNegative: leftIsGreater ? left.isNegative : right.isNegative,
            mantissa: leftIsGreater ? parts.left - parts.right : parts.right - parts.left,
            exponent: parts.exponent)
    }

    static func * (left: BinaryFloat, right: BinaryFloat) -> BinaryFloat {
        BinaryFloat(
            isNegative: left.isNegative != right.isNegative,
            mantissa: left.mantissa * right.mantissa, exponent: left.exponent + right.exponent)
    }

    /// The quotient; the divisor must not be zero.
    static func / (left: BinaryFloat, right: BinaryFloat) -> BinaryFloat {
        // Two bits more than the precision, and whether anything remains, decide the rounding.
        let shift = max(0, precision + 2 + right.mantissa.bitWidth - left.mantissa.bitWidth)
        let (quotient, remainder) = (left.mantissa << shift).divided(by: right.mantissa)
        return BinaryFloat(
            isNegative: left.isNegative != right.isNegative, mantissa: quotient,
            exponent: left.exponent - right.exponent - shift, sticky: !remainder.isZero)
    }

    /// The value without its fraction.
    var truncated: BinaryFloat {
        if exponent >= 0 { return self }
        return BinaryFloat(
            isNegative: isNegative, mantissa: mantissa >> -exponent, exponent: 0)
    }
}
