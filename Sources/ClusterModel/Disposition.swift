/// What a failure asks for: a person's edit, or time.
public enum Disposition: String, Hashable, Sendable, Codable {
    /// Trying again cannot help; somebody must change the repository or a setting.
    case stalled

    /// Time can help; the same is tried again with back-off.
    case waiting
}

/// A failure that says in one sentence what went wrong, and what to do next.
public protocol ExplainedError: Error, CustomStringConvertible {
    /// What to do next, in one sentence.
    var hint: String { get }

    /// Whether time can help.
    var disposition: Disposition { get }
}
