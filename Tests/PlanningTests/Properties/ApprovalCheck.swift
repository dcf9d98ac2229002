import ClusterModel
import Planning

/// What a person approved stays approved while nothing but health and progress changes.
struct ApprovalCheck {
    private let scenario: Scenario
    private let plan: Plan
    private let seed: Int

    /// `nil` where no plan waits for an approval.
    init?(_ scenario: Scenario, seed: Int) {
        guard let plan = decide(scenario.input).plan, !plan.approvals.isEmpty else { return nil }
        (self.scenario, self.plan, self.seed) = (scenario, plan, seed)
    }

    func requireStability() throws {
        var flapping = scenario
        for name in flapping.world.machines.keys { flapping.world.machines[name]?.isReady.toggle() }
        flapping.world.sickMembers = Set(flapping.world.controlPlanes.keys.sorted().prefix(1))
        flapping.world.alarms = ["NOSPACE on cp-1"]
        flapping.world.leader = flapping.world.controlPlanes.keys.min()
        try requireSame(flapping, "health")
        var slower = scenario.input
        slower.definition.rollout.soak = .seconds(90)
        slower.target.revision = commit(9)
        try require(
            decide(slower).plan?.approvalDigest == plan.approvalDigest,
            "a time, or a commit without a value, voids the approval")
        guard PlanChecks(scenario).mayRun, !plan.approvals.contains(.lowerByDrift) else { return }
        var random = SeededGenerator(seed: UInt64(seed))
        var effects = scenario.effects
        try effects.run(plan, atLeast: Int.random(in: 0...plan.steps.count, using: &random))
        var halfway = scenario
        halfway.world = effects.world
        try requireSame(halfway, "progress")
    }

    private func requireSame(_ other: Scenario, _ what: String) throws {
        guard let again = decide(other.input).plan, again.approvals == plan.approvals else {
            return
        }
        try require(
            again.approvalDigest == plan.approvalDigest, "\(what) voids the approval")
    }
}
