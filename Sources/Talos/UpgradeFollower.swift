import TalosMessages

/// Decides from a node's events how an upgrade through `MachineService.Upgrade` went.
struct UpgradeFollower {
    private let node: String
    private let notes: UpgradeNotes
    private let begin: Duration
    private let follow: Duration
    private var hasEnded = false
    private var iterator: AsyncStream<UpgradeNote>.Iterator

    init(node: String, notes: UpgradeNotes, timeouts: TalosTimeouts) {
        self.node = node
        self.notes = notes
        begin = timeouts.begin
        follow = timeouts.follow
        iterator = notes.stream.makeAsyncIterator()
    }

    /// Returns once the node sends events, or it is clear that it will not.
    mutating func waitUntilListening() async {
        let alarm = notes.alarm(0, after: begin)
        defer { alarm.cancel() }
        while let note = await iterator.next(isolation: #isolation) {
            switch note {
            case .listening, .time: return
            case .ended:
                hasEnded = true
                return
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
        if hasEnded { return }
        let start = notes.alarm(1, after: begin)
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
