/// Functions that the reference implementation computes in double precision.
///
/// The results are those of Go on x86-64, bit for bit; on other processors the last bit of Go's
/// own results may differ.
enum DoubleFunctions {
    static let all: [StandardFunction] = [
        .init("log", [.number("num"), .number("base")], result: .number) {
            call throws(Diagnostic) in
            let (number, base) = (try double(call, 0), try double(call, 1))
            return try result(logarithm(number) / logarithm(base), call)
        },
        .init("pow", [.number("num"), .number("power")], result: .number) {
            call throws(Diagnostic) in
            let (base, exponent) = (try double(call, 0), try double(call, 1))
            return try result(power(base, exponent), call)
        },
    ]

    private static func double(_ call: Call, _ index: Int) throws(Diagnostic) -> Double {
        let number = call.number(index)
        let double = number.double
        guard double.isFinite || number.isInfinite else {
            throw call.failure("the number is too large")
        }
        return double
    }

    private static func result(_ double: Double, _ call: Call) throws(Diagnostic) -> Value {
        guard !double.isNaN else { throw call.failure("there is no such number") }
        return .number(Number(double))
    }

    /// The fraction, at least a half and less than one, and the power of two of a number.
    private static func split(_ number: Double) -> (fraction: Double, exponent: Int) {
        guard number.isFinite, number != 0 else { return (number, 0) }
        let exponent = Int(number.exponent) + 1
        return (Double(sign: number.sign, exponent: -1, significand: number.significand), exponent)
    }

    /// The natural logarithm, by the method of FreeBSD's `e_log.c`.
    static func logarithm(_ number: Double) -> Double {
        if number.isNaN || number == .infinity { return number }
        if number < 0 { return .nan }
        if number == 0 { return -.infinity }
        var (fraction, exponent) = split(number)
        if fraction < 0.707_106_781_186_547_524_40 {
            fraction *= 2
            exponent -= 1
        }
        let f = fraction - 1
        let k = Double(exponent)
        let s = f / (2 + f)
        let s2 = s * s
        let s4 = s2 * s2
        let odd =
            s2
            * (6.666666666666735130e-01
                + s4
                * (2.857142874366239149e-01
                    + s4 * (1.818357216161805012e-01 + s4 * 1.479819860511658591e-01)))
        let even =
            s4
            * (3.999999999940941908e-01
                + s4 * (2.222219843214978396e-01 + s4 * 1.531383769920937332e-01))
        let half = 0.5 * f * f
        let low = s * (half + (odd + even)) + k * 1.90821492927058770002e-10
        return k * 6.93147180369123816490e-01 - ((half - low) - f)
    }

    private static let series = [
        2.4801587301587301587e-5, 1.9841269841269841270e-4, 1.3888888888888888889e-3,
        8.3333333333333333333e-3, 4.1666666666666666667e-2, 1.6666666666666666667e-1, 0.5, 1.0,
    ]

    /// The exponential function, by the method of Shibata: a series for a sixteenth of what is
    /// left after taking out powers of two, squared four times.
    static func exponential(_ number: Double) -> Double {
        if number.isNaN || number == .infinity { return number }
        if number == -.infinity { return 0 }
        if number > 7.09782712893384e+02 { return .infinity }
        if number < -800 { return 0 }
        let whole = nearest(number * 1.4426950408889634073599246810018920)
        let count = Double(-whole)
        var rest = fused(count, 0.69314718055966295651160180568695068359375, number)
        rest = fused(count, 0.28235290563031577122588448175013436025525412068e-12, rest)
        rest *= 0.0625
        var sum = series[0]
        for term in series.dropFirst() { sum = fused(sum, rest, term) }
        rest *= sum
        for _ in 0..<3 { rest *= rest + 2 }
        return scaled(fused(rest + 2, rest, 1), whole)
    }

    /// The whole number nearest to a small number, of two the even one.
    private static func nearest(_ number: Double) -> Int {
        let whole = Int(number)
        let rest = abs(number - Double(whole))
        guard rest > 0.5 || (rest == 0.5 && whole % 2 != 0) else { return whole }
        return number < 0 ? whole - 1 : whole + 1
    }

    /// A product and a sum with one rounding, computed without the mathematical library of C.
    private static func fused(_ first: Double, _ second: Double, _ third: Double) -> Double {
        guard let product = (Number(first) * Number(second)).flatMap({ $0 + Number(third) }) else {
            return .nan
        }
        return product.nearestDouble
    }

    private static func squareRoot(_ number: Double) -> Double {
        guard number > 0, number.isFinite else { return number < 0 ? .nan : number }
        // The root of the significand times 2^130 has more bits than are needed.
        let exponent = Int(number.exponent) - 52
        let shift = exponent % 2 == 0 ? 130 : 131
        let square = BigUnsigned(number.significandBitPattern | 1 << 52) << shift
        var root = BigUnsigned(0)
        for bit in (0..<92).reversed() {
            let candidate = root + (BigUnsigned(1) << bit)
            if candidate * candidate <= square { root = candidate }
        }
        let result = BinaryFloat(
            isNegative: false, mantissa: root, exponent: (exponent - shift) / 2,
            sticky: root * root < square, precision: 53)
        return Number(result).nearestDouble
    }

    /// A number times a power of two.
    private static func scaled(_ number: Double, _ exponent: Int) -> Double {
        guard number != 0, number.isFinite else { return number }
        return Double(
            sign: number.sign, exponent: Int(number.exponent) + exponent,
            significand: number.significand)
    }

    static func power(_ base: Double, _ exponent: Double) -> Double {
        if let special = specialPower(base, exponent) { return special }
        if abs(exponent) >= 0x1p63 {
            if base == -1 { return 1 }
            return (abs(base) < 1) == (exponent > 0) ? 0 : .infinity
        }
        var whole = Int64(abs(exponent))
        var fraction = abs(exponent) - Double(whole)
        if fraction != 0 && base < 0 { return .nan }
        var result = 1.0
        if fraction != 0 {
            if fraction > 0.5 {
                fraction -= 1
                whole += 1
            }
            result = exponential(fraction * logarithm(base))
        }
        let (factor, exponentOfTwo) = squarings(base, whole, result)
        result = factor
        if exponent < 0 { return scaled(1 / result, -exponentOfTwo) }
        return scaled(result, exponentOfTwo)
    }

    /// A number times a whole power of another by repeated squaring, with the power of two apart.
    private static func squarings(
        _ base: Double, _ power: Int64, _ start: Double
    ) -> (Double, exponent: Int) {
        var result = start
        var total = 0
        var (square, exponent) = split(base)
        var rest = power
        while rest != 0 {
            if abs(exponent) > 1 << 12 { return (result, total + exponent) }
            if rest & 1 == 1 {
                result *= square
                total += exponent
            }
            square *= square
            exponent <<= 1
            if square < 0.5 {
                square += square
                exponent -= 1
            }
            rest >>= 1
        }
        return (result, total)
    }

    private static func specialPower(_ base: Double, _ exponent: Double) -> Double? {
        if exponent == 0 || base == 1 { return 1 }
        if exponent == 1 { return base }
        if base == 0 {
            let isOdd = isOdd(exponent)
            if exponent < 0 {
                return isOdd ? Double(signOf: base, magnitudeOf: .infinity) : .infinity
            }
            return isOdd ? base : 0
        }
        if exponent.isInfinite {
            if base == -1 { return 1 }
            return (abs(base) < 1) == (exponent > 0) ? 0 : .infinity
        }
        if base == .infinity { return exponent < 0 ? 0 : .infinity }
        if base == -.infinity { return power(-0.0, -exponent) }
        if exponent == 0.5 { return squareRoot(base) }
        if exponent == -0.5 { return 1 / squareRoot(base) }
        return nil
    }

    private static func isOdd(_ number: Double) -> Bool {
        guard abs(number) < 0x1p53 else { return false }
        let whole = Int64(number)
        return Double(whole) == number && whole % 2 != 0
    }
}

extension Number {
    /// The double nearest to a number whose magnitude doubles can have.
    fileprivate var nearestDouble: Double {
        guard let float else { return isNegative ? -.infinity : .infinity }
        let rounded = BinaryFloat(
            isNegative: float.isNegative, mantissa: float.mantissa, exponent: float.exponent,
            precision: 53)
        let magnitude = Double(
            sign: .plus, exponent: rounded.exponent,
            significand: Double(rounded.mantissa.small ?? 0))
        return rounded.isNegative ? -magnitude : magnitude
    }

    /// The number with the value of a double that is not NaN.
    ///
    /// It is written with as few digits as tell doubles apart, like the numbers that Go makes of
    /// doubles, but arithmetic on it has full precision.
    init(_ double: Double) {
        if double.isInfinite {
            self.init(storage: .infinity(negative: double < 0))
        } else if double == 0 {
            self.init(
                BinaryFloat(
                    isNegative: double.sign == .minus, mantissa: BigUnsigned(0), exponent: 0))
        } else {
            let mantissa = double.significandBitPattern | (double.isNormal ? 1 << 52 : 0)
            let exponent = Int(max(1, double.exponentBitPattern)) - 1_075
            let float = BinaryFloat(
                isNegative: double < 0, mantissa: BigUnsigned(mantissa), exponent: exponent,
                precision: 53)
            // Below this all whole numbers are doubles, so that all digits are needed.
            if abs(double) <= 0x1p53 { self.init(float) } else { self.init(storage: .float(float)) }
        }
    }
}
