import ClusterModel
import Planning

/// Everything that one decision depends on, as a value that can be made smaller.
struct Scenario: Hashable {
    /// What the cluster was reconciled to; `nil` when nobody did.
    var base: DesiredState?
    var target: DesiredState
    /// The commit of a run that did not finish.
    var attempted: DesiredState?
    /// A state from before the base.
    var earlier: DesiredState?
    var world: World
    var ownNode: String?
    var order = RolloutOrder.auto
    /// Whether installers of any release are known.
    var hasTemplate = false
    /// Whether the unit of the images stage ran for the target before.
    var isBuilt = false

    var definition: ClusterDefinition {
        var definition =
            hasTemplate ? definitionWithTemplate() : PlanningTests.definition()
        definition.rollout.order = order
        return definition
    }

    var input: PlanningInput {
        var input = PlanningInput(
            definition: definition,
            base: base.map { RevisionState(revision: commit(1), desired: $0) },
            target: RevisionState(revision: commit(3), desired: target))
        input.attempted = attempted.map { RevisionState(revision: commit(2), desired: $0) }
        input.history = [
            attempted.map { RevisionState(revision: commit(2), desired: $0) },
            base.map { RevisionState(revision: commit(1), desired: $0) },
            earlier.map { RevisionState(revision: commit(0), desired: $0) },
        ].compactMap { $0 }
        input.observed = world.observed
        input.installedKeys = world.keys
        input.ownNode = ownNode.map { NodeName($0) }
        if isBuilt { input.builtInstallers = [target.imageKey: "reg.example/installer@sha256:aa"] }
        return input
    }

    var effects: Effects { Effects(world, reconciled: base?.talosVersion) }

    /// The scenario after a run to the target did its work on the world.
    func reconciled(_ world: World) -> Scenario {
        var next = self
        next.world = world
        next.base = target
        next.attempted = nil
        return next
    }

    /// The scenario after a commit that takes the target back, while a run to it was under way.
    func reverted(_ world: World) -> Scenario? {
        guard let base else { return nil }
        var next = self
        next.world = world
        next.attempted = target
        next.target = base
        return next
    }
}

extension Scenario: CustomStringConvertible {
    var description: String {
        var lines = ["target    \(target.short)"]
        if let base { lines.insert("base      \(base.short)", at: 0) }
        if let attempted { lines.append("attempted \(attempted.short)") }
        if let earlier { lines.append("earlier   \(earlier.short)") }
        lines.append("order \(order.rawValue), template \(hasTemplate), built \(isBuilt)")
        lines.append(
            "own \(ownNode ?? "none"), leader \(world.leader ?? "none"), "
                + "sick \(world.sickMembers.sorted()), alarms \(world.alarms)")
        for (name, machine) in world.machines.sorted(by: { $0.key < $1.key }) {
            let key = machine.key.map { String($0.suffix(6)) } ?? "unknown"
            lines.append(
                "\(name) \(machine.version) kubelet \(machine.kubelet) key \(key)"
                    + (machine.isReachable ? "" : ", unreachable")
                    + (machine.isReady ? "" : ", not ready")
                    + (machine.isCordonedByUs ? ", cordoned" : "")
                    + (machine.showsSlot ? "" : ", no slot"))
        }
        return lines.joined(separator: "\n")
    }
}

extension DesiredState {
    fileprivate var short: String {
        "Talos \(talosVersion), Kubernetes \(kubernetesVersion), "
            + "arguments \(kernelArguments), extensions \(allExtensions), "
            + "inputs \(machineConfigInputs.values.sorted()) \(imageInputs.values.sorted()), "
            + "key \(imageKey.suffix(6))"
    }
}
