import ClusterModel
import Planning

/// Reads a version that a test writes down; a typing error ends the test run.
func v(_ text: String) -> Version {
    guard let version = Version(text) else { preconditionFailure("\(text) is no version.") }
    return version
}

/// Reads an image reference that a test writes down.
func image(_ text: String) -> ImageReference {
    guard let image = ImageReference(text) else { preconditionFailure("\(text) is no image.") }
    return image
}

/// The commit of that number.
func commit(_ number: Int) -> Revision {
    let digits = String(number)
    let hash = String(repeating: "0", count: 40 - digits.count) + digits
    guard let revision = Revision(hash) else { preconditionFailure("\(hash) is no hash.") }
    return revision
}

/// What the sample cluster should be, with both versions.
func desired(_ talos: String = "1.11.5", kubernetes: String = "1.33.4") -> DesiredState {
    var state = DesiredState(talosVersion: v(talos), kubernetesVersion: v(kubernetes))
    state.platform = "nocloud"
    state.architecture = "amd64"
    state.secureBoot = false
    state.bootLoader = "sd-boot"
    state.kernelArguments = ["net.ifnames=0", "quiet"]
    state.extensions = [
        .system: [
            image("siderolabs/qemu-guest-agent:10.0.2@sha256:aa"),
            image("siderolabs/crun:1.24@sha256:bb"),
        ],
        .custom: [image("ghcr.io/example/frr:9.1@sha256:cc")],
    ]
    state.providerVersions = ["proxmox": "0.70.0"]
    state.machineConfigInputs = ["common/network.hcl": "1"]
    state.imageInputs = ["images/boot.hcl": "1"]
    return state
}

/// The same state with changes.
func changing(
    _ state: DesiredState = desired(), _ change: (inout DesiredState) -> Void
) -> DesiredState {
    var state = state
    change(&state)
    return state
}

/// A definition shaped like the guide's repository.
func definition() -> ClusterDefinition {
    var definition = ClusterDefinition(
        name: ClusterName("sol"), versions: "common/versions.hcl",
        schematic: "common/install-schematic.hcl")
    definition.stages = [
        .images: Stage(kind: .images, units: ["images/1-build"]),
        .machineConfig: Stage(
            kind: .machineConfig, units: ["cluster/2-config", "cluster/3-apply"]),
        .cluster: Stage(kind: .cluster, units: ["cluster/1-vms"]),
    ]
    definition.installer = .output(UnitOutput(unit: "images/1-build", name: "installer_image"))
    return definition
}

/// A definition whose installers are known for any release.
func definitionWithTemplate() -> ClusterDefinition {
    var definition = definition()
    definition.installer = .image(template: "ghcr.io/example/installer:${talos_version}")
    return definition
}

/// The input for a step from one state to another; the base is commit 1, the target commit 2.
func input(
    from base: DesiredState?, to target: DesiredState?, world: World? = nil,
    definition: ClusterDefinition = definition()
) -> PlanningInput {
    var input = PlanningInput(
        definition: definition, base: RevisionState(revision: commit(1), desired: base),
        target: RevisionState(revision: commit(2), desired: target))
    if let world {
        input.observed = world.observed
        input.installedKeys = world.keys
    }
    return input
}

extension Decision {
    /// The kinds of the steps, in order.
    var kinds: [String] { plan?.steps.map(\.action.kind) ?? [] }

    /// The names of the rules that refused.
    var rules: [String] { refusals.map(\.rule) }

    /// Whether a warning of that rule is there.
    func warns(_ rule: String) -> Bool { warnings.contains { $0.rule == rule } }

    /// The nodes that are installed, in order, each with the release it is proven to run.
    var installs: [String] {
        (plan?.steps ?? []).compactMap { step in
            guard case .verify(let expectation) = step.action, !expectation.imageKey.isEmpty
            else { return nil }
            return "\(step.node?.text ?? "each") \(expectation.version)"
        }
    }
}
