public import ClusterModel

/// A command that did not reach the agent, or that the agent does not take.
public struct ControlError: ExplainedError, Hashable {
    /// What happened, in one sentence.
    public let description: String

    /// What to do next.
    public let hint: String

    /// A person gave the command, and a person has to look.
    public var disposition: Disposition { .stalled }

    init(_ description: String, hint: String = "") {
        self.description = description
        self.hint = hint
    }

    /// An error of the system, by its number.
    static func system(_ attempt: String, _ number: Int32, hint: String = "") -> ControlError {
        ControlError("\(attempt): \(systemReason(number)).", hint: hint)
    }
}
