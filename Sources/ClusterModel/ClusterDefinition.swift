/// One `cluster` block of `uprev.hcl`: where the cluster's inputs are and how it may be changed.
///
/// Names and defaults are those of the behaviour page, section 2.1.
public struct ClusterDefinition: Hashable, Sendable, Codable {
    /// The cluster's name.
    public var name: ClusterName

    /// Path of the file with the versions, from the root of the repository.
    public var versions: String

    /// Path of the file with the install schematic.
    public var schematic: String

    /// Paths of files whose locals override those of the two, in order.
    public var overrides: [String]

    /// Names of locals in this repository by ``Field`` name, where they differ.
    public var locals: [String: String]

    /// The stages, by what they are for.
    public var stages: [StageKind: Stage]

    /// Where the installer image comes from; `nil` when the block names none.
    public var installer: InstallerSource?

    /// Talos API endpoints; empty to take those of the talosconfig.
    public var endpoints: [String]

    /// How Kubernetes is upgraded.
    public var kubernetesMethod: KubernetesMethod

    /// How a roll proceeds.
    public var rollout: RolloutPolicy

    /// The safety settings.
    public var safety: SafetyPolicy

    /// When changes may start; `nil` for always.
    public var window: MaintenanceWindow?

    /// Which cluster must run a state first; `nil` for none.
    public var promotion: Promotion?

    /// Changing this text asks for a full rebuild.
    public var rebuild: String

    /// Creates a definition with the documented defaults.
    public init(name: ClusterName, versions: String, schematic: String) {
        self.name = name
        self.versions = versions
        self.schematic = schematic
        overrides = []
        locals = [:]
        stages = [:]
        installer = nil
        endpoints = []
        kubernetesMethod = .talosctl
        rollout = RolloutPolicy()
        safety = SafetyPolicy()
        window = nil
        promotion = nil
        rebuild = ""
    }
}

/// What a stage is for; its label in `uprev.hcl`.
public enum StageKind: String, Hashable, Sendable, Codable, CaseIterable, CodingKeyRepresentable {
    /// Builds the installer image and the boot media.
    case images

    /// Generates and applies machine configurations.
    case machineConfig = "machine_config"

    /// Creates machines, and destroys them in a full rebuild only.
    case cluster
}

/// A part of the operator's own procedure that uprev runs.
public struct Stage: Hashable, Sendable, Codable {
    /// What the stage is for.
    public var kind: StageKind

    /// Terragrunt units, in the order in which they are run; empty with ``command``.
    public var units: [String]

    /// A program and its arguments to run instead of Terragrunt; empty with ``units``.
    public var command: [String]

    /// Path patterns of inputs beside those that the units are seen to read.
    public var inputs: [String]

    /// The unit's output that holds a machine configuration by node name, if uprev applies them.
    public var configOutput: UnitOutput?

    /// Path patterns of untracked files that later stages and runs need.
    public var carry: [String]

    /// Creates a stage.
    public init(
        kind: StageKind, units: [String] = [], command: [String] = [], inputs: [String] = [],
        configOutput: UnitOutput? = nil, carry: [String] = []
    ) {
        self.kind = kind
        self.units = units
        self.command = command
        self.inputs = inputs
        self.configOutput = configOutput
        self.carry = carry
    }
}

/// An output of a Terragrunt unit.
public struct UnitOutput: Hashable, Sendable, Codable {
    /// The unit's path from the root of the repository.
    public var unit: String

    /// The output's name.
    public var name: String

    /// Creates a reference to an output.
    public init(unit: String, name: String) {
        self.unit = unit
        self.name = name
    }
}

/// Where the installer image of a Talos version comes from.
public enum InstallerSource: Hashable, Sendable, Codable {
    /// Read from a unit's output after the images stage; known for the committed version only.
    case output(UnitOutput)

    /// A reference with `${talos_version}` still in it; known for any version.
    case image(template: String)

    /// An Image Factory, by the URL of its API.
    case factory(url: String)
}

/// How Kubernetes is upgraded.
public enum KubernetesMethod: String, Hashable, Sendable, Codable, CaseIterable {
    /// By `talosctl upgrade-k8s`.
    case talosctl

    /// By the image references in the machine configurations.
    case machineConfig = "machine_config"
}
