public import ClusterModel

/// A call to the machine API, as far as faults tell calls apart.
public enum SimulatedCall: String, Hashable, Sendable, CaseIterable {
    /// Discovery's list of nodes.
    case members
    /// Whatever is read from one node.
    case system
    /// etcd's members, status and alarms.
    case etcd
    /// The etcd snapshot.
    case snapshot
    /// Handing over etcd leadership.
    case forfeit
    /// Either way to install an image.
    case install
    /// A reboot.
    case reboot
}

/// Something that goes wrong, a given number of times.
public struct SimulatedFault: Hashable, Sendable {
    /// What goes wrong.
    public enum Kind: Hashable, Sendable {
        /// The node goes down for a reboot and stays down.
        case neverReturns

        /// The newly installed system does not come up, and the node boots the one before.
        case fallsBack

        /// The boot takes longer by this time.
        case bootsSlowly(by: Duration)

        /// The installer ends with this exit code, and nothing is installed.
        case installExitCode(Int)

        /// The registry does not have the image.
        case imageMissing

        /// `MachineService.Upgrade` is accepted, and nothing happens, as when the node is busy.
        case ignoredInstall

        /// The call does not reach the node.
        case lostRequest(SimulatedCall)

        /// The call has its effect, and the caller never hears of it.
        case lostReply(SimulatedCall)

        /// The reply comes later by this time.
        case lateReply(SimulatedCall, by: Duration)

        /// After the next boot the kubelet does not become ready until the node boots again.
        case kubeletNeverReady

        /// After the next boot the etcd member does not come up until the node boots again.
        case etcdNeverJoins
    }

    /// What goes wrong.
    public var kind: Kind

    /// The node it happens to; `nil` for whichever comes first.
    public var node: NodeName?

    /// How often it happens.
    public var times: Int

    /// Creates a fault.
    public init(_ kind: Kind, on node: NodeName? = nil, times: Int = 1) {
        self.kind = kind
        self.node = node
        self.times = times
    }
}

/// How often things go wrong by themselves; probabilities from 0 to 1 at each opportunity.
public struct SimulatedFaultRates: Hashable, Sendable {
    /// A node does not return from a reboot; never while another one has not returned.
    public var neverReturns = 0.0

    /// A newly installed system falls back.
    public var fallsBack = 0.0

    /// A boot takes up to ten times as long.
    public var bootsSlowly = 0.0

    /// An installer fails.
    public var installFails = 0.0

    /// A pull finds no image.
    public var imageMissing = 0.0

    /// A request is lost.
    public var lostRequest = 0.0

    /// A reply is lost.
    public var lostReply = 0.0

    /// A reply is late, by up to a minute.
    public var lateReply = 0.0

    /// Creates rates of zero.
    public init() {}

    /// Rates at which most runs meet several faults and many still succeed.
    public static var rough: SimulatedFaultRates {
        var rates = SimulatedFaultRates()
        rates.neverReturns = 0.01
        rates.fallsBack = 0.03
        rates.bootsSlowly = 0.1
        rates.installFails = 0.03
        rates.imageMissing = 0.02
        rates.lostRequest = 0.01
        rates.lostReply = 0.01
        rates.lateReply = 0.01
        return rates
    }
}

/// The faults that wait to happen.
struct FaultBook: Sendable {
    var scripted: [SimulatedFault] = []
    var rates = SimulatedFaultRates()

    /// The fault that strikes now, if one does: the first scripted one that fits, else by chance.
    mutating func strike(
        _ node: NodeName, chance rate: Double, random kind: SimulatedFault.Kind,
        from generator: inout SeededGenerator,
        where fits: (SimulatedFault.Kind) -> Bool
    ) -> SimulatedFault.Kind? {
        let index = scripted.firstIndex {
            $0.times > 0 && ($0.node == nil || $0.node == node) && fits($0.kind)
        }
        guard let index else { return generator.chance(rate) ? kind : nil }
        scripted[index].times -= 1
        return scripted[index].kind
    }
}
