extension BigUnsigned {
    private static let chunk: UInt64 = 1_000_000_000_000_000_000
    private static let chunkDigits = 18

    /// The number written by decimal digits, which must all be ASCII digits.
    init(decimalDigits digits: some Sequence<UInt8>) {
        self.init(0)
        var pending: UInt64 = 0
        var scale: UInt64 = 1
        for digit in digits {
            pending = pending * 10 + UInt64(digit - UInt8(ascii: "0"))
            scale *= 10
            if scale == Self.chunk {
                append(pending, scale: scale)
                pending = 0
                scale = 1
            }
        }
        append(pending, scale: scale)
    }

    private mutating func append(_ digits: UInt64, scale: UInt64) {
        if isZero { self = BigUnsigned(digits) } else { multiply(by: scale, adding: digits) }
    }

    /// The decimal digits, most significant first; empty for zero.
    var decimalDigits: [UInt8] {
        var rest = self
        var reversed: [UInt8] = []
        while !rest.isZero {
            var part = rest.divide(by: Self.chunk)
            for _ in 0..<Self.chunkDigits {
                if rest.isZero && part == 0 { break }
                reversed.append(UInt8(ascii: "0") + UInt8(part % 10))
                part /= 10
            }
        }
        return reversed.reversed()
    }

    /// A power of a small base.
    static func power(_ base: UInt64, _ exponent: Int) -> BigUnsigned {
        var result = BigUnsigned(1)
        var square = BigUnsigned(base)
        var rest = exponent
        while rest > 0 {
            if rest & 1 == 1 { result = result * square }
            rest >>= 1
            if rest > 0 { square = square * square }
        }
        return result
    }
}
