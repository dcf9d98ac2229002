/// A call with its evaluated arguments, as the body of a function sees it.
public struct Call {
    /// The arguments, converted to the types of the parameters; their count has been checked.
    public let arguments: [Value]
    /// The work that is left.
    public let budget: EvaluationBudget
    private let node: CallNode
    private let source: SourceFile

    init(_ node: CallNode, in source: SourceFile, arguments: [Value], budget: EvaluationBudget) {
        self.node = node
        self.source = source
        self.arguments = arguments
        self.budget = budget
    }

    /// The name of the function.
    public var name: String { node.name }
    /// The place of each argument; those that `...` expanded share one place.
    public var argumentRanges: [SourceRange] {
        arguments.indices.map {
            SourceRange(source: source, bytes: node.startRange(ofArgument: $0))
        }
    }
    /// The place of the whole call.
    public var range: SourceRange { SourceRange(source: source, bytes: node.range) }
    /// The place of the name with the opening parenthesis.
    public var nameRange: SourceRange {
        SourceRange(source: source, bytes: node.nameRange.union(node.openRange))
    }

    /// The error of a call that fails as a whole.
    public func failure(_ message: String, hint: String? = nil) -> Diagnostic {
        Diagnostic(
            summary: "Error in function call",
            detail: "Call to function \"\(name)\" failed: \(message).", range: nameRange,
            hint: hint)
    }

    /// The error of a call that fails as a whole, with a hint that takes work.
    func failure(_ message: String, hint: Diagnostic.Hint) -> Diagnostic {
        Diagnostic(
            summary: "Error in function call",
            detail: "Call to function \"\(name)\" failed: \(message).", range: nameRange,
            hint: hint)
    }

    /// Whether an argument is spelt out in the source, so that messages may repeat it.
    func isWritten(_ index: Int) -> Bool {
        node.arguments.indices.contains(index) && node.arguments[index].constantKey != nil
    }

    /// The error of an unsuitable argument.
    public func failure(
        argument index: Int, _ message: String, parameter: String? = nil, hint: String? = nil
    ) -> Diagnostic {
        let subject = parameter.map { "for \"\($0)\" parameter" } ?? "of argument \(index + 1)"
        return Diagnostic(
            summary: "Invalid function argument",
            detail: "Invalid value \(subject): \(message).",
            range: argumentRanges.indices.contains(index) ? argumentRanges[index] : range,
            hint: hint)
    }

    /// An unknown result with this call as its reason.
    public func unknown(_ reason: String, type: ValueType = .dynamic) -> Value {
        .unknown(reason, at: range, type: type)
    }

    /// Takes units of work for a result about to be made.
    public func charge(_ units: Int) throws(Diagnostic) {
        try budget.charge(units, at: range)
    }
}

/// A call whose arguments are evaluated only when the function asks for them.
public struct LazyCall {
    /// The name of the function.
    public let name: String
    /// The number of arguments.
    public let count: Int
    /// The place of the whole call.
    public let range: SourceRange
    /// The place of the name with the opening parenthesis.
    public let nameRange: SourceRange
    /// The place of an argument.
    public let argumentRange: (Int) -> SourceRange
    /// The work that is left.
    public let budget: EvaluationBudget
    /// Evaluates one argument.
    public let evaluate: (Int) throws(Diagnostic) -> Value
}
