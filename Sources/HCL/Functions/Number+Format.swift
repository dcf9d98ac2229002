extension Number {
    /// The number as a sequence of a format string wants it; nothing when it must be whole and
    /// is not.
    func formatted(_ verb: FormatVerb) -> String? {
        switch verb.mode {
        case "d": return formattedInteger(verb, radix: 10, prefix: "")
        case "b": return formattedInteger(verb, radix: 2, prefix: "0b")
        case "o": return formattedInteger(verb, radix: 8, prefix: "0")
        case "x": return formattedInteger(verb, radix: 16, prefix: "0x")
        case "X": return formattedInteger(verb, radix: 16, prefix: "0X")?.uppercased()
        default: return formattedFraction(verb)
        }
    }

    private func formattedInteger(_ verb: FormatVerb, radix: UInt64, prefix: String) -> String? {
        guard isInteger, let float else { return nil }
        var magnitude = float.mantissa << max(0, float.exponent)
        var digits: [Character] = []
        while !magnitude.isZero {
            digits.append(contentsOf: String(magnitude.divide(by: radix), radix: Int(radix)))
        }
        // Zero with no digits asked for is nothing at all, not even filled up.
        if digits.isEmpty, verb.precision == 0 { return "" }
        if digits.isEmpty { digits = ["0"] }
        while digits.count < verb.precision ?? 0 { digits.append("0") }
        return verb.paddedNumber(
            String(digits.reversed()), prefix: verb.isAlternate ? prefix : "",
            isNegative: isNegative && !isZero, allowsZeros: verb.precision == nil)
    }

    private func formattedFraction(_ verb: FormatVerb) -> String {
        guard let float else {
            // Infinity always has a sign, or a space where one is asked for.
            var signed = verb
            signed.hasPlus = !verb.hasSpace
            return signed.paddedNumber("Inf", isNegative: isNegative, allowsZeros: false)
        }
        let exact =
            float.mantissa.isZero
            ? Decimal(isNegative: false, digits: [], exponent: 0)
            : Self.exactDecimal(float.mantissa, float.exponent)
        let text: String
        switch verb.mode {
        case "f": text = exact.fixed(verb.precision ?? 6)
        case "e", "E": text = exact.scientific(verb.precision ?? 6)
        default:
            let digits =
                verb.precision.map { exact.rounded(to: max(1, $0)) }
                ?? (float.mantissa.isZero ? exact : Self.shortestDecimal(of: float))
            text = digits.general(verb.precision)
        }
        let cased = verb.mode == "E" || verb.mode == "G" ? text.uppercased() : text
        return verb.paddedNumber(cased, isNegative: isNegative, allowsZeros: true)
    }
}

extension Number.Decimal {
    /// The place of the decimal point, counted from the first digit.
    private var point: Int { digits.isEmpty ? 0 : digits.count + exponent }

    /// The number with at most so many digits.
    func rounded(to count: Int) -> Number.Decimal {
        var result = self
        if count < 0 {
            result.digits = []
        } else {
            result.cut(to: count, roundingUp: roundsUp(at: count))
        }
        return result
    }

    /// Plain decimal with a fixed number of digits after the point.
    func fixed(_ fraction: Int) -> String {
        let number = digits.isEmpty ? self : rounded(to: point + fraction)
        let place = number.point
        func digit(_ index: Int) -> UInt8 {
            number.digits.indices.contains(index) ? number.digits[index] : UInt8(ascii: "0")
        }
        var text = place > 0 ? (0..<place).map(digit) : [UInt8(ascii: "0")]
        if fraction > 0 {
            text.append(UInt8(ascii: "."))
            text += (place..<place + fraction).map(digit)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// One digit before the point, a fixed number after it, and an exponent.
    func scientific(_ fraction: Int) -> String {
        let number = digits.isEmpty ? self : rounded(to: fraction + 1)
        let zeros = [UInt8](repeating: UInt8(ascii: "0"), count: fraction + 1)
        var text = Array((number.digits + zeros).prefix(fraction + 1))
        if fraction > 0 { text.insert(UInt8(ascii: "."), at: 1) }
        let power = number.digits.isEmpty ? 0 : number.point - 1
        let size = String(abs(power))
        return String(decoding: text, as: UTF8.self) + (power < 0 ? "e-" : "e+")
            + (size.count < 2 ? "0" + size : size)
    }

    /// Plain decimal for moderate magnitudes and an exponent for others, without zeros at the end.
    func general(_ precision: Int?) -> String {
        var limit = precision.map { $0 == 0 ? 1 : $0 } ?? 6
        if precision != nil, limit > digits.count, digits.count >= point { limit = digits.count }
        let power = point - 1
        if !digits.isEmpty && (power < -4 || power >= limit) {
            return scientific(digits.count - 1)
        }
        return fixed(max(0, digits.count - point))
    }
}
