/// How long a client waits for a machine API.
public struct TalosTimeouts: Hashable, Sendable {
    /// For a call that reads.
    public var read: Duration

    /// For reaching a node before a call that acts: it is tried again until then.
    public var reach: Duration

    /// For a call that acts and is answered at once, such as a reboot.
    public var act: Duration

    /// For `MachineService.Upgrade`, which pulls the image first; the node itself tries for 20
    /// minutes, and stops when the caller hangs up.
    public var machineUpgrade: Duration

    /// For pulling an installer image.
    public var pull: Duration

    /// For installing an image that has been pulled.
    public var install: Duration

    /// For a whole etcd snapshot.
    public var snapshot: Duration

    /// For a stream that should bring something all the time, between two messages.
    public var silence: Duration

    /// For the node's first event before an upgrade, and for the upgrade to begin after it was
    /// accepted.
    public var begin: Duration

    /// How long the node's own report of an upgrade is followed after it was accepted.
    public var follow: Duration

    /// Creates limits.
    public init(
        read: Duration = .seconds(10), reach: Duration = .seconds(30), act: Duration = .seconds(30),
        machineUpgrade: Duration = .seconds(25 * 60), pull: Duration = .seconds(25 * 60),
        install: Duration = .seconds(20 * 60), snapshot: Duration = .seconds(60 * 60),
        silence: Duration = .seconds(60), begin: Duration = .seconds(5),
        follow: Duration = .seconds(10 * 60)
    ) {
        self.read = read
        self.reach = reach
        self.act = act
        self.machineUpgrade = machineUpgrade
        self.pull = pull
        self.install = install
        self.snapshot = snapshot
        self.silence = silence
        self.begin = begin
        self.follow = follow
    }
}
