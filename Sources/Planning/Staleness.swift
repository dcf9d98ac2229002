public import ClusterModel

/// What a node runs otherwise than desired, as ends of a sentence about it; empty when it fits.
///
/// A digest that nobody knows is unknown and not stale: without an `installedKey` only the version,
/// the extensions by name and the kernel arguments can be held against each other. `removed` are
/// kernel arguments that were wanted before and are not any more.
public func staleness(
    of system: NodeSystem, against desired: DesiredState, installedKey: String?,
    removed: [String] = []
) -> [String] {
    StalenessSearch(desired, removed: removed).reasons(of: system, installedKey: installedKey)
}

/// What many nodes are held against, worked out once.
struct StalenessSearch {
    private let version: Version
    private let key: String
    private let extensions: [(image: ImageReference, name: String)]
    private let arguments: [String]
    private let removed: [String]

    init(_ desired: DesiredState, removed: [String]) {
        version = desired.talosVersion
        key = desired.imageKey
        extensions = desired.allExtensions.map { ($0, $0.shortName) }
        arguments = wantedArguments(of: desired)
        self.removed = removed
    }

    func reasons(of system: NodeSystem, installedKey: String?) -> [String] {
        var reasons: [String] = []
        if system.version != version {
            reasons.append("runs \(system.version) instead of \(version)")
        }
        for (image, name) in extensions
        where !system.extensions.contains(where: { $0.name == name }) && !system.hasExtension(image)
        {
            reasons.append("lacks the extension \(image.name)")
        }
        for argument in arguments where !system.kernelArguments.contains(argument) {
            reasons.append("booted without the kernel argument \(argument)")
        }
        for argument in removed where system.kernelArguments.contains(argument) {
            reasons.append("still boots with the kernel argument \(argument)")
        }
        if reasons.isEmpty, let installedKey, installedKey != key {
            reasons.append("runs another image of \(version) than the desired one")
        }
        return reasons
    }
}

/// The kernel arguments that must appear; an entry that begins with `-` takes a default away.
func wantedArguments(of desired: DesiredState) -> [String] {
    desired.kernelArguments.filter { !$0.hasPrefix("-") }
}

/// Kernel arguments that Talos sets by itself; taking one from a list does not take it from a node.
///
/// Source: Talos' kernel reference page and `kernel.DefaultArgs`; consoles differ by platform.
private let defaultArguments: Set<String> = [
    "init_on_alloc=1", "slab_nomerge", "slab_nomerge=", "pti=on", "consoleblank=0",
    "nvme_core.io_timeout=4294967295", "printk.devkmsg=on", "selinux=1", "console=tty0",
    "console=ttyS0", "ima_template=ima-ng", "ima_appraise=fix", "ima_hash=sha512",
]

/// What earlier states had and the desired one has not, as far as a node can show it.
struct Removals: Hashable, Sendable {
    let kernelArguments: [String]
    let extensions: [ImageReference]

    init(from earlier: [DesiredState], to desired: DesiredState) {
        let wanted = Set(desired.kernelArguments)
        let gone = Set(earlier.flatMap(\.kernelArguments)).subtracting(wanted)
        kernelArguments = gone.subtracting(defaultArguments)
            .filter { !$0.hasPrefix("-") && !$0.hasPrefix("talos.platform=") }.sorted()
        let kept = desired.allExtensions
        // Two images whose extensions may report one name cannot be told apart on a node.
        let names = Set(earlier.flatMap(\.allExtensions).map(\.name)).sorted()
        extensions = names.map { ImageReference(name: $0) }.filter { image in
            !kept.contains { $0.mayReport(as: image.shortName) }
        }
    }
}
