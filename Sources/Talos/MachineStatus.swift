public import ClusterModel
import TalosMessages

/// What a machine is doing.
public enum MachineStage: String, Hashable, Sendable {
    /// The node does not say.
    case unknown

    /// It starts.
    case booting

    /// It is being installed.
    case installing

    /// It waits for a configuration.
    case maintenance

    /// It has started.
    case running

    /// It goes down to come up again.
    case rebooting

    /// It goes down.
    case shuttingDown = "shutting down"

    /// It is being wiped.
    case resetting

    /// It is being upgraded by `MachineService.Upgrade`.
    case upgrading

    init(_ stage: Talos_Resource_Definitions_Enums_RuntimeMachineStage) {
        self =
            switch stage {
            case .machineStageBooting: .booting
            case .machineStageInstalling: .installing
            case .machineStageMaintenance: .maintenance
            case .machineStageRunning: .running
            case .machineStageRebooting: .rebooting
            case .machineStageShuttingDown: .shuttingDown
            case .machineStageResetting: .resetting
            case .machineStageUpgrading: .upgrading
            case .machineStageUnknown, .UNRECOGNIZED: .unknown
            }
    }
}

/// Stage and readiness of a machine.
public struct MachineStatus: Hashable, Sendable {
    /// What the machine is doing.
    public var stage: MachineStage

    /// Whether it calls itself ready; means nothing unless it is booting or running.
    public var isReady: Bool

    /// What keeps it from being ready.
    public var unmetConditions: [UnmetCondition]

    /// Creates a status.
    public init(stage: MachineStage, isReady: Bool, unmetConditions: [UnmetCondition]) {
        self.stage = stage
        self.isReady = isReady
        self.unmetConditions = unmetConditions
    }
}

/// Something that keeps a machine from being ready.
public struct UnmetCondition: Hashable, Sendable, CustomStringConvertible {
    /// What it is, such as `services` or `nodeReady`.
    public var name: String

    /// Why it is not met.
    public var reason: String

    /// Creates a condition.
    public init(name: String, reason: String) {
        self.name = name
        self.reason = reason
    }

    /// Name and reason.
    public var description: String { "\(name): \(reason)" }
}

/// The extensions of a node's image.
public struct InstalledExtensions: Hashable, Sendable {
    /// The extensions, ordered by name.
    public var extensions: [InstalledExtension]

    /// The Image Factory schematic of the image; `nil` when it was made in another way.
    public var schematic: String?

    /// Creates a list.
    public init(extensions: [InstalledExtension], schematic: String?) {
        self.extensions = extensions
        self.schematic = schematic
    }
}
