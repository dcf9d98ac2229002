import ClusterModel

/// One of the two systems on a node's disk.
enum BootSlot: String, Hashable, Sendable {
    case a = "A"
    case b = "B"

    var other: BootSlot { self == .a ? .b : .a }
}

/// How the nodes of a cluster boot.
public enum SimulatedBootLoader: String, Hashable, Sendable {
    /// GRUB: the booted slot shows in the kernel command line.
    case grub

    /// systemd-boot: the booted slot is a boot entry with a name of its own.
    case systemdBoot = "sd-boot"
}

/// An installer that runs.
struct RunningInstaller: Sendable {
    let image: SimulatedImage
    let end: Duration
    let exitCode: Int
}

/// How the last installer on a node went.
struct InstallerResult: Sendable {
    let exitCode: Int
    let lines: [String]
}

/// A system on disk.
struct WrittenSystem: Hashable, Sendable {
    var image: SimulatedImage
    /// The name of the boot entry, where systemd-boot boots it.
    var entry: String
}

/// One node of a simulated cluster, at one moment.
struct SimulatedNode: Sendable {
    /// What a node is in the middle of.
    enum Activity: Hashable, Sendable {
        case running
        /// `MachineService.Upgrade`: cordon and drain.
        case draining
        /// `MachineService.Upgrade`: the installer runs, services are stopped.
        case upgrading
        /// A sequence failed; the node reboots soon.
        case failing
        case shuttingDown
        /// The machine API does not answer.
        case off
        /// Off, and it will not come back by itself.
        case dead
        case booting
    }

    let name: NodeName
    let role: NodeRole
    let address: String
    let memberID: UInt64

    var slots: [BootSlot: WrittenSystem]
    var bootedSlot = BootSlot.a
    var defaultSlot = BootSlot.a
    /// The slot that a failing boot goes back to: META tag 6.
    var fallbackSlot: BootSlot?
    /// What was booted, which an installer may have overwritten on disk since.
    var booted: WrittenSystem
    var bootID: String
    var bootedAt = Duration.zero

    var activity = Activity.running
    /// When the activity ends.
    var until: Duration?
    var pulled: [String: SimulatedImage] = [:]
    var installer: RunningInstaller?
    var lastInstall: InstallerResult?
    var hasUnbootedInstall = false
    var installs = 0
    /// The actor of the sequence that runs.
    var actor = ""
    /// What `MachineService.Upgrade` installs.
    var upgradeImage: SimulatedImage?

    var hasMember: Bool
    var isMemberUp: Bool
    var isLearner = false
    var alarm: String?
    var memberUpAt: Duration?

    var isKubeletReady = true
    var kubeletReadyAt: Duration?

    /// The machine configuration that is in force; empty until one is applied.
    var config: [UInt8] = []
    /// The one that comes into force at the next boot.
    var stagedConfig: [UInt8]?

    /// Since when the node is away because a caller of its API asked for it.
    var awaySince: Duration?
    var events = EventRing()

    /// Whether the machine API answers.
    var isUp: Bool { activity != .off && activity != .dead }

    var stage: SimulatedStage {
        switch activity {
        case .running: .running
        case .draining, .upgrading: .upgrading
        case .failing, .shuttingDown, .off, .dead: .rebooting
        case .booting: .booting
        }
    }

    /// Readiness as Talos reports it: true also in stages in which the machine is going away.
    var isReady: Bool { activity != .booting }

    /// When something happens to the node next.
    var nextChange: Duration? {
        [until, installer?.end, memberUpAt, kubeletReadyAt].compactMap(\.self).min()
    }

    /// Whether it does all that it is for.
    var isGood: Bool {
        activity == .running && isKubeletReady && (role == .worker || isMemberUp)
    }
}

extension SimulatedNode {
    /// The kernel command line of the running system.
    func kernelArguments(_ loader: SimulatedBootLoader) -> [String] {
        let own = ["talos.platform=metal", "console=ttyS0", "init_on_alloc=1"]
        let slot = loader == .grub ? ["BOOT_IMAGE=/\(bootedSlot.rawValue)/vmlinuz"] : []
        return slot + own + booted.image.kernelArguments
    }

    /// What can be told of the booted slot, by the means that this version has.
    func visibleSlot(_ loader: SimulatedBootLoader) -> String? {
        switch loader {
        case .grub: bootedSlot.rawValue
        case .systemdBoot:
            booted.image.version.line >= ReleaseLine(1, 11) ? booted.entry : nil
        }
    }

    /// What runs on the node, as its machine API would tell.
    func system(_ loader: SimulatedBootLoader) -> NodeSystem {
        NodeSystem(
            version: booted.image.version, bootID: bootID, stage: stage.rawValue, isReady: isReady,
            extensions: booted.image.extensions, schematic: booted.image.schematic,
            kernelArguments: kernelArguments(loader), bootedSlot: visibleSlot(loader))
    }
}
