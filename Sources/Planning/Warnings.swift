import ClusterModel

/// What a person should know of a decision that does not stop it, in a fixed order.
struct Warnings {
    let decider: Decider
    let paths: [UpgradePath]

    private var situation: Situation { decider.situation }
    private var definition: ClusterDefinition { situation.definition }
    private var desired: DesiredState { situation.desired }

    var all: [PlanWarning] {
        values + environment + repository + nodes + releases + (decider.work.isAny ? limits : [])
    }

    /// Changed values that lead to nothing.
    private var values: [PlanWarning] {
        let changed = situation.changes.filter { $0.kind != .spelling }.map(\.field)
        var seen: Set<String> = []
        return changed.filter { seen.insert($0).inserted }.compactMap { field in
            if desired.unusedValues.contains(field) {
                return PlanWarning(
                    rule: "unused_value",
                    message: "\(field) changed, and no unit of the repository consumes it.")
            }
            guard !Field.deciding.contains(field) else { return nil }
            return PlanWarning(
                rule: "application_value",
                message: "\(field) changed; it is no input of an upgrade, and nothing is done "
                    + "for it.")
        }
    }

    /// Values that are the default of a variable of the environment.
    private var environment: [PlanWarning] {
        desired.environmentUses.sorted { $0.key < $1.key }.map { field, names in
            PlanWarning(
                rule: "environment_value",
                message: "\(field) depends on the environment (\(names.joined(separator: ", "))): "
                    + "the default is taken, and a stage that sees another value builds "
                    + "something else.")
        }
    }

    private var repository: [PlanWarning] {
        var warnings: [PlanWarning] = []
        if paths.contains(.initial) {
            warnings.append(
                PlanWarning(
                    rule: "initial",
                    message: "The cluster's files appear for the first time; a cluster that runs "
                        + "already is taken over from what its nodes show."))
        }
        if let submodules { warnings.append(submodules) }
        let mutable = desired.allExtensions.filter { $0.digest == nil && $0.tag == "latest" }
        warnings += mutable.map {
            PlanWarning(
                rule: "mutable_tag",
                message: "\($0.name) is tagged latest without a digest, so that its content can "
                    + "change without a commit.")
        }
        if decider.work.appliesConfigs, definition.stages[.machineConfig]?.configOutput == nil {
            warnings.append(
                PlanWarning(
                    rule: "machine_config_units",
                    message: "The units of the machine_config stage apply configurations by "
                        + "themselves: a change that needs a reboot can take several nodes down."))
        }
        if decider.order.configsFirst, !situation.isRollback, decider.work.appliesConfigs,
            situation.fields.contains(Field.kubernetesVersion)
        {
            warnings.append(
                PlanWarning(
                    rule: "guide_order",
                    message:
                        "The guide's order applies configurations that name the new Kubernetes "
                        + "before the nodes roll."))
        }
        return warnings
    }

    private var submodules: PlanWarning? {
        let paths = situation.input.submodules
        guard !paths.isEmpty, !definition.stages.isEmpty else { return nil }
        let names = paths.prefix(5).joined(separator: ", ")
        let more = paths.count > 5 ? " and \(paths.count - 5) more" : ""
        return PlanWarning(
            rule: "submodule",
            message: "Submodules are not fetched; stages find these folders empty: \(names)\(more)."
        )
    }

    private var nodes: [PlanWarning] {
        guard decider.work.touchesCluster else { return [] }
        var warnings = situation.unreachable.filter { $0.role == .worker }.map {
            PlanWarning(
                rule: "unreachable_node",
                message: "\($0.name) does not answer; it is skipped and stays stale.")
        }
        if situation.input.observed?.nodes(.controlPlane).count == 1 {
            warnings.append(
                PlanWarning(
                    rule: "single_control_plane",
                    message: "There is one control plane: the Kubernetes API is away while it "
                        + "reboots."))
        }
        if let move = decider.kubernetes.refusal, decider.kubernetes.isLeftBehind {
            warnings.append(
                PlanWarning(
                    rule: move.rule,
                    message: "\(move.message) Talos goes back without it; the rest of the commit "
                        + "is refused after that."))
        }
        return warnings
    }

    private var releases: [PlanWarning] {
        let target = desired.talosVersion
        let members = situation.needing.filter { $0.running != target }
        guard let oldest = members.map(\.running).min() else { return [] }
        var warnings = [
            PlanWarning(
                rule: "release_notes",
                message: "Read https://github.com/siderolabs/talos/releases/tag/\(target) for what "
                    + "it changes.")
        ]
        if target.isPreRelease {
            warnings.append(
                PlanWarning(rule: "pre_release", message: "Talos \(target) is a pre-release."))
        }
        warnings += KnownHazard.all.filter { $0.concerns(from: oldest, to: target) }.map {
            PlanWarning(rule: "known_hazard", message: $0.text)
        }
        if oldest < target, situation.support.raisesEtcd(from: oldest, to: target) {
            warnings.append(
                PlanWarning(
                    rule: "etcd_minor",
                    message: "Talos \(target) brings a newer minor of etcd: once the last control "
                        + "plane runs it, going back needs a snapshot."))
        }
        return warnings
    }
}

extension Warnings {
    /// What behaviour page 5.1 asks for and this version does not do.
    private var limits: [PlanWarning] {
        guard !decider.route.rounds.isEmpty else { return [] }
        var missing: [String] = []
        if definition.rollout.workersAtOnce != .count(1) {
            missing.append("Rolling workers in parallel is not supported yet; they go one by one.")
        }
        if definition.safety.exportsFlux {
            missing.append("Exporting Flux objects is not supported yet; export them by hand.")
        }
        if definition.safety.checksCapacity {
            missing.append(
                "Checking that the cluster fits with a node away is not supported yet.")
        }
        missing.append("Looking for images in the registry is not supported yet.")
        return missing.map { PlanWarning(rule: "not_supported_yet", message: $0) }
    }
}
