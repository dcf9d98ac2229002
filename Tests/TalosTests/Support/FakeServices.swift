import Foundation
import GRPCCore
import SwiftProtobuf
import TalosMessages

/// `machine.ImageService` of a fake cluster.
struct FakeImageService: Machine_ImageService.SimpleServiceProtocol {
    let cluster: FakeCluster

    func pull(
        request: Machine_ImageServicePullRequest,
        response: RPCWriter<Machine_ImageServicePullResponse>, context: ServerContext
    ) async throws {
        _ = try cluster.node()
        cluster.change { $0.pulls.append(request) }
        if let error = cluster.get(\.behaviour.pullError) { throw error }
        try await response.write(.with { $0.pullProgress.layerID = "sha256:1" })
        try await response.write(.with { $0.name = "\(request.imageRef)@sha256:abc" })
    }
}

/// `machine.LifecycleService` of a fake cluster.
struct FakeLifecycleService: Machine_LifecycleService.SimpleServiceProtocol {
    let cluster: FakeCluster

    func upgrade(
        request: Machine_LifecycleServiceUpgradeRequest,
        response: RPCWriter<Machine_LifecycleServiceUpgradeResponse>, context: ServerContext
    ) async throws {
        _ = try cluster.node()
        cluster.change { $0.installs.append(request) }
        let behaviour = cluster.get(\.behaviour)
        for message in behaviour.installMessages {
            try await response.write(.with { $0.progress = message })
        }
        if behaviour.installCuts {
            cluster.connections.cut()
            try await context.cancellation.cancelled
        }
        if let error = behaviour.installError { throw error }
    }
}

/// `cosi.resource.State` of a fake cluster.
struct FakeState: Cosi_Resource_State.SimpleServiceProtocol {
    let cluster: FakeCluster

    func get(
        request: Cosi_Resource_GetRequest, context: ServerContext
    ) async throws -> Cosi_Resource_GetResponse {
        let node = try cluster.node()
        if request.namespace == "meta" {
            guard !node.unknownKinds.contains(where: { $0.lowercased() == request.id }) else {
                throw RPCError(code: .notFound, message: "resource doesn't exist")
            }
            return .init()
        }
        try check(request.type, node)
        let spec: (any SwiftProtobuf.Message)? =
            switch request.type {
            case "MachineStatuses.runtime.talos.dev": node.machineStatus
            case "KernelCmdlines.runtime.talos.dev":
                Talos_Resource_Definitions_Runtime_KernelCmdlineSpec.with {
                    $0.cmdline = node.commandLine
                }
            case "BootedEntries.talos.dev":
                node.bootedEntry.map { entry in
                    Talos_Resource_Definitions_Runtime_BootedEntrySpec.with {
                        $0.bootedEntry = entry
                    }
                }
            case "BootIDs.runtime.talos.dev":
                Talos_Resource_Definitions_Runtime_BootIDSpec.with { $0.bootID = node.bootID }
            case "Nodenames.kubernetes.talos.dev":
                Talos_Resource_Definitions_K8s_NodenameSpec.with { $0.nodename = node.name }
            case "MachineTypes.config.talos.dev":
                Resource_Config_MachineTypeSpec.with {
                    $0.machineType = node.isControlPlane ? .controlPlane : .worker
                }
            default: nil
            }
        guard let spec else { throw RPCError(code: .notFound, message: "resource doesn't exist") }
        return try .with { $0.resource.spec.protoSpec = try spec.serializedBytes() }
    }

    func list(
        request: Cosi_Resource_ListRequest, response: RPCWriter<Cosi_Resource_ListResponse>,
        context: ServerContext
    ) async throws {
        let node = try cluster.node()
        try check(request.type, node)
        switch request.type {
        case "Members.cluster.talos.dev" where cluster.get(\.hasDiscovery):
            for (address, member) in cluster.get(\.nodes) {
                try await response.write(
                    .with {
                        $0.resource.metadata.id = member.name
                        $0.resource.spec.protoSpec = try member.member(address)
                    })
            }
        case "ExtensionStatuses.runtime.talos.dev":
            for (index, layer) in node.extensions.enumerated() {
                let spec = Talos_Resource_Definitions_Extensions_Layer.with {
                    $0.metadata.name = layer.name
                    $0.metadata.version = layer.version
                }
                try await response.write(
                    .with {
                        $0.resource.metadata.id = "\(index)"
                        $0.resource.spec.protoSpec = try spec.serializedBytes()
                    })
            }
        default: break
        }
    }

    func watch(
        request: Cosi_Resource_WatchRequest, response: RPCWriter<Cosi_Resource_WatchResponse>,
        context: ServerContext
    ) async throws { throw RPCError(code: .unimplemented, message: "not used by the client") }

    private func check(_ type: String, _ node: FakeNode) throws {
        guard node.unknownKinds.contains(type) else { return }
        throw RPCError(
            code: .permissionDenied, message: "resource type \"\(type)\" is not supported")
    }
}

extension FakeNode {
    fileprivate var machineStatus: Talos_Resource_Definitions_Runtime_MachineStatusSpec {
        .with {
            $0.stage = stage
            $0.status.ready = isReady
        }
    }

    fileprivate func member(_ address: String) throws -> Data {
        let octets = address.split(separator: ".").compactMap { UInt8($0) }
        return try Talos_Resource_Definitions_Cluster_MemberSpec.with {
            $0.addresses = [.with { $0.ip = Data(octets) }]
            $0.hostname = name
            $0.machineType = isControlPlane ? .typeControlPlane : .typeWorker
            $0.operatingSystem = "Talos (\(version))"
        }.serializedBytes()
    }
}
