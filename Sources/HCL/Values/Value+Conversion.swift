/// Why a value cannot be converted to a type.
public struct ConversionFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, as a phrase without a full stop, such as `a number is required`.
    public let description: String
}

extension Value {
    /// The value as one of another type.
    ///
    /// Numbers and truth values become text, and text becomes a number or a truth value when it
    /// reads as one. Sequences become sequences and named collections named collections, element
    /// by element; an element type of `dynamic` stands for whatever type the elements can share.
    public func converted(to type: ValueType) throws(ConversionFailure) -> Value {
        if type == .dynamic { return self }
        switch self {
        case .unknown(let unknown): return try Self.unknown(unknown, as: type)
        case .null(let given):
            guard given == .dynamic || given.canConvert(to: type) else {
                throw Self.failure(given, type)
            }
            return .null(given.specialized(as: type))
        default: break
        }
        switch type {
        case .dynamic: return self
        case .string: return try convertedToText()
        case .number: return try convertedToNumber()
        case .bool: return try convertedToBool()
        case .list(let element): return try convertedToList(of: element)
        case .set(let element): return try convertedToSet(of: element)
        case .map(let element): return try convertedToMap(of: element)
        case .tuple(let types): return try convertedToTuple(types)
        case .object(let types): return try convertedToObject(types)
        }
    }

    private static func unknown(
        _ unknown: Unknown, as type: ValueType
    ) throws(ConversionFailure) -> Value {
        guard unknown.type == .dynamic || unknown.type.canConvert(to: type) else {
            throw failure(unknown.type, type)
        }
        return .unknown(unknown.retyped(unknown.type.specialized(as: type)))
    }

    private static func failure(_ from: ValueType, _ type: ValueType) -> ConversionFailure {
        ConversionFailure(
            description: "\(type.friendlyName) required, but this is \(from.friendlyName)")
    }

    private func convertedToText() throws(ConversionFailure) -> Value {
        switch self {
        case .string: return self
        case .bool(let flag): return .string(flag ? "true" : "false")
        case .number(let number):
            return .string(number == .infinity ? "+Inf" : number.description)
        default: throw Self.failure(type, .string)
        }
    }

    private func convertedToNumber() throws(ConversionFailure) -> Value {
        switch self {
        case .number: return self
        case .string(let text):
            guard let number = Number(text) else {
                throw ConversionFailure(description: "a number is required")
            }
            return .number(number)
        default: throw Self.failure(type, .number)
        }
    }

    private func convertedToBool() throws(ConversionFailure) -> Value {
        switch self {
        case .bool: return self
        case .string("true"), .string("1"): return .bool(true)
        case .string("false"), .string("0"): return .bool(false)
        case .string: throw ConversionFailure(description: "a bool is required")
        default: throw Self.failure(type, .bool)
        }
    }
}

extension ValueType {
    /// The type that values of this type have after a conversion, where the target leaves parts
    /// open.
    fileprivate func specialized(as target: ValueType) -> ValueType {
        switch (self, target) {
        case (_, .dynamic): return self
        case (.list(let element), .list(let target)), (.set(let element), .list(let target)):
            return .list(element.specialized(as: target))
        case (.list(let element), .set(let target)), (.set(let element), .set(let target)):
            return .set(element.specialized(as: target))
        case (.map(let element), .map(let target)): return .map(element.specialized(as: target))
        case (.tuple(let elements), .list(.dynamic)):
            return .list(Self.shared(elements))
        case (.tuple(let elements), .set(.dynamic)):
            return .set(Self.shared(elements))
        case (.object(let attributes), .map(.dynamic)):
            return .map(Self.shared(Array(attributes.values)))
        default: return target
        }
    }

    private static func shared(_ types: [ValueType]) -> ValueType {
        SharedType.of(types, areOpen: true)?.type ?? .dynamic
    }

    /// Whether some value of this type can be converted to another type.
    func canConvert(to other: ValueType) -> Bool {
        if self == other || self == .dynamic || other == .dynamic { return true }
        switch (self, other) {
        case (.bool, .string), (.number, .string), (.string, .bool), (.string, .number):
            return true
        case (.list(let element), .list(let target)), (.list(let element), .set(let target)),
            (.set(let element), .list(let target)), (.set(let element), .set(let target)),
            (.map(let element), .map(let target)):
            return element.canConvert(to: target)
        case (.tuple(let elements), .list(let target)), (.tuple(let elements), .set(let target)):
            return elements.allSatisfy { $0.canConvert(to: target) }
        case (.tuple(let elements), .tuple(let targets)):
            return elements.count == targets.count
                && zip(elements, targets).allSatisfy { $0.canConvert(to: $1) }
        case (.object(let attributes), .map(let target)):
            return attributes.values.allSatisfy { $0.canConvert(to: target) }
        case (.map(let element), .object(let targets)):
            return targets.values.allSatisfy { element.canConvert(to: $0) }
        case (.object(let attributes), .object(let targets)):
            return targets.allSatisfy { name, target in
                attributes[name]?.canConvert(to: target) ?? false
            }
        default: return false
        }
    }
}
