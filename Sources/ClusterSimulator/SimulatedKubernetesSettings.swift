/// How a simulated Kubernetes behaves; times are those of the simulation's own clock.
public struct SimulatedKubernetesSettings: Hashable, Sendable {
    /// How long an evicted pod takes until it is gone; its node must be up for that.
    public var terminationGrace: Duration = .seconds(1)

    /// How long a pod takes from being placed on a node to running.
    public var podStart: Duration = .zero

    /// How long a node that went down still counts as ready, since only its heartbeat is missing.
    public var notReadyAfter: Duration = .seconds(40)

    /// How long a node that came up takes until it reports itself ready.
    public var readyAfter: Duration = .zero

    /// The versions of the policy group that the server has; the last releases without `v1` are of
    /// Kubernetes 1.20.
    public var policyVersions = ["v1"]

    /// Creates settings with the documented defaults.
    public init() {}
}
