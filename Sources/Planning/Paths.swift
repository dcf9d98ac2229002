import ClusterModel

extension Situation {
    /// Every path that the change and the state of the nodes require, strongest first.
    func paths(movesKubernetes: Bool) -> [UpgradePath] {
        var paths = Set(changes.map { path(of: $0) })
        if input.base?.desired == nil, input.base != nil || isOffline { paths.insert(.initial) }
        if !commitChangesImage {
            for version in Set(needing.map(\.running)) { paths.insert(path(from: version)) }
        }
        if movesKubernetes { paths.insert(.kubernetesUpgrade) }
        if hasLeftoverConfigs { paths.insert(.machineConfig) }
        if isRollback {
            paths.subtract([.talosUpgrade, .extensionUpdate])
            paths.insert(.rollback)
        }
        paths.remove(.none)
        return paths.sorted(by: >)
    }

    /// Whether machine configurations of a commit that is not wanted any more may be applied.
    ///
    /// Only a run that began can have applied them; commits that were skipped left nothing.
    var hasLeftoverConfigs: Bool {
        guard let attempted = input.attempted?.desired else { return false }
        return attempted.machineConfigInputs != desired.machineConfigInputs
            || attempted.kubernetesVersion != desired.kubernetesVersion
            || ImageValues(attempted) != ImageValues(desired)
    }

    private func path(of change: Change) -> UpgradePath {
        guard change.kind != .spelling else { return .none }
        switch change.field {
        case Field.talosVersion:
            return desired.talosVersion < (base ?? desired).talosVersion ? .rollback : .talosUpgrade
        case Field.kubernetesVersion: return .kubernetesUpgrade
        case Field.extensionVersion, Field.kernelArguments: return .extensionUpdate
        case Field.platform, Field.architecture, Field.secureBoot, Field.bootLoader, Field.rebuild:
            return .rebuild
        case Field.providerVersions: return .providers
        case Field.machineConfigInputs: return .machineConfig
        case Field.imageInputs: return .images
        case Field.clusterInputs: return .nodes
        default: break
        }
        guard ExtensionList(rawValue: change.field) != nil, change.kind != .reordered else {
            return .none
        }
        return .extensionUpdate
    }

    private func path(from running: Version) -> UpgradePath {
        if running > desired.talosVersion { return .rollback }
        return running < desired.talosVersion ? .talosUpgrade : .extensionUpdate
    }

    /// Whether versions rise, fall or stay: by the commit where it moves one, else by the nodes.
    func direction(kubernetes: KubernetesDecision) -> Direction {
        let old = base ?? desired
        if old.talosVersion != desired.talosVersion {
            return old.talosVersion < desired.talosVersion ? .up : .down
        }
        if needing.contains(where: { $0.running > desired.talosVersion }) { return .down }
        if needing.contains(where: { $0.running < desired.talosVersion }) { return .up }
        if old.kubernetesVersion != desired.kubernetesVersion {
            return old.kubernetesVersion < desired.kubernetesVersion ? .up : .down
        }
        guard let newest = kubernetes.running.last, newest != desired.kubernetesVersion else {
            guard let oldest = kubernetes.running.first else { return .same }
            return oldest < desired.kubernetesVersion ? .up : .same
        }
        return newest < desired.kubernetesVersion ? .up : .down
    }

    /// The kinds of approval that a plan of this situation waits for, sorted.
    func approvals(acts: Bool) -> [ApprovalKind] {
        guard !isOffline else { return [] }
        var kinds: Set<ApprovalKind> = []
        if base == nil, acts { kinds.insert(.adoption) }
        let asked = Set(definition.safety.approve)
        if asked.contains(.unproven), !unproven.isEmpty, !isCommittedRollback {
            kinds.insert(.unproven)
        }
        if base != nil, asked.contains(.lowerByDrift), !raisedByOthers.isEmpty {
            kinds.insert(.lowerByDrift)
        }
        return kinds.sorted()
    }

    /// Whether image values go back because commits say so: no missing proof may hold that back.
    private var isCommittedRollback: Bool {
        base != nil && isRollback && raisedByOthers.isEmpty
    }

    /// Nodes that get another image of the release they run, and show no slot that could prove it.
    var unproven: [FleetMember] {
        needing.filter { $0.running == desired.talosVersion && $0.showsSlot == false }
    }

    /// Nodes above the desired release that no commit since the base and no run of uprev raised.
    ///
    /// A hop on the way to a release that a commit named lies below it and counts as raised by us.
    var raisedByOthers: [FleetMember] {
        let named = leftovers.map(\.talosVersion) + [base?.talosVersion ?? desired.talosVersion]
        let highest = named.max() ?? desired.talosVersion
        return needing.filter { member in
            member.running > desired.talosVersion && member.running > highest
                && !wasGivenItsRelease(member)
        }
    }

    /// Whether the image that uprev last gave the node is of the release that it runs.
    private func wasGivenItsRelease(_ member: FleetMember) -> Bool {
        guard let key = member.key else { return false }
        return input.history.contains { state in
            guard let given = state.desired?.at(member.running).imageKey else { return false }
            return key == given || key == PlanningInput.pendingKey(for: given)
        }
    }
}
