import ClusterModel
import Foundation
import SwiftProtobuf
import TalosMessages

/// A COSI resource of a node: its id and the encoded message in it.
struct WireResource: Hashable {
    let id: String
    let spec: Data

    init(_ id: String, _ message: some Message) throws {
        self.id = id
        spec = try message.serializedBytes()
    }
}

/// A kind of COSI resource that simulated nodes have.
struct WireResourceKind: Sendable {
    let namespace: String
    let type: String

    /// The first release line that has it.
    let since: ReleaseLine

    /// The resources of that kind on a node.
    let list: @Sendable (SimulatedNode, ClusterState) throws -> [WireResource]

    /// The kinds by their type's name.
    static let all: [String: WireResourceKind] = Dictionary(
        uniqueKeysWithValues: (cluster + runtime + image).map { ($0.type, $0) })

    private init(
        _ namespace: String, _ type: String, since minor: Int = 2,
        _ list: @escaping @Sendable (SimulatedNode, ClusterState) throws -> [WireResource]
    ) {
        self.namespace = namespace
        self.type = type
        since = ReleaseLine(1, minor)
        self.list = list
    }

    private static let cluster = [
        WireResourceKind("cluster", "Members.cluster.talos.dev") { _, state in
            try state.nodes.map { try WireResource($0.name.text, $0.memberSpec) }
        },
        WireResourceKind("cluster", "Infos.cluster.talos.dev") { _, _ in
            [
                try WireResource(
                    "current",
                    Talos_Resource_Definitions_Cluster_InfoSpec.with {
                        $0.clusterName = "simulated"
                    })
            ]
        },
        WireResourceKind("config", "MachineTypes.config.talos.dev") { node, _ in
            [
                try WireResource(
                    "machine-type",
                    Resource_Config_MachineTypeSpec.with {
                        $0.machineType = node.role == .controlPlane ? .controlPlane : .worker
                    })
            ]
        },
        WireResourceKind("config", "MachineConfigs.config.talos.dev") { node, _ in
            node.config.isEmpty
                ? []
                : [
                    try WireResource(
                        "v1alpha1",
                        Resource_Config_MachineConfigSpec.with {
                            $0.yamlMarshalled = Data(node.config)
                        })
                ]
        },
        WireResourceKind("k8s", "Nodenames.kubernetes.talos.dev") { node, _ in
            [
                try WireResource(
                    "nodename",
                    Talos_Resource_Definitions_K8s_NodenameSpec.with {
                        $0.nodename = node.name.text
                    })
            ]
        },
    ]

    private static let runtime = [
        WireResourceKind("runtime", "MachineStatuses.runtime.talos.dev") { node, _ in
            [
                try WireResource(
                    "machine",
                    Talos_Resource_Definitions_Runtime_MachineStatusSpec.with {
                        $0.stage = node.stage.resource
                        $0.status.ready = node.isReady
                    })
            ]
        },
        WireResourceKind("runtime", "Versions.runtime.talos.dev", since: 10) { node, _ in
            [
                try WireResource(
                    "version",
                    Talos_Resource_Definitions_Runtime_VersionSpec.with {
                        $0.version = node.booted.image.version.description
                    })
            ]
        },
        WireResourceKind("runtime", "BootIDs.runtime.talos.dev", since: 14) { node, _ in
            [
                try WireResource(
                    "boot-id",
                    Talos_Resource_Definitions_Runtime_BootIDSpec.with { $0.bootID = node.bootID })
            ]
        },
        WireResourceKind("runtime", "BootedEntries.talos.dev", since: 11) { node, state in
            guard state.bootLoader == .systemdBoot else { return [] }
            return [
                try WireResource(
                    "bootedentry",
                    Talos_Resource_Definitions_Runtime_BootedEntrySpec.with {
                        $0.bootedEntry = node.booted.entry
                    })
            ]
        },
        WireResourceKind("runtime", "MetaKeys.runtime.talos.dev", since: 4) { node, _ in
            guard let slot = node.fallbackSlot else { return [] }
            return [
                try WireResource(
                    "0x06",
                    Talos_Resource_Definitions_Runtime_MetaKeySpec.with { $0.value = slot.rawValue }
                )
            ]
        },
    ]

    private static let image = [
        WireResourceKind("runtime", "ExtensionStatuses.runtime.talos.dev") { node, _ in
            try node.extensionLayers.enumerated().map { index, layer in
                try WireResource("\(index)-\(layer.metadata.name)", layer)
            }
        },
        WireResourceKind("runtime", "KernelCmdlines.runtime.talos.dev", since: 11) { node, state in
            [
                try WireResource(
                    "cmdline",
                    Talos_Resource_Definitions_Runtime_KernelCmdlineSpec.with {
                        $0.cmdline =
                            node.kernelArguments(state.bootLoader).joined(separator: " ")
                    })
            ]
        },
        WireResourceKind("runtime", "SecurityStates.talos.dev", since: 5) { node, state in
            [
                try WireResource(
                    "securitystate",
                    Talos_Resource_Definitions_Runtime_SecurityStateSpec.with {
                        $0.bootedWithUki = state.bootLoader == .systemdBoot
                    })
            ]
        },
        WireResourceKind(
            "runtime", "ImageFactorySchematics.runtime.talos.dev", since: 14
        ) { node, _ in
            guard let schematic = node.booted.image.schematic else { return [] }
            return [
                try WireResource(
                    "image-factory-schematic",
                    Talos_Resource_Definitions_Runtime_ImageFactorySchematicSpec.with {
                        $0.schematicID = schematic
                        $0.flavor = "metal-installer"
                    })
            ]
        },
    ]
}

extension SimulatedNode {
    fileprivate var memberSpec: Talos_Resource_Definitions_Cluster_MemberSpec {
        .with {
            $0.nodeID = String(memberID, radix: 36)
            $0.addresses = [
                .with { $0.ip = Data(address.split(separator: ".").compactMap { UInt8($0) }) }
            ]
            $0.hostname = name.text
            $0.machineType = role == .controlPlane ? .typeControlPlane : .typeWorker
            $0.operatingSystem = "Talos (\(booted.image.version))"
        }
    }

    /// The extensions, and after them the notes that Talos keeps in the same list.
    fileprivate var extensionLayers: [Talos_Resource_Definitions_Extensions_Layer] {
        var layers = booted.image.extensions.map { installed in
            Talos_Resource_Definitions_Extensions_Layer.with {
                $0.image = "ghcr.io/siderolabs/\(installed.name):\(installed.version)"
                $0.metadata.name = installed.name
                $0.metadata.version = installed.version
            }
        }
        if let schematic = booted.image.schematic {
            layers.append(
                .with {
                    $0.metadata.name = "schematic"
                    $0.metadata.version = schematic
                    $0.metadata.extraInfo = "customization: {}\n"
                })
        }
        layers.append(.with { $0.metadata.name = "modules.dep" })
        return layers
    }
}

extension SimulatedStage {
    fileprivate var resource: Talos_Resource_Definitions_Enums_RuntimeMachineStage {
        switch self {
        case .booting: .machineStageBooting
        case .running: .machineStageRunning
        case .upgrading: .machineStageUpgrading
        case .rebooting: .machineStageRebooting
        }
    }
}
