extension Number {
    /// The most characters that a number may be written with, which bounds the time to read it.
    public static let longestText = 4_096

    /// Reads a decimal number with an optional sign, fraction and exponent, without spaces.
    ///
    /// Returns nothing for any other text, and for numbers out of range.
    public init?(_ text: String) {
        self.init(ascii: text.utf8)
    }

    init?(ascii text: some Collection<UInt8>) {
        guard text.count <= Self.longestText else { return nil }
        var scanner = DecimalScanner(text)
        guard let decimal = scanner.scan() else { return nil }
        self.init(decimal)
    }

    /// Whether a text is a decimal number, even one out of range.
    static func isDecimal(_ text: String) -> Bool {
        var scanner = DecimalScanner(text.utf8)
        return scanner.scan() != nil
    }

    /// The number nearest to a decimal one.
    private init?(_ decimal: Decimal) {
        let digits = BigUnsigned(decimalDigits: decimal.digits)
        if digits.isZero {
            self.init(BinaryFloat(isNegative: decimal.isNegative, mantissa: digits, exponent: 0))
            return
        }
        let magnitude = decimal.digits.count + decimal.exponent
        guard abs(magnitude) <= Self.largestExponent / 3 else { return nil }
        let power = BigUnsigned.power(5, abs(decimal.exponent))
        if decimal.exponent >= 0 {
            self.init(
                checking: BinaryFloat(
                    isNegative: decimal.isNegative, mantissa: digits * power,
                    exponent: decimal.exponent))
            return
        }
        let shift = max(0, BinaryFloat.precision + 2 + power.bitWidth - digits.bitWidth)
        let (quotient, remainder) = (digits << shift).divided(by: power)
        self.init(
            checking: BinaryFloat(
                isNegative: decimal.isNegative, mantissa: quotient,
                exponent: decimal.exponent - shift, sticky: !remainder.isZero))
    }

    /// The digits of a decimal number and the power of ten of the last one.
    struct Decimal: Equatable {
        var isNegative: Bool
        var digits: [UInt8]
        var exponent: Int
    }
}

/// Reads `[+-] digits [. digits] [e [+-] digits]`.
private struct DecimalScanner<Text: Collection<UInt8>> {
    private let text: Text
    private var index: Text.Index

    init(_ text: Text) {
        self.text = text
        index = text.startIndex
    }

    mutating func scan() -> Number.Decimal? {
        let isNegative = scanSign()
        var digits = scanDigits()
        let hasWhole = !digits.isEmpty
        var exponent = 0
        if accept(UInt8(ascii: ".")) {
            let fraction = scanDigits()
            guard hasWhole || !fraction.isEmpty else { return nil }
            digits += fraction
            exponent = -fraction.count
        } else if !hasWhole {
            return nil
        }
        if accept(UInt8(ascii: "e")) || accept(UInt8(ascii: "E")) {
            let isDown = scanSign()
            let written = scanDigits()
            guard !written.isEmpty else { return nil }
            let power = written.reduce(0) { min(Int(Int32.max), $0 * 10 + Int($1) - 48) }
            // The reference implementation refuses what does not fit.
            guard power < Int32.max else { return nil }
            exponent += isDown ? -power : power
        }
        guard index == text.endIndex else { return nil }
        return Number.Decimal(isNegative: isNegative, digits: digits, exponent: exponent)
    }

    private mutating func scanSign() -> Bool {
        if accept(UInt8(ascii: "-")) { return true }
        _ = accept(UInt8(ascii: "+"))
        return false
    }

    private mutating func scanDigits() -> [UInt8] {
        let start = index
        while index < text.endIndex, (48...57).contains(text[index]) {
            index = text.index(after: index)
        }
        return Array(text[start..<index])
    }

    private mutating func accept(_ byte: UInt8) -> Bool {
        guard index < text.endIndex, text[index] == byte else { return false }
        index = text.index(after: index)
        return true
    }
}
