/// A value that an expression can have.
///
/// Sets hold each element once, in a fixed order. Text is in normalisation form C; use
/// `Value.text(_:)` to make a string from text that might not be.
///
/// Values that consist of others are indirect, so that the plain ones, which are by far the most
/// frequent, are small and need no memory of their own.
public enum Value: Sendable {
    /// A value that cannot be known without running something.
    indirect case unknown(Unknown)
    /// The absence of a value of some type; a bare `null` has the type `dynamic`.
    case null(ValueType)
    /// A truth value.
    case bool(Bool)
    /// A number.
    case number(Number)
    /// Text in normalisation form C.
    case string(String)
    /// A sequence whose elements all have the given type.
    indirect case list(ValueType, ValueList)
    /// Distinct elements of the given type in a fixed order.
    indirect case set(ValueType, ValueList)
    /// Named elements that all have the given type.
    indirect case map(ValueType, ValueMap)
    /// A sequence in which each element has its own type.
    indirect case tuple(ValueList)
    /// Named attributes, each with its own type.
    indirect case object(ValueMap)
}

extension Value {
    /// A string in normalisation form C, as every string value must be.
    public static func text(_ text: String) -> Value {
        .string(text.inNormalFormC())
    }

    /// A whole number.
    public static func integer(_ number: Int) -> Value {
        .number(Number(number))
    }

    /// An unknown value with one reason.
    public static func unknown(
        _ reason: String, at range: SourceRange?, type: ValueType = .dynamic
    ) -> Value {
        .unknown(Unknown(type: type, reasons: [UnknownReason(text: reason, range: range)]))
    }

    /// The type of the value.
    public var type: ValueType {
        switch self {
        case .unknown(let unknown): unknown.type
        case .null(let type): type
        case .bool: .bool
        case .number: .number
        case .string: .string
        case .list(let element, _): .list(element)
        case .set(let element, _): .set(element)
        case .map(let element, _): .map(element)
        case .tuple(let elements): .tuple(elements.map(\.type))
        case .object(let attributes): .object(Self.types(of: attributes))
        }
    }

    private static func types(of attributes: ValueMap) -> [String: ValueType] {
        var types: [String: ValueType] = [:]
        types.reserveCapacity(attributes.count)
        for (key, value) in attributes { types[key] = value.type }
        return types
    }

    /// Whether the type is not known.
    var hasNoType: Bool {
        switch self {
        case .unknown(let unknown): unknown.type == .dynamic
        case .null(let type): type == .dynamic
        case .bool, .number, .string, .list, .set, .map, .tuple, .object: false
        }
    }

    /// The type of a known truth value, number or text.
    var primitiveType: ValueType? {
        switch self {
        case .bool: .bool
        case .number: .number
        case .string: .string
        case .unknown, .null, .list, .set, .map, .tuple, .object: nil
        }
    }

    /// How many collections are inside one another at the deepest place; zero for a plain value.
    public var nesting: Int {
        switch self {
        case .unknown, .null, .bool, .number, .string: 0
        case .list(_, let elements), .set(_, let elements), .tuple(let elements): elements.nesting
        case .map(_, let elements), .object(let elements): elements.nesting
        }
    }
    /// About how many bytes the value would be written with; parts that occur several times count
    /// each time, although they are in memory only once.
    var weight: Int {
        switch self {
        case .unknown, .null, .bool, .number: 1
        case .string(let text): 1 + text.utf8.count
        case .list(_, let elements), .set(_, let elements), .tuple(let elements): elements.weight
        case .map(_, let elements), .object(let elements): elements.weight
        }
    }
}

extension Int {
    /// The sum, or the greatest number if it is greater.
    func addingSaturated(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
