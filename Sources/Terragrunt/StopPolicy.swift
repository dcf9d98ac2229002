/// How a child process and all of its descendants are brought to an end.
///
/// The group gets `SIGINT` once, since a second one makes OpenTofu and Terraform give up without
/// saving state; then `SIGTERM`, then `SIGKILL`, each only if the step before did not help.
public struct StopPolicy: Hashable, Sendable {
    /// How long the group may take to end after `SIGINT`.
    public var patience: Duration

    /// How long it may then take to end after `SIGTERM`, before it is killed.
    public var grace: Duration

    /// Creates a policy.
    public init(patience: Duration, grace: Duration) {
        self.patience = patience
        self.grace = grace
    }

    /// For programs that hold a state lock: they are given half an hour to save what they did.
    public static let lockHolder = StopPolicy(patience: .seconds(1800), grace: .seconds(60))

    /// For programs that only read.
    public static let reader = StopPolicy(patience: .seconds(15), grace: .seconds(5))
}
