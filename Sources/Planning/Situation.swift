import ClusterModel

/// What the rules read: the input, and what follows from it directly.
struct Situation: Sendable {
    let input: PlanningInput
    let desired: DesiredState

    /// What the cluster was reconciled to; `nil` when nobody knows.
    let base: DesiredState?

    /// The differences between base and target.
    let changes: [Change]

    /// The fields of ``changes`` that differ in value.
    let fields: Set<String>

    /// The reachable nodes with what they need, in the order of action.
    let fleet: [FleetMember]

    /// The members that need an image.
    let needing: [FleetMember]

    /// Nodes whose Talos API does not answer.
    let unreachable: [ObservedNode]

    /// What earlier states had and the desired one has not.
    let removals: Removals

    /// The commit whose change is undone.
    let reverts: Revision?

    /// Whether image values go back.
    let isRollback: Bool

    /// Whether everything that the commit changes goes back, and no version rises.
    let isWholeRevert: Bool

    /// The desired states of commits since the base that something may be left of.
    let leftovers: [DesiredState]

    var definition: ClusterDefinition { input.definition }
    var support: SupportTable { input.support }

    /// Whether the plan is made without looking at a cluster.
    var isOffline: Bool { input.observed == nil }

    /// Whether the commit itself asks for another image.
    var commitChangesImage: Bool {
        base.map { ImageValues($0) != ImageValues(desired) } ?? false
    }

    /// Whether the cluster drifted from a state that no commit changed.
    var isRepair: Bool {
        base != nil && fields.isEmpty && leftovers.isEmpty && !isRollback
    }

    /// Whether the plan takes the cluster back to a state that worked.
    ///
    /// Such a plan waits for no window, promotion or snapshot (behaviour page 5.1). The first plan
    /// of a cluster that nobody reconciled is none: nobody knows what worked there.
    var isUrgent: Bool { base != nil && (isRollback || isRepair || isWholeRevert) }

    init(_ input: PlanningInput, desired: DesiredState) {
        let base = input.base?.desired
        let changes = base.map { compare(base: $0, target: desired) } ?? []
        let fields = Set(changes.lazy.filter { $0.kind != .spelling }.map(\.field))
        let search = RevertSearch(target: desired, in: input)
        let since = search.fieldsSince
        let leftovers = search.since.compactMap(\.desired).filter {
            !changedFields(from: $0, to: desired).isEmpty
        }
        let removals = Removals(from: leftovers + (base.map { [$0] } ?? []), to: desired)
        let needs = NodeNeeds(
            input: input, desired: desired, base: base, removals: removals)
        let (commit, rest) = (fields, since.subtracting(fields))
        self.init(
            input: input, desired: desired, base: base, changes: changes, fields: fields,
            fleet: needs.fleet,
            unreachable: input.observed?.nodes.filter { $0.system == nil } ?? [],
            removals: removals, reverts: search.revision(undoneBy: commit, or: rest),
            isRollback: Situation.isRollback(
                desired: desired, base: base, fleet: needs.fleet, search: search,
                commit: commit.intersection(ImageValues.fields),
                rest: rest.intersection(ImageValues.fields)),
            isWholeRevert: search.isWhole(commit.isEmpty ? rest : commit), leftovers: leftovers)
    }

    private init(
        input: PlanningInput, desired: DesiredState, base: DesiredState?, changes: [Change],
        fields: Set<String>, fleet: [FleetMember], unreachable: [ObservedNode], removals: Removals,
        reverts: Revision?, isRollback: Bool, isWholeRevert: Bool, leftovers: [DesiredState]
    ) {
        self.input = input
        self.desired = desired
        self.base = base
        self.changes = changes
        self.fields = fields
        self.fleet = fleet
        needing = fleet.filter(\.needsImage)
        self.unreachable = unreachable
        self.removals = removals
        self.reverts = reverts
        self.isRollback = isRollback
        self.isWholeRevert = isWholeRevert
        self.leftovers = leftovers
    }

    /// Whether image values go back: Talos falls, or the values are those of an earlier commit.
    ///
    /// Where Talos rises to a release that was there before, the plan is an upgrade like any other:
    /// nothing about it is urgent, and its gates must hold.
    private static func isRollback(
        desired: DesiredState, base: DesiredState?, fleet: [FleetMember], search: RevertSearch,
        commit: Set<String>, rest: Set<String>
    ) -> Bool {
        let needing = fleet.filter(\.needsImage)
        if let base, base.talosVersion != desired.talosVersion {
            return desired.talosVersion < base.talosVersion
        }
        if needing.contains(where: { $0.running > desired.talosVersion }) { return true }
        if !commit.isEmpty, let base, ImageValues(base) != ImageValues(desired) {
            return search.undone(commit) != nil
        }
        return !needing.isEmpty && search.undone(rest) != nil
    }
}

extension RevertSearch {
    /// Whether all deciding ones of the fields went back together, and no version rises with them.
    fileprivate func isWhole(_ fields: Set<String>) -> Bool {
        guard let base = input.base?.desired, target.talosVersion <= base.talosVersion,
            target.kubernetesVersion <= base.kubernetesVersion
        else { return false }
        return undone(fields.intersection(Field.deciding)) != nil
    }

    /// The commit whose change is undone, by the first group of fields that went back together.
    fileprivate func revision(undoneBy commit: Set<String>, or rest: Set<String>) -> Revision? {
        let groups = [
            commit, commit.intersection(ImageValues.fields),
            commit.intersection([Field.kubernetesVersion]),
            commit.intersection([Field.machineConfigInputs]), rest,
        ]
        for group in groups {
            if let revision = undone(group) { return revision }
        }
        return nil
    }
}
