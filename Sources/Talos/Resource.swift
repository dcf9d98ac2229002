import GRPCCore
import SwiftProtobuf
import TalosMessages

/// A kind of COSI resource, and the message inside it.
struct ResourceKind<Spec: SwiftProtobuf.Message>: Sendable {
    let namespace: String
    let type: String

    init(_ namespace: String, _ type: String, of _: Spec.Type) {
        self.namespace = namespace
        self.type = type
    }
}

/// The kinds that are read; names and places as in Talos 1.9 to 1.14.
enum Resources {
    static let members = ResourceKind(
        "cluster", "Members.cluster.talos.dev",
        of: Talos_Resource_Definitions_Cluster_MemberSpec.self)
    static let machineStatus = ResourceKind(
        "runtime", "MachineStatuses.runtime.talos.dev",
        of: Talos_Resource_Definitions_Runtime_MachineStatusSpec.self)
    static let extensions = ResourceKind(
        "runtime", "ExtensionStatuses.runtime.talos.dev",
        of: Talos_Resource_Definitions_Extensions_Layer.self)
    /// From Talos 1.11 on.
    static let kernelCommandLine = ResourceKind(
        "runtime", "KernelCmdlines.runtime.talos.dev",
        of: Talos_Resource_Definitions_Runtime_KernelCmdlineSpec.self)
    /// From Talos 1.11 on.
    static let bootedEntry = ResourceKind(
        "runtime", "BootedEntries.talos.dev",
        of: Talos_Resource_Definitions_Runtime_BootedEntrySpec.self)
    /// From Talos 1.14 on.
    static let bootID = ResourceKind(
        "runtime", "BootIDs.runtime.talos.dev",
        of: Talos_Resource_Definitions_Runtime_BootIDSpec.self)
    static let machineType = ResourceKind(
        "config", "MachineTypes.config.talos.dev", of: Resource_Config_MachineTypeSpec.self)
    static let nodename = ResourceKind(
        "k8s", "Nodenames.kubernetes.talos.dev",
        of: Talos_Resource_Definitions_K8s_NodenameSpec.self)
}

extension MachineCall {
    /// Reads one resource; `nil` when it does not exist, or the node's Talos has no such kind.
    func resource<Spec>(_ kind: ResourceKind<Spec>, _ id: String) async throws -> Spec? {
        do {
            let reply = try await get(kind.namespace, kind.type, id)
            return try Spec(serializedBytes: reply.resource.spec.protoSpec)
        } catch let error as RPCError where error.code == .notFound {
            return nil
        } catch let error as RPCError where error.code == .permissionDenied {
            // Also the answer to a kind that this Talos does not know.
            guard try await knows(kind.type) else { return nil }
            throw error
        }
    }

    /// Lists all resources of a kind by their ids.
    func resources<Spec>(_ kind: ResourceKind<Spec>) async throws -> [(id: String, spec: Spec)] {
        var request = Cosi_Resource_ListRequest()
        request.namespace = kind.namespace
        request.type = kind.type
        return try await state.list(request, metadata: metadata, options: options) { reply in
            var found: [(id: String, spec: Spec)] = []
            for try await message in reply.messages {
                let resource = message.resource
                found.append(
                    (resource.metadata.id, try Spec(serializedBytes: resource.spec.protoSpec)))
            }
            return found
        }
    }

    private func knows(_ type: String) async throws -> Bool {
        do {
            _ = try await get("meta", "ResourceDefinitions.meta.cosi.dev", type.lowercased())
            return true
        } catch let error as RPCError where error.code == .notFound {
            return false
        }
    }

    private func get(
        _ namespace: String, _ type: String, _ id: String
    ) async throws -> Cosi_Resource_GetResponse {
        var request = Cosi_Resource_GetRequest()
        request.namespace = namespace
        request.type = type
        request.id = id
        return try await state.get(request, metadata: metadata, options: options)
    }
}
