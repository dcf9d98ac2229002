/// The type of a value, as the type system of HCL has it.
public indirect enum ValueType: Sendable, Hashable {
    /// Not known yet, or the type of a bare `null`.
    case dynamic
    /// A truth value.
    case bool
    /// A number of any size, whole or not.
    case number
    /// Unicode text in normalisation form C.
    case string
    /// A sequence whose elements have one type.
    case list(ValueType)
    /// A set whose elements have one type.
    case set(ValueType)
    /// A collection of named elements of one type.
    case map(ValueType)
    /// A sequence in which each place has its own type.
    case tuple([ValueType])
    /// A fixed set of named attributes, each with its own type.
    case object([String: ValueType])
}

extension ValueType: CustomStringConvertible {
    /// The type in Terraform's notation, such as `list(number)` or `object({a=string})`.
    public var description: String {
        switch self {
        case .dynamic: "dynamic"
        case .bool: "bool"
        case .number: "number"
        case .string: "string"
        case .list(let element): "list(\(element))"
        case .set(let element): "set(\(element))"
        case .map(let element): "map(\(element))"
        case .tuple(let elements): "tuple([\(elements.map(\.description).joined(separator: ","))])"
        case .object(let attributes):
            "object({"
                + attributes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                .joined(separator: ",") + "})"
        }
    }

    /// The type in words for messages, such as `list of number`; structures are not spelt out.
    public var friendlyName: String {
        switch self {
        case .dynamic, .bool, .number, .string: description
        case .list(let element): "list of \(element.friendlyName)"
        case .set(let element): "set of \(element.friendlyName)"
        case .map(let element): "map of \(element.friendlyName)"
        case .tuple: "tuple"
        case .object: "object"
        }
    }

    /// Whether values of the type are plain truth values, numbers or text.
    public var isPrimitive: Bool {
        switch self {
        case .bool, .number, .string: true
        case .dynamic, .list, .set, .map, .tuple, .object: false
        }
    }

    /// Whether any part of the type is not known.
    public var hasDynamicPart: Bool {
        switch self {
        case .dynamic: true
        case .bool, .number, .string: false
        case .list(let element), .set(let element), .map(let element): element.hasDynamicPart
        case .tuple(let elements): elements.contains { $0.hasDynamicPart }
        case .object(let attributes): attributes.values.contains { $0.hasDynamicPart }
        }
    }
}
