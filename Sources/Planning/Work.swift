import ClusterModel

/// What a plan has to do, before it is written down as steps.
struct Work: Hashable, Sendable {
    /// Whether the images stage has something to build.
    let needsBuild: Bool

    /// Whether the images stage runs.
    let buildsImages: Bool

    /// Whether machine configurations are generated and applied.
    let appliesConfigs: Bool

    /// Stages whose units only refresh their providers and plan.
    let plannedStages: [StageKind]

    /// Nodes that carry a cordon of uprev and need nothing else.
    let cordoned: [FleetMember]

    /// Whether nodes, etcd or Kubernetes are touched.
    let touchesCluster: Bool

    /// Whether there is anything to do at all.
    var isAny: Bool { touchesCluster || buildsImages || !plannedStages.isEmpty }

    init(_ situation: Situation, route: Route) {
        let stages = situation.definition.stages
        needsBuild = Installers(situation: situation).needsBuild
        buildsImages = needsBuild && stages[.images] != nil
        let applies = situation.needsConfigs && stages[.machineConfig] != nil
        appliesConfigs = applies
        var applied: Set<StageKind> = applies ? [.machineConfig] : []
        if buildsImages { applied.insert(.images) }
        let refreshes = situation.fields.contains(Field.providerVersions)
        plannedStages = StageKind.allCases.filter {
            refreshes && !applied.contains($0) && stages[$0]?.units.isEmpty == false
        }
        cordoned = situation.fleet.filter { $0.isCordonedByUs && !$0.needsImage }
        touchesCluster =
            !route.rounds.isEmpty || route.kubernetes != nil || applies || !cordoned.isEmpty
    }
}

extension Situation {
    /// Whether the machine configurations may differ from the committed ones.
    ///
    /// They do with the image as well, since they name it. What drifted on a node by itself did not
    /// come from a configuration.
    fileprivate var needsConfigs: Bool {
        if fields.contains(Field.machineConfigInputs) || hasLeftoverConfigs { return true }
        return commitChangesImage || (!leftovers.isEmpty && !needing.isEmpty)
    }
}
