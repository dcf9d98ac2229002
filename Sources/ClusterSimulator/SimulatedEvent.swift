/// An event in a node's own history, which is lost when the node reboots.
struct SimulatedEvent: Hashable, Sendable {
    enum Content: Hashable, Sendable {
        case sequenceStart(String)
        case sequenceFatal(String, reason: String)
        case sequenceLocked(String)
        case phaseStart(String)
        case phaseStop(String)
        case machineStatus(SimulatedStage, isReady: Bool)
    }

    /// Counts the node's events over all boots.
    let number: Int

    /// The sequence that it belongs to; empty for none.
    let actor: String

    let content: Content
}

/// What a machine is doing, by the names that Talos gives the stages.
enum SimulatedStage: String, Hashable, Sendable {
    case booting
    case running
    case upgrading
    case rebooting
}

/// The last events of a node.
struct EventRing: Sendable {
    private static let capacity = 1000

    private(set) var events: [SimulatedEvent] = []
    /// The events of the boot before, for whoever listened when it ended.
    private(set) var endedWith: [SimulatedEvent] = []
    /// How often the events were forgotten.
    private(set) var boots = 0
    private var count = 0

    /// The number of the latest event.
    var latest: Int { count }

    mutating func append(_ content: SimulatedEvent.Content, actor: String = "") {
        count += 1
        events.append(SimulatedEvent(number: count, actor: actor, content: content))
        if events.count > Self.capacity { events.removeFirst() }
    }

    /// Forgets the events, as a reboot does; numbers go on.
    mutating func clear() {
        endedWith = events
        events = []
        boots += 1
    }

    /// What a listener since that boot has not heard yet, and whether that boot is over.
    func news(after number: Int, since boot: Int) -> (events: [SimulatedEvent], isOver: Bool) {
        let heard = boots == boot ? events : boots == boot + 1 ? endedWith : []
        return (heard.filter { $0.number > number }, boots != boot)
    }
}
