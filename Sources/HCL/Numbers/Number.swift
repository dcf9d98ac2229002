/// A number as HCL computes with it: a binary floating-point number with a 512-bit mantissa.
///
/// Whole numbers up to 154 digits are exact, and so are sums and products of them that fit; other
/// results are rounded to the nearest, ties to even. There is a negative zero, as the reference
/// implementation has one, and there are infinities, as of a division by zero. There are no finite
/// magnitudes beyond 2 to the power of 40 000 or below its inverse: what would give one fails.
public struct Number: Sendable {
    /// Small whole numbers are by far the most frequent and need no memory of their own.
    enum Storage: Sendable {
        case small(Int64)
        indirect case float(BinaryFloat)
        case infinity(negative: Bool)
    }

    let storage: Storage

    init(storage: Storage) {
        self.storage = storage
    }

    /// Creates a number, unless its magnitude is out of range.
    init?(checking float: BinaryFloat) {
        guard abs(float.magnitudeExponent) <= Self.largestExponent else { return nil }
        self.init(float)
    }

    /// Creates a number that is known to be in range.
    init(_ float: BinaryFloat) {
        if let small = float.small {
            storage = .small(small)
        } else {
            storage = .float(float)
        }
    }

    /// Creates a whole number.
    public init(_ value: Int) {
        storage = .small(Int64(value))
    }

    /// The largest power of two that a magnitude may reach, which bounds time and memory.
    static let largestExponent = 40_000
    /// What is wrong with a result out of range, as part of a sentence.
    static let tooLarge = "the result is too large or too close to zero to compute with"

    /// Positive infinity.
    public static let infinity = Number(storage: .infinity(negative: false))
    /// Zero.
    public static let zero = Number(0)

    /// The binary form of a finite number.
    var float: BinaryFloat? {
        switch storage {
        case .small(let value): BinaryFloat(value)
        case .float(let float): float
        case .infinity: nil
        }
    }

    /// Whether the number is negative; negative zero is.
    public var isNegative: Bool {
        switch storage {
        case .small(let value): value < 0
        case .float(let float): float.isNegative
        case .infinity(let negative): negative
        }
    }

    /// Whether the number is zero, of either sign.
    public var isZero: Bool {
        switch storage {
        case .small(let value): value == 0
        case .float(let float): float.mantissa.isZero
        case .infinity: false
        }
    }

    /// Whether the number is infinite.
    public var isInfinite: Bool {
        if case .infinity = storage { true } else { false }
    }

    /// Whether the number is whole.
    public var isInteger: Bool {
        switch storage {
        case .small: true
        case .float(let float): float.exponent >= 0 || float.mantissa.isZero
        case .infinity: false
        }
    }

    /// The number as an `Int`, when it is whole and fits.
    public var integer: Int? {
        switch storage {
        case .small(let value): Int(exactly: value)
        case .float(let float): float.mantissa.isZero ? 0 : nil
        case .infinity: nil
        }
    }

    /// The nearest double.
    public var double: Double {
        switch storage {
        case .small(let value): Double(value)
        case .float: Double(description) ?? .nan
        case .infinity(let negative): negative ? -.infinity : .infinity
        }
    }
}

extension Number: Hashable, Comparable {
    /// Tells whether two numbers have the same value; zero equals negative zero.
    public static func == (left: Number, right: Number) -> Bool {
        if case .small(let first) = left.storage, case .small(let second) = right.storage {
            return first == second
        }
        return left.compare(right) == 0
    }

    /// Tells whether one number is less than another.
    public static func < (left: Number, right: Number) -> Bool {
        if case .small(let first) = left.storage, case .small(let second) = right.storage {
            return first < second
        }
        return left.compare(right) < 0
    }

    /// Feeds the value to a hasher.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(isZero ? "0" : description)
    }

    private func compare(_ other: Number) -> Int {
        guard let left = float, let right = other.float else {
            let ranks = [self, other].map { $0.isInfinite ? ($0.isNegative ? -1 : 1) : 0 }
            return ranks[0] - ranks[1]
        }
        return left.compare(right)
    }
}
