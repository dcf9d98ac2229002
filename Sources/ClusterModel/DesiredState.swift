/// What one commit says a cluster should be: the evaluated values, without their spelling.
///
/// Two commits that differ in comments, formatting or the names of locals have equal desired
/// states; only ``spellings`` may differ, and nothing is decided from those.
public struct DesiredState: Hashable, Sendable, Codable {
    /// The Talos release that every node should run.
    public var talosVersion: Version

    /// The Kubernetes release that the cluster should run.
    public var kubernetesVersion: Version

    /// The release that the extensions are tagged with, when the repository names one.
    public var extensionVersion: Version?

    /// The Talos platform, such as `nocloud` or `metal`; `nil` when the repository names none.
    public var platform: String?

    /// The processor architecture, such as `amd64`; `nil` when the repository names none.
    public var architecture: String?

    /// Whether nodes boot through Secure Boot; `nil` when the repository does not say.
    public var secureBoot: Bool?

    /// The boot loader, such as `sd-boot` or `grub`; `nil` when the repository names none.
    public var bootLoader: String?

    /// Kernel arguments in their order; duplicates count.
    public var kernelArguments: [String]

    /// The extensions of each list, in the order the repository gives them.
    public var extensions: [ExtensionList: [ImageReference]]

    /// Provider versions by provider name.
    public var providerVersions: [String: String]

    /// Every other local of the two files and overrides, as canonical JSON text by name.
    public var otherValues: [String: String]

    /// The text of `rebuild` in `uprev.hcl`; changing it asks for a full rebuild.
    public var rebuild: String

    /// Content hashes by path of the files that the `machine_config` units read.
    public var machineConfigInputs: [String: String]

    /// Content hashes by path of the files that the `images` units read, beyond the two files.
    public var imageInputs: [String: String]

    /// Content hashes by path of the files that only the `cluster` units read: what decides which
    /// machines there are.
    public var clusterInputs: [String: String]

    /// How the repository writes each value, by ``Field`` name; shown to people, never compared.
    public var spellings: [String: String]

    /// The variables of the environment that a field has a default for, by ``Field`` name: the
    /// value is that default, and a run in another environment may see another one.
    public var environmentUses: [String: [String]]

    /// Names of fields and other values that no unit of the repository consumes, sorted.
    public var unusedValues: [String]

    /// Creates a desired state of two versions and nothing else.
    public init(talosVersion: Version, kubernetesVersion: Version) {
        self.talosVersion = talosVersion
        self.kubernetesVersion = kubernetesVersion
        kernelArguments = []
        extensions = [:]
        providerVersions = [:]
        otherValues = [:]
        rebuild = ""
        machineConfigInputs = [:]
        imageInputs = [:]
        clusterInputs = [:]
        spellings = [:]
        environmentUses = [:]
        unusedValues = []
    }

    /// Every extension of every list, by full image name.
    public var allExtensions: [ImageReference] {
        ExtensionList.allCases.flatMap { extensions[$0] ?? [] }
    }
}

/// The three lists in which a repository names extensions.
public enum ExtensionList: String, Hashable, Sendable, Codable, CaseIterable, CodingKeyRepresentable
{
    /// Extensions that the installer image is built with.
    case system = "install_system_extensions"

    /// Extensions that the operator builds.
    case custom = "install_custom_extensions"

    /// Extensions that the Image Factory adds.
    case factory = "install_factory_extensions"
}

/// The name of a field of a ``DesiredState``: the default name of its local in the repository.
public enum Field {
    /// The Talos version.
    public static let talosVersion = "talos_version"
    /// The Kubernetes version.
    public static let kubernetesVersion = "kubernetes_version"
    /// The extension release.
    public static let extensionVersion = "extension_version"
    /// The platform.
    public static let platform = "talos_platform"
    /// The architecture.
    public static let architecture = "talos_architecture"
    /// Whether Secure Boot is used.
    public static let secureBoot = "talos_secure_boot"
    /// The boot loader.
    public static let bootLoader = "talos_boot_loader"
    /// The kernel arguments.
    public static let kernelArguments = "install_kernel_args"
    /// The provider versions.
    public static let providerVersions = "provider_versions"
    /// The rebuild text of `uprev.hcl`.
    public static let rebuild = "rebuild"
    /// Files that machine-config units read.
    public static let machineConfigInputs = "machine_config_inputs"
    /// Files that image units read.
    public static let imageInputs = "image_inputs"
    /// Files that only cluster units read.
    public static let clusterInputs = "cluster_inputs"

    /// Every field that something is decided from; other values are named and nothing more.
    public static let deciding = Set(
        locals + [rebuild, machineConfigInputs, imageInputs, clusterInputs])

    /// The fields that are read from locals, which `uprev.hcl` may rename.
    public static let locals =
        [
            talosVersion, kubernetesVersion, extensionVersion, platform, architecture, secureBoot,
            bootLoader, kernelArguments, providerVersions,
        ] + ExtensionList.allCases.map(\.rawValue)
}
