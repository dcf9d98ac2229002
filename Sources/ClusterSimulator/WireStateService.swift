import ClusterModel
import Foundation
import GRPCCore
import SwiftProtobuf
import TalosMessages

/// `cosi.resource.State` of every node, which is read-only as on Talos.
struct WireStateService: Cosi_Resource_State.ServiceProtocol {
    private static let definitions = "ResourceDefinitions.meta.cosi.dev"

    let world: WireWorld

    func get(
        request: ServerRequest<Cosi_Resource_GetRequest>, context: ServerContext
    ) async throws -> ServerResponse<Cosi_Resource_GetResponse> {
        let message = request.message
        let found = try resources(message.namespace, message.type, on: request.target)
            .first { $0.id == message.id }
        guard let found else {
            throw RPCError(
                code: .notFound,
                message:
                    "resource \(message.type)(\(message.namespace)/\(message.id)) doesn't exist")
        }
        let resource = Self.encode(found, message.namespace, message.type)
        return ServerResponse(message: .with { $0.resource = resource })
    }

    func list(
        request: ServerRequest<Cosi_Resource_ListRequest>, context: ServerContext
    ) async throws -> StreamingServerResponse<Cosi_Resource_ListResponse> {
        let message = request.message
        let found = try resources(message.namespace, message.type, on: request.target)
        return StreamingServerResponse { writer in
            for resource in found {
                let encoded = Self.encode(resource, message.namespace, message.type)
                try await writer.write(.with { $0.resource = encoded })
            }
            return [:]
        }
    }

    func watch(
        request: ServerRequest<Cosi_Resource_WatchRequest>, context: ServerContext
    ) async throws -> StreamingServerResponse<Cosi_Resource_WatchResponse> {
        let message = request.message
        let node = request.target
        if message.hasID, message.options.bootstrapContents {
            throw RPCError(code: .unimplemented, message: "bootstrap of one resource")
        }
        var known = try resources(message.namespace, message.type, on: node)
        if message.hasID { known.removeAll { $0.id != message.id } }
        let first = WireWatch(request: message).start(known)
        let start = known
        return StreamingServerResponse { writer in
            try await writer.write(.init())
            for event in first { try await writer.write(.with { $0.event = [event] }) }
            var known = start
            while !context.cancellation.isCancelled {
                try await Task.sleep(for: WireWorld.pollInterval)
                var now = try resources(message.namespace, message.type, on: node)
                if message.hasID { now.removeAll { $0.id != message.id } }
                for event in WireWatch(request: message).changes(from: known, to: now) {
                    try await writer.write(.with { $0.event = [event] })
                }
                known = now
            }
            return [:]
        }
    }

    /// The resources of a kind on a node; a kind that its Talos does not have is refused as denied.
    private func resources(
        _ namespace: String, _ type: String, on name: NodeName
    ) throws -> [WireResource] {
        let state = world.cluster.withState { $0 }
        guard let node = state.nodes.first(where: { $0.name == name }), node.isUp else {
            throw RPCError(code: .unavailable, message: "error reading from server: EOF")
        }
        let line = node.booted.image.version.line
        if namespace == "meta", type == Self.definitions {
            return try WireResourceKind.all.values.filter { line >= $0.since }
                .map { try WireResource($0.type.lowercased(), Google_Protobuf_Empty()) }
        }
        guard let kind = WireResourceKind.all[type], line >= kind.since else {
            throw RPCError(
                code: .permissionDenied, message: "resource type \"\(type)\" is not supported")
        }
        guard kind.namespace == namespace else {
            throw RPCError(
                code: .permissionDenied, message: "namespace \"\(namespace)\" is not supported")
        }
        return try kind.list(node, state)
    }

    static func encode(
        _ resource: WireResource, _ namespace: String, _ type: String
    ) -> Cosi_Resource_Resource {
        .with {
            $0.metadata.namespace = namespace
            $0.metadata.type = type
            $0.metadata.id = resource.id
            $0.metadata.version = "1"
            $0.metadata.phase = "running"
            $0.spec.protoSpec = resource.spec
        }
    }
}

/// What a watch tells.
private struct WireWatch {
    let request: Cosi_Resource_WatchRequest

    /// What comes first: what there is, when it was asked for (facts 2.3).
    func start(_ resources: [WireResource]) -> [Cosi_Resource_Event] {
        if request.hasID {
            guard let resource = resources.first else { return [tombstone(request.id)] }
            return [event(.created, resource)]
        }
        guard request.options.bootstrapContents else { return [] }
        let contents = resources.map { event(.created, $0) }
        guard request.apiVersion > 0 else { return contents }
        return contents + [.with { $0.eventType = .bootstrapped }]
    }

    func changes(from old: [WireResource], to new: [WireResource]) -> [Cosi_Resource_Event] {
        let before = Dictionary(uniqueKeysWithValues: old.map { ($0.id, $0) })
        let after = Set(new.map(\.id))
        let changed = new.compactMap { resource -> Cosi_Resource_Event? in
            guard let known = before[resource.id] else { return event(.created, resource) }
            return known == resource ? nil : event(.updated, resource)
        }
        return changed + old.filter { !after.contains($0.id) }.map { tombstone($0.id) }
    }

    private func event(
        _ type: Cosi_Resource_EventType, _ resource: WireResource
    ) -> Cosi_Resource_Event {
        .with {
            $0.eventType = type
            $0.resource = WireStateService.encode(resource, request.namespace, request.type)
        }
    }

    private func tombstone(_ id: String) -> Cosi_Resource_Event {
        .with {
            $0.eventType = .destroyed
            $0.resource.metadata.namespace = request.namespace
            $0.resource.metadata.type = request.type
            $0.resource.metadata.id = id
        }
    }
}
