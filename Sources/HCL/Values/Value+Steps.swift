/// Why a step into a value is not possible.
struct StepFailure: Error {
    let summary: String
    let detail: String
    /// What to do; worked out when asked for, as most failures are ignored.
    let hint: Diagnostic.Hint

    init(summary: String, detail: String, hint: String? = nil) {
        self.summary = summary
        self.detail = detail
        self.hint = .text(hint)
    }

    init(
        summary: String, detail: String, missing name: String,
        among names: @autoclosure @escaping @Sendable () -> [String]
    ) {
        self.summary = summary
        self.detail = detail
        hint = .lazy { NearestName.hintOrList(for: name, among: names()) }
    }

    /// A key that was computed selects nothing; it may be secret, so it is not repeated.
    static let missingElement = StepFailure(
        summary: "Invalid index", detail: "There is no element with this key.",
        hint: "Use a key that the collection has, or give a default with lookup().")

    /// What to do about a value that is null.
    static let nullHint = "Give a replacement for a missing value, as in try(EXPRESSION, OTHER)."
}

extension StepFailure {
    fileprivate init(
        missingAttribute name: String,
        among names: @autoclosure @escaping @Sendable () -> [String]
    ) {
        self.init(
            summary: "Unsupported attribute",
            detail: "The object has no attribute \"\(SafeText.name(name))\".", missing: name,
            among: names())
    }
}

extension Value {
    /// The attribute of an object or the element of a map with a name.
    func attribute(_ name: String) throws(StepFailure) -> Value {
        switch self {
        case .null:
            throw StepFailure(
                summary: "Attempt to get attribute from null value",
                detail: "The value is null, so it has no attribute \"\(SafeText.name(name))\".",
                hint: StepFailure.nullHint)
        case .object(let attributes):
            if let value = attributes[name] { return value }
            throw StepFailure(missingAttribute: name, among: attributes.keys)
        case .map(_, let elements):
            if let value = elements[name] { return value }
            throw StepFailure(
                summary: "Missing map element",
                detail: "The map has no element \"\(SafeText.name(name))\".", missing: name,
                among: elements.keys)
        case .unknown(let unknown):
            return .unknown(unknown.retyped(try unknown.type.attributeType(name)))
        case .list, .set, .tuple, .bool, .number, .string:
            throw StepFailure(
                summary: "Unsupported attribute",
                detail: "A value of type \(type.friendlyName) has no attributes.",
                hint: elements == nil
                    ? "Only objects and maps have attributes; look at what is left of the dot."
                    : "Use an index such as [0] to choose an element, or [*] for all of them.")
        }
    }

    /// The element that a key selects; messages name the key only if the source spells it out.
    func element(at key: Value, isWritten: Bool = false) throws(StepFailure) -> Value {
        if case .null = key {
            throw Self.invalidIndex(
                "The key is null.", hint: "Use a key that always has a value.")
        }
        switch self {
        case .null:
            throw StepFailure(
                summary: "Attempt to index null value",
                detail: "The value is null, so it has no elements.", hint: StepFailure.nullHint)
        case .unknown(let unknown):
            return .unknown(unknown.retyped(try unknown.type.elementType(at: key, isWritten)))
        case .list(let type, let elements):
            return try Self.element(of: elements, at: key, isWritten, type: type)
        case .tuple(let elements):
            return try Self.element(of: elements, at: key, isWritten, type: .dynamic)
        case .map(let type, let elements):
            return try Self.element(of: elements, at: key, isWritten, type: type)
        case .object(let attributes):
            return try Self.element(of: attributes, at: key, isWritten, type: .dynamic)
        case .set:
            throw Self.invalidIndex(
                "The elements of a set have no order and no keys.",
                hint: "Make a list of it with tolist().")
        case .bool, .number, .string:
            throw Self.invalidIndex(
                "A value of type \(type.friendlyName) has no elements.",
                hint: "Only collections have; look at what is left of the bracket.")
        }
    }

    private static func invalidIndex(_ detail: String, hint: String? = nil) -> StepFailure {
        StepFailure(summary: "Invalid index", detail: detail, hint: hint)
    }

    private static func convert(
        _ key: Value, to type: ValueType
    ) throws(StepFailure) -> Value {
        do {
            return try key.converted(to: type)
        } catch {
            let needed = type == .number ? "a number" : "text"
            throw invalidIndex(
                "The key does not select an element: \(error).",
                hint: "Use \(needed) in the brackets.")
        }
    }

    private static func element(
        of elements: ValueList, at key: Value, _ isWritten: Bool, type: ValueType
    ) throws(StepFailure) -> Value {
        switch try convert(key, to: .number) {
        case .unknown(let unknown): return .unknown(unknown.retyped(type))
        case .number(let number):
            guard let index = number.integer, elements.indices.contains(index) else {
                let place = isWritten ? " \(SafeText.name(number.description))" : " at this index"
                let count = elements.count == 1 ? "1 element" : "\(elements.count) elements"
                throw invalidIndex(
                    "There is no element\(place); there are \(count).",
                    hint: elements.isEmpty
                        ? "Test for an empty list first, as in length(VALUE) > 0."
                        : "Elements are counted from 0, so the last is \(elements.count - 1).")
            }
            return elements[index]
        default: throw invalidIndex("The key is null.", hint: "Use a key that has a value.")
        }
    }

    private static func element(
        of elements: ValueMap, at key: Value, _ isWritten: Bool, type: ValueType
    ) throws(StepFailure) -> Value {
        switch try convert(key, to: .string) {
        case .unknown(let unknown): return .unknown(unknown.retyped(type))
        case .string(let name):
            if let value = elements[name] { return value }
            guard isWritten else { throw StepFailure.missingElement }
            throw StepFailure(
                summary: "Invalid index",
                detail: "There is no element \"\(SafeText.name(name))\".", missing: name,
                among: elements.keys)
        default: throw invalidIndex("The key is null.", hint: "Use a key that has a value.")
        }
    }
}

extension ValueType {
    fileprivate func attributeType(_ name: String) throws(StepFailure) -> ValueType {
        switch self {
        case .dynamic: return .dynamic
        case .map(let element): return element
        case .object(let attributes):
            if let type = attributes[name] { return type }
            throw StepFailure(missingAttribute: name, among: attributes.keys.sorted())
        case .bool, .number, .string, .list, .set, .tuple:
            throw StepFailure(
                summary: "Unsupported attribute",
                detail: "A value of type \(friendlyName) has no attributes.",
                hint: "Only objects and maps have attributes; look at what is left of the dot.")
        }
    }

    fileprivate func elementType(
        at key: Value, _ isWritten: Bool
    ) throws(StepFailure) -> ValueType {
        switch self {
        case .dynamic, .tuple: return .dynamic
        case .list(let element), .map(let element): return element
        case .object(let attributes):
            guard let name = key.stringValue else { return .dynamic }
            if attributes[name] == nil && !isWritten { throw StepFailure.missingElement }
            return try attributeType(name)
        case .bool, .number, .string, .set:
            throw StepFailure(
                summary: "Invalid index",
                detail: "A value of type \(friendlyName) has no elements to select.",
                hint: "Only collections have; look at what is left of the bracket.")
        }
    }
}
