/// A type that values share, as far as unknown values leave it decided.
struct SharedType {
    /// The type; its parts that depend on unknown values are `dynamic`.
    let type: ValueType
    /// Whether some part depends on what unknown values turn out to be.
    let isOpen: Bool

    /// The type that values of the given types share, or nothing.
    ///
    /// What has no type yet may turn out to be anything, and changes what stands beside it:
    /// `1` beside text becomes `"1"`. Only text stays as it is beside every plain value. So a
    /// part is decided only if it is the same whether the unknown values have no influence or
    /// are text.
    static func of(_ values: [Value]) -> SharedType? {
        of(values.map(\.type), values.map { $0.hasOpenType ? $0.typeAsText : $0.type })
    }

    /// The type shared by values of the given types, all of whose undecided parts are due to
    /// unknown values if they are open.
    static func of(_ types: [ValueType], areOpen: Bool) -> SharedType? {
        of(types, areOpen ? types.map(\.asText) : types)
    }

    /// The type shared by a pair of results, which need not be known to go together.
    static func ofResults(_ first: Value, _ second: Value) -> SharedType? {
        if case .null(.dynamic) = first { return SharedType(type: second.type, isOpen: false) }
        if case .null(.dynamic) = second { return SharedType(type: first.type, isOpen: false) }
        // The frequent case, without making types of collections.
        if let type = first.primitiveType, type == second.primitiveType {
            return SharedType(type: type, isOpen: false)
        }
        let types = [first.type, second.type]
        if types.contains(.dynamic) {
            return SharedType(type: .dynamic, isOpen: first.hasOpenType || second.hasOpenType)
        }
        return of([first, second])
    }

    private static func of(_ types: [ValueType], _ texts: [ValueType]) -> SharedType? {
        let plain = ValueType.unified(types)
        if types == texts { return plain.map { SharedType(type: $0, isOpen: false) } }
        switch (plain, ValueType.unified(texts)) {
        case (nil, nil): return nil
        case (let plain?, let text?):
            let type = plain.agreement(with: text)
            return SharedType(type: type, isOpen: plain != text)
        default: return SharedType(type: .dynamic, isOpen: true)
        }
    }
}

extension Value {
    /// Whether an unknown value leaves the type, or a part of it, open.
    ///
    /// A null has no type either, but nothing about it is unknown; nor is anything about an error
    /// in whose place a value without reasons stands.
    var hasOpenType: Bool {
        switch self {
        case .unknown(let unknown): !unknown.reasons.isEmpty && unknown.type.hasDynamicPart
        case .null, .bool, .number, .string: false
        case .list(_, let elements), .set(_, let elements), .tuple(let elements):
            elements.contains(where: \.hasOpenType)
        case .map(_, let elements), .object(let elements):
            elements.values.contains(where: \.hasOpenType)
        }
    }

    /// The type that the value has if all that is left open turns out to be text.
    fileprivate var typeAsText: ValueType {
        switch self {
        case .unknown(let unknown): unknown.reasons.isEmpty ? unknown.type : unknown.type.asText
        case .tuple(let elements): .tuple(elements.map(\.typeAsText))
        case .object(let attributes):
            .object(
                Dictionary(
                    attributes.map { ($0.key, $0.value.typeAsText) }, uniquingKeysWith: { $1 }))
        case .list, .set, .map: hasOpenType ? type.asText : type
        case .null, .bool, .number, .string: type
        }
    }
}

extension ValueType {
    /// The type with text in all places that are not decided.
    fileprivate var asText: ValueType {
        switch self {
        case .dynamic: .string
        case .bool, .number, .string: self
        case .list(let element): .list(element.asText)
        case .set(let element): .set(element.asText)
        case .map(let element): .map(element.asText)
        case .tuple(let elements): .tuple(elements.map(\.asText))
        case .object(let attributes): .object(attributes.mapValues(\.asText))
        }
    }

    /// The type with `dynamic` in all places where another type differs.
    fileprivate func agreement(with other: ValueType) -> ValueType {
        if self == other { return self }
        switch (self, other) {
        case (.list(let one), .list(let two)): return .list(one.agreement(with: two))
        case (.set(let one), .set(let two)): return .set(one.agreement(with: two))
        case (.map(let one), .map(let two)): return .map(one.agreement(with: two))
        case (.tuple(let one), .tuple(let two)) where one.count == two.count:
            return .tuple(zip(one, two).map { $0.agreement(with: $1) })
        case (.object(let one), .object(let two)) where one.keys == two.keys:
            return .object(
                Dictionary(
                    one.map { ($0.key, $0.value.agreement(with: two[$0.key] ?? .dynamic)) },
                    uniquingKeysWith: { $1 }))
        default: return .dynamic
        }
    }
}
