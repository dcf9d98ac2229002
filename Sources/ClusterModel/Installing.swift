/// Which of Talos' two interfaces installs an image; chosen by the version that the node runs.
public enum InstallInterface: String, Hashable, Sendable, Codable {
    /// `MachineService.Upgrade`, below 1.13: one call installs and reboots.
    case machine

    /// `ImageService.Pull` and `LifecycleService.Upgrade`, from 1.13: the reboot is a call apart.
    case lifecycle

    /// The interface for a node that runs `version` (talos-api facts, section 4).
    public init(running version: Version) {
        self = version.line >= ReleaseLine(1, 13) ? .lifecycle : .machine
    }
}

/// How a node reboots.
public enum RebootMode: String, Hashable, Sendable, Codable {
    /// By kexec where the node can.
    case standard

    /// Through the firmware, so that a boot path which kexec would hide is tested.
    case powerCycle = "power_cycle"
}

/// How far a stage goes.
public enum StageMode: String, Hashable, Sendable, Codable {
    /// Plans, checks the plan, and applies it.
    case apply

    /// Upgrades providers and plans; nothing is applied.
    case plan
}
