/// Why a value cannot be known without running something.
public struct UnknownReason: Sendable, Equatable {
    /// What stands in the way, as a phrase that completes "it depends on …", such as
    /// `run_cmd, which is never executed`.
    public let text: String
    /// The expression that gave the unknown value.
    public let range: SourceRange?

    /// Creates a reason.
    public init(text: String, range: SourceRange?) {
        self.text = text
        self.range = range
    }
}

/// A value that exists but is not known, with everything that makes it so.
public struct Unknown: Sendable, Equatable {
    /// The most reasons kept; more would not help a reader.
    private static let mostReasons = 8

    /// The type, or `dynamic` when that is not known either.
    public let type: ValueType
    /// The reasons in the order of their discovery, each once.
    public private(set) var reasons: [UnknownReason]

    /// Creates an unknown value of a type.
    public init(type: ValueType = .dynamic, reasons: [UnknownReason]) {
        self.type = type
        self.reasons = []
        add(reasons)
    }

    /// The same reasons for a value of another type.
    public func retyped(_ type: ValueType) -> Unknown {
        Unknown(type: type, reasons: reasons)
    }

    fileprivate mutating func add(_ more: [UnknownReason]) {
        for reason in more where reasons.count < Self.mostReasons && !reasons.contains(reason) {
            reasons.append(reason)
        }
    }
}

extension [UnknownReason]? {
    /// Notes that something is unknown and why, as far as an unknown value would keep it.
    mutating func note(_ more: [UnknownReason]) {
        var unknown = Unknown(reasons: self ?? [])
        unknown.add(more)
        self = unknown.reasons
    }
}
