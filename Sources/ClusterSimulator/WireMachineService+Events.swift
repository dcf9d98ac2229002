import ClusterModel
import Foundation
import GRPCCore
import SwiftProtobuf
import TalosMessages

extension WireMachineService {
    func events(
        request: ServerRequest<Machine_EventsRequest>, context: ServerContext
    ) async throws -> StreamingServerResponse<Machine_Event> {
        let name = request.target
        let message = request.message
        let ring = try node(name).events
        let latest = ring.latest
        let boot = ring.boots
        return StreamingServerResponse { writer in
            // The first message only says that the stream has begun (facts 1.6).
            try await writer.write(.with { $0.id = WireEvent.identifier(latest) })
            var last = WireEvent.start(of: message, latest: latest)
            while !context.cancellation.isCancelled {
                let (ring, isUp) = cluster.eventRing(of: name)
                let news = ring.news(after: last, since: boot)
                for event in news.events {
                    last = event.number
                    guard message.withActorID.isEmpty || message.withActorID == event.actor else {
                        continue
                    }
                    try await writer.write(WireEvent.message(event))
                }
                // What was said until the node went down is sent however late we look.
                guard isUp, !news.isOver else {
                    throw RPCError(code: .unavailable, message: "error reading from server: EOF")
                }
                try await Task.sleep(for: WireWorld.pollInterval)
            }
            return [:]
        }
    }
}

extension SimulatedCluster {
    /// The events of a node that exists, and whether its machine API answers.
    fileprivate func eventRing(of node: NodeName) -> (ring: EventRing, isUp: Bool) {
        withState { state in
            guard let index = state.index(of: node) else { return (EventRing(), false) }
            return (state.nodes[index].events, state.nodes[index].isUp)
        }
    }
}

/// Events as they go over the wire.
private enum WireEvent {
    /// An identifier of 20 characters that sorts by the event's number, as Talos' do by time.
    static func identifier(_ number: Int) -> String {
        let digits = String(number, radix: 32)
        return String(repeating: "0", count: 20 - digits.count) + digits
    }

    /// The number after which events are wanted.
    static func start(of request: Machine_EventsRequest, latest: Int) -> Int {
        if request.tailEvents < 0 { return 0 }
        if let number = Int(request.tailID, radix: 32) { return number }
        return latest - Int(request.tailEvents)
    }

    static func message(_ event: SimulatedEvent) throws -> Machine_Event {
        let (name, value) = try content(event.content)
        return .with {
            $0.id = identifier(event.number)
            $0.actorID = event.actor
            $0.data.typeURL = "talos/runtime/machine.\(name)"
            $0.data.value = value
        }
    }

    private static func content(
        _ content: SimulatedEvent.Content
    ) throws -> (name: String, value: Data) {
        switch content {
        case .sequenceStart(let name):
            ("SequenceEvent", try sequence(name, .start, nil))
        case .sequenceFatal(let name, let reason):
            ("SequenceEvent", try sequence(name, .noop, (.fatal, reason)))
        case .sequenceLocked(let name):
            ("SequenceEvent", try sequence(name, .noop, (.locked, "locked")))
        case .phaseStart(let name): ("PhaseEvent", try phase(name, .start))
        case .phaseStop(let name): ("PhaseEvent", try phase(name, .stop))
        case .machineStatus(let stage, let isReady):
            (
                "MachineStatusEvent",
                try Machine_MachineStatusEvent.with {
                    $0.stage = stage.event
                    $0.status.ready = isReady
                }.serializedBytes()
            )
        }
    }

    private static func sequence(
        _ name: String, _ action: Machine_SequenceEvent.Action,
        _ error: (code: Common_Code, message: String)?
    ) throws -> Data {
        try Machine_SequenceEvent.with {
            $0.sequence = name
            $0.action = action
            if let error {
                $0.error.code = error.code
                $0.error.message = error.message
            }
        }.serializedBytes()
    }

    private static func phase(
        _ name: String, _ action: Machine_PhaseEvent.Action
    ) throws -> Data {
        try Machine_PhaseEvent.with {
            $0.phase = name
            $0.action = action
        }.serializedBytes()
    }
}

extension SimulatedStage {
    fileprivate var event: Machine_MachineStatusEvent.MachineStage {
        switch self {
        case .booting: .booting
        case .running: .running
        case .upgrading: .upgrading
        case .rebooting: .rebooting
        }
    }
}
