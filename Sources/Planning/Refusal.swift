public import ClusterModel

/// Why a cluster is left as it is.
public struct Refusal: Hashable, Sendable, Codable, ExplainedError {
    /// The stable name of the rule, such as `kubernetes_minor_skip`.
    public var rule: String

    /// What is wrong, in one sentence.
    public var message: String

    /// What to commit or do instead, in one sentence.
    public var hint: String

    /// Whether another commit is needed, or time helps.
    public var disposition: Disposition

    /// Creates a refusal.
    public init(
        rule: String, message: String, hint: String, disposition: Disposition = .stalled
    ) {
        self.rule = rule
        self.message = message
        self.hint = hint
        self.disposition = disposition
    }

    /// The message.
    public var description: String { message }
}

/// Something a person should know of a plan that does not stop it.
public struct PlanWarning: Hashable, Sendable, Codable {
    /// The stable name of the rule.
    public var rule: String

    /// What to know, in one sentence.
    public var message: String

    /// Creates a warning.
    public init(rule: String, message: String) {
        self.rule = rule
        self.message = message
    }
}
