import ClusterModel

/// Writes the work down as steps, in order.
struct StepBuilder {
    let decider: Decider
    var steps: [Step] = []
    var pointOfNoReturn: Int?
    private var hasSnapshot = false

    /// Whether a node is installed after the latest minor hop began.
    var hasInstalledInHop = false

    var situation: Situation { decider.situation }
    var route: Route { decider.route }
    var cluster: StepTarget { .cluster(situation.definition.name) }

    init(decider: Decider) { self.decider = decider }

    /// The plan with its digests.
    func plan(path: UpgradePath, approvals: [ApprovalKind]) -> Plan {
        var builder = self
        builder.addAll()
        return Plan(
            cluster: situation.definition.name, base: situation.input.base?.revision,
            target: situation.input.target.revision, path: path, desired: situation.desired,
            steps: builder.steps, pointOfNoReturn: builder.pointOfNoReturn, approvals: approvals,
            approving: ApprovalSubject(situation, approvals: approvals))
    }

    private mutating func addAll() {
        addPlannedStages()
        if decider.work.buildsImages { addImagesStage() }
        let configsFirst = decider.work.appliesConfigs && decider.order.configsFirst
        let kubernetesLeads = route.kubernetes != nil && route.roundsBeforeKubernetes == 0
        if !situation.isRollback { addCordonedNodes() }
        if configsFirst, kubernetesLeads { addKubernetes() }
        if configsFirst { addConfigs() }
        for index in 0...route.rounds.count {
            if index == route.roundsBeforeKubernetes, !(configsFirst && kubernetesLeads) {
                addKubernetes()
            }
            if index < route.rounds.count { addRound(index) }
        }
        if decider.work.appliesConfigs, !configsFirst { addConfigs() }
        if situation.isRollback { addCordonedNodes() }
    }

    mutating func add(
        _ action: StepAction, to target: StepTarget, gates: [Gate] = [], reason: String,
        effect: String, undo: String
    ) {
        steps.append(
            Step(
                index: steps.count + 1, action: action, target: target, gates: gates,
                reason: reason, effect: effect, undo: undo))
    }

    /// Takes an etcd snapshot, unless one of this plan is fresh; returns the gate that it opens.
    ///
    /// On the way back no gate waits for it, and a cluster that may be sick is not asked for one.
    mutating func snapshot(before what: String, again: Bool = false) -> [Gate] {
        if !hasSnapshot || again {
            guard !situation.isUrgent || etcdMayGiveSnapshot else { return [] }
            let label = what.map { $0 == " " || $0 == "/" ? "-" : String($0) }.joined()
            add(
                .etcdSnapshot(label: "before-\(label)"), to: cluster,
                gates: situation.isUrgent ? [] : [.etcdHealthy],
                reason: "A verified etcd snapshot from before \(what) is the last resort.",
                effect: "A snapshot with a verified trailer is kept.",
                undo: "Nothing was changed.")
            hasSnapshot = true
        }
        return situation.isUrgent ? [] : [.snapshotTaken]
    }

    private var etcdMayGiveSnapshot: Bool {
        guard let observed = situation.input.observed else { return true }
        guard let etcd = observed.etcd else { return false }
        return etcd.alarms.isEmpty && etcd.members.allSatisfy { $0.isHealthy && !$0.isLearner }
    }

    /// What must hold before something that is done to the cluster as a whole.
    var clusterGates: [Gate] {
        situation.isRollback ? [] : [.etcdHealthy, .noOtherNodeDown]
    }
}
