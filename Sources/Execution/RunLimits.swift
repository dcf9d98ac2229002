/// How long a run waits for what, and how often it looks.
public struct RunLimits: Hashable, Sendable {
    /// Time between two looks at a node or a gate.
    public var pollInterval: Duration = .seconds(2)

    /// Time between two lines that say what is waited for.
    public var progressInterval: Duration = .seconds(30)

    /// How long a gate may be closed before the run gives up.
    public var gateTimeout: Duration = .seconds(10 * 60)

    /// How long an idempotent call to an API that does not answer is repeated.
    public var callTimeout: Duration = .seconds(2 * 60)

    /// How long a node must look untouched before a request to it is taken as lost.
    public var doubtSettle: Duration = .seconds(10)

    /// How long an install of unknown outcome is given to end before the node is booted.
    public var doubtfulInstall: Duration = .seconds(5 * 60)

    /// How long a running and ready node may show something else than expected.
    public var mismatchPatience: Duration = .seconds(30)

    /// How often one step may be begun.
    public var attempts = 5

    /// Creates limits with the documented defaults.
    public init() {}
}
