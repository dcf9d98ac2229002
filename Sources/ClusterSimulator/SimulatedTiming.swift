/// How long things take in a simulated cluster.
public struct SimulatedTiming: Hashable, Sendable {
    /// Pulling an installer image.
    public var pull: Duration

    /// Running the installer.
    public var install: Duration

    /// What the node itself needs to drain in `MachineService.Upgrade`.
    public var drain: Duration

    /// From an accepted reboot until the machine API is gone.
    public var shutdown: Duration

    /// From there until the machine API answers again.
    public var boot: Duration

    /// From there until the machine is running and ready.
    public var start: Duration

    /// From there until its etcd member votes again.
    public var etcdRejoin: Duration

    /// From running and ready until its kubelet is ready.
    public var kubeletReady: Duration

    /// From a fatal error in a sequence until the node reboots.
    public var failurePause: Duration

    /// What any call takes that is answered.
    public var call: Duration

    /// After how long a call to a node that is down fails.
    public var silence: Duration

    /// By which share reboots are shorter or longer at random, from 0 to 1.
    public var spread: Double

    /// Times of real machines, for a clock that jumps: reboots take 60 to 120 seconds.
    public static let virtual = SimulatedTiming(
        pull: .seconds(20), install: .seconds(15), drain: .seconds(5), shutdown: .seconds(15),
        boot: .seconds(55), start: .seconds(10), etcdRejoin: .seconds(5),
        kubeletReady: .seconds(10), failurePause: .seconds(10), call: .milliseconds(5),
        silence: .seconds(5), spread: 1.0 / 3)

    /// Times for real clocks, where a reboot takes `reboot` and the rest is as quick.
    public static func quick(reboot: Duration) -> SimulatedTiming {
        SimulatedTiming(
            pull: reboot / 10, install: reboot / 10, drain: reboot / 20, shutdown: reboot / 10,
            boot: reboot * 6 / 10, start: reboot / 10, etcdRejoin: reboot / 10,
            kubeletReady: reboot / 5, failurePause: reboot / 5, call: .zero, silence: .zero,
            spread: 0)
    }
}
