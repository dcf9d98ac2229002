import ClusterModel
import GRPCCore
import SwiftProtobuf
import TalosMessages

extension TalosClient {
    /// Upgrades through the call that pulls, installs and reboots; returns when the node goes down,
    /// or has said that it failed.
    ///
    /// The call says yes even when the node is busy with something else and does nothing. So the
    /// node's events are followed from before it, as far as they can be had.
    func upgradeMachine(
        _ image: String, on target: CallTarget, mode: RebootMode,
        progress: @escaping @Sendable (String) -> Void
    ) async throws {
        var request = Machine_UpgradeRequest()
        request.image = image
        request.rebootMode = mode == .powerCycle ? .powercycle : .default
        let sent = request
        let limit = timeouts.machineUpgrade + timeouts.follow
        try await act("Upgrade", on: target, timeout: timeouts.machineUpgrade) { call in
            let notes = UpgradeNotes()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await notes.follow(call, limit: limit) }
                defer { group.cancelAll() }
                var follower = UpgradeFollower(
                    node: target.name, notes: notes, timeouts: self.timeouts)
                await follower.waitUntilListening()
                let reply = try await call.machine.upgrade(
                    sent, metadata: call.metadata, options: call.options)
                let actor = reply.messages.first?.actorID ?? ""
                try await follower.watch(actor: actor, progress: progress)
            }
        }
    }
}

/// What becomes known while an upgrade is followed.
enum UpgradeNote: Sendable {
    /// The node sends its events from now on.
    case listening

    /// A sequence of tasks has begun.
    case sequence(String, actor: String)

    /// A phase of a sequence has begun.
    case phase(String, actor: String)

    /// A sequence was refused or has failed.
    case failure(Common_Error, actor: String)

    /// The node sends no more events.
    case ended

    /// A time that was asked for is over.
    case time(Int)
}

/// Collects the notes of one upgrade.
struct UpgradeNotes: Sendable {
    let stream: AsyncStream<UpgradeNote>
    private let continuation: AsyncStream<UpgradeNote>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    /// Notes the node's events until they end.
    func follow(_ call: MachineCall, limit: Duration) async {
        var options = call.options
        options.timeout = limit
        // Without events the upgrade goes on all the same: its result is proven after the boot.
        try? await call.machine.events(.init(), metadata: call.metadata, options: options) {
            reply in
            for try await event in reply.messages { note(event) }
        }
        continuation.yield(.ended)
    }

    /// Notes that a time is over, when it is.
    func alarm(_ number: Int, after duration: Duration) -> Task<Void, Never> {
        Task {
            guard (try? await Task.sleep(for: duration)) != nil else { return }
            continuation.yield(.time(number))
        }
    }

    private func note(_ event: Machine_Event) {
        let bytes = event.data.value
        switch event.data.typeURL {
        case "": continuation.yield(.listening)
        case "talos/runtime/machine.SequenceEvent":
            guard let sequence = try? Machine_SequenceEvent(serializedBytes: bytes) else { return }
            if sequence.hasError {
                continuation.yield(.failure(sequence.error, actor: event.actorID))
            } else if sequence.action == .start {
                continuation.yield(.sequence(sequence.sequence, actor: event.actorID))
            }
        case "talos/runtime/machine.PhaseEvent":
            guard let phase = try? Machine_PhaseEvent(serializedBytes: bytes),
                phase.action == .start
            else { return }
            continuation.yield(.phase(phase.phase, actor: event.actorID))
        default: break
        }
    }
}
