/// The environment that stages get, and the mask that hides its values.
///
/// A stage sees what programs need to find themselves and their user, and beyond that only the
/// variables that the operator named. Their values never reach a log or an error.
public struct StageEnvironment: Sendable, CustomStringConvertible {
    /// Variables that every stage gets when the agent has them; none of them is secret.
    public static let common = [
        "PATH", "HOME", "TMPDIR", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ",
    ]

    /// The variables with their values.
    public let variables: [String: String]

    /// Hides the values of the named variables.
    public let mask: SecretMask

    /// The names that the operator gave and that are not set.
    public let missing: [String]

    /// Takes the `named` variables and the common ones out of `environment`.
    public init(passing named: [String], from environment: [String: String]) {
        let wanted = Set(named).union(StageEnvironment.common)
        variables = environment.filter { wanted.contains($0.key) }
        mask = SecretMask(named.compactMap { environment[$0] })
        missing = named.filter { environment[$0] == nil }
    }

    /// The names of the variables, without their values.
    public var description: String { variables.keys.sorted().joined(separator: ", ") }
}
