/// What kind of procedure a change requires; behaviour page, section 3.
///
/// Cases are ordered from the weakest to the strongest. A commit can require several; the
/// strongest names the plan.
public enum UpgradePath: String, Hashable, Sendable, Codable, CaseIterable {
    /// No value changed.
    case none

    /// Only provider versions changed: `init -upgrade` and a plan, no node.
    case providers

    /// Only boot media or files of the images stage changed: images are built, no node moves.
    case images

    /// Inputs of machine configurations changed.
    case machineConfig = "machine_config"

    /// Nodes were added or removed.
    case nodes

    /// The Kubernetes version changed.
    case kubernetesUpgrade = "kubernetes_upgrade"

    /// Kernel arguments or extensions changed at the same Talos version.
    case extensionUpdate = "extension_update"

    /// The Talos version went up.
    case talosUpgrade = "talos_upgrade"

    /// The image values went back to earlier ones.
    case rollback

    /// Machines must be destroyed and created again.
    case rebuild

    /// The cluster's files appear for the first time.
    case initial
}

extension UpgradePath: Comparable {
    /// Orders by strength.
    public static func < (left: UpgradePath, right: UpgradePath) -> Bool {
        left.strength < right.strength
    }

    private var strength: Int { UpgradePath.allCases.firstIndex(of: self) ?? 0 }
}

/// Whether versions rise, fall or stay.
public enum Direction: String, Hashable, Sendable, Codable {
    /// No version of Talos or Kubernetes moves.
    case same

    /// Talos rises, or Talos stays and Kubernetes rises.
    case up

    /// Talos falls, or Talos stays and Kubernetes falls.
    case down
}
