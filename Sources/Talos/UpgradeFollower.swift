import TalosMessages

/// Decides from a node's events how an upgrade through `MachineService.Upgrade` went.
struct UpgradeFollower {
    /// How long to wait for the first event, and after the call for the upgrade to begin.
    private static let patience = Duration.seconds(5)

    private let node: String
    private let notes: UpgradeNotes
    private let follow: Duration
    private var iterator: AsyncStream<UpgradeNote>.Iterator

    init(node: String, notes: UpgradeNotes, follow: Duration) {
        self.node = node
        self.notes = notes
        self.follow = follow
        iterator = notes.stream.makeAsyncIterator()
    }

    /// Returns once the node sends events, or it is clear that it will not.
    mutating func waitUntilListening() async {
        let alarm = notes.alarm(0, after: Self.patience)
        defer { alarm.cancel() }
        while let note = await iterator.next(isolation: #isolation) {
            switch note {
            case .listening, .ended, .time: return
            case .sequence, .phase, .failure: continue
            }
        }
    }

    /// Returns when the node goes down or can no longer be followed; throws what it reports.
    ///
    /// A refusal carries nobody's name, so it counts while the upgrade has not begun. A reboot that
    /// works may also be reported as an error, whose text then names the system call.
    mutating func watch(
        actor: String, progress: @Sendable (String) -> Void
    ) async throws(TalosError) {
        let start = notes.alarm(1, after: Self.patience)
        let end = notes.alarm(2, after: follow)
        defer {
            start.cancel()
            end.cancel()
        }
        var hasBegun = false
        while let note = await iterator.next(isolation: #isolation) {
            switch note {
            case .sequence(let name, actor) where name == "upgrade": hasBegun = true
            case .phase("reboot", actor) where hasBegun: return
            case .phase(let name, actor) where hasBegun: progress("phase \(name)")
            case .failure(let error, "") where !hasBegun && error.code == .locked:
                throw TalosError(.busy, call: "Upgrade", node: node, reason: error.message)
            case .failure(let error, actor) where !error.message.contains("unix.Reboot("):
                throw TalosError(.installFailed, call: "Upgrade", node: node, reason: error.message)
            case .time(1) where !hasBegun, .time(2), .ended: return
            default: continue
            }
        }
    }
}
