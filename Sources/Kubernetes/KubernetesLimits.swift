/// How long the Kubernetes API is waited for, and how much of it is taken in at once.
public struct KubernetesLimits: Hashable, Sendable {
    /// How long a connection may take to be made, its TLS handshake included.
    public var connect: Duration = .seconds(5)

    /// How long a request may take, from its start to the last byte of the answer.
    ///
    /// While a control plane reboots, a request can be stuck in a connection that is dead already.
    public var request: Duration = .seconds(15)

    /// How many objects are asked for in one page of a list.
    public var pageSize = 250

    /// How many bytes one answer may have.
    public var responseBytes = 32 * 1024 * 1024

    /// How often a change is made anew when somebody else changed the object in between.
    public var conflictAttempts = 5

    /// Creates limits with the documented defaults.
    public init() {}
}
