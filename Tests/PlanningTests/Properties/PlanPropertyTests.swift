import ClusterModel
import Foundation
import Planning
import Testing

/// Random clusters, states and commits.
///
/// A failure names its seed and the smallest case that was found to fail as well.
/// `UPREV_PLAN_SEEDS=100000` tries as many seeds for each property instead of the usual number.
@Suite("Properties of plans")
struct PlanPropertyTests {
    static let batches = 0..<8

    private static let seedsInBatch =
        (ProcessInfo.processInfo.environment["UPREV_PLAN_SEEDS"].flatMap { Int($0) } ?? 400) / 8

    /// Tries every seed of a batch; the first violation is made smaller and recorded.
    private func forAll(in batch: Int, _ check: (Scenario, Int) throws -> Void) {
        let seeds = (batch * Self.seedsInBatch)..<((batch + 1) * Self.seedsInBatch)
        for seed in seeds {
            let scenario = Scenario(seed: seed)
            guard let (smallest, violation) = scenario.shrunk(by: { try check($0, seed) })
            else { continue }
            Issue.record("seed \(seed): \(violation)\n\(smallest)")
            return
        }
    }

    @Test("Deciding twice, with the nodes in any order, gives one decision", arguments: batches)
    func deterministic(batch: Int) {
        forAll(in: batch) { scenario, seed in
            var random = SeededGenerator(seed: UInt64(seed))
            let first = decide(scenario.input)
            var shuffled = scenario.input
            shuffled.observed?.nodes.shuffle(using: &random)
            shuffled.observed = shuffled.observed.map {
                ObservedState(nodes: $0.nodes, etcd: $0.etcd)
            }
            let second = decide(shuffled)
            try require(first == second, "two decisions differ")
            try require(
                first.plan?.digest == second.plan?.digest, "two plans have different digests")
        }
    }

    @Test("A verdict, its refusals and its plan say the same", arguments: batches)
    func honest(batch: Int) {
        forAll(in: batch) { scenario, _ in
            try PlanChecks(scenario).requireHonesty()
        }
    }

    @Test("Every step keeps to the rules of order", arguments: batches)
    func ordered(batch: Int) {
        forAll(in: batch) { scenario, _ in
            let checks = PlanChecks(scenario)
            guard checks.mayRun else { return }
            try checks.requireOrder()
            try checks.requireGates()
        }
    }

    @Test("A plan brings every node that answers to the desired state", arguments: batches)
    func reaches(batch: Int) {
        forAll(in: batch) { scenario, _ in
            let checks = PlanChecks(scenario)
            guard checks.mayRun, let plan = checks.decision.plan else { return }
            var effects = scenario.effects
            try effects.run(plan)
            try checks.requireFewBoots(effects.boots)
            let after = decide(scenario.reconciled(effects.world).input)
            guard !checks.leavesKubernetes else {
                return try require(
                    after.refusals.map(\.rule) == ["kubernetes_minor_downgrade"],
                    "the rest of the revert is \(after.rules)")
            }
            try require(
                after.plan == nil && after.refusals.allSatisfy { $0.disposition == .waiting },
                "after the plan there is \(after.verdict), \(after.rules) \(after.kinds)")
            try require(
                after.verdict == .nothing || !scenario.isWell,
                "after the plan there is \(after.verdict), \(after.rules)")
        }
    }

    @Test("A revert after any number of steps leads back, or was announced", arguments: batches)
    func revert(batch: Int) {
        forAll(in: batch) { scenario, seed in
            try RevertCheck(scenario, seed: seed)?.requireWayBack()
        }
    }

    @Test("A commit that is reconciled asks for nothing", arguments: batches)
    func nothing(batch: Int) {
        forAll(in: batch) { scenario, _ in
            var same = scenario
            same.base = scenario.target
            same.attempted = nil
            let clean = World(scenario.target, controlPlanes: 3, workers: 2)
            for observed in [nil, clean.observed] {
                var input = same.input
                input.observed = observed
                input.installedKeys = clean.keys
                let decision = decide(input)
                try require(
                    decision.verdict == .nothing && decision.changes.isEmpty
                        && decision.paths.isEmpty,
                    "the same commit is \(decision.verdict) by \(decision.paths)")
            }
        }
    }

    @Test("An approval outlives health, and whatever is already done", arguments: batches)
    func approvals(batch: Int) {
        forAll(in: batch) { scenario, seed in
            try ApprovalCheck(scenario, seed: seed)?.requireStability()
        }
    }

    @Test("Scenarios are varied enough for the properties to mean something")
    func variety() {
        var verdicts: [Decision.Verdict: Int] = [:]
        var paths: [UpgradePath: Int] = [:]
        var rules: Set<String> = []
        for seed in 0..<800 {
            let decision = decide(Scenario(seed: seed).input)
            verdicts[decision.verdict, default: 0] += 1
            for path in decision.paths { paths[path, default: 0] += 1 }
            rules.formUnion(decision.rules)
        }
        #expect(verdicts[.run, default: 0] > 200, "\(verdicts)")
        #expect(verdicts[.waits, default: 0] > 80, "\(verdicts)")
        #expect(verdicts[.refused, default: 0] > 80, "\(verdicts)")
        for path in [
            UpgradePath.talosUpgrade, .rollback, .extensionUpdate, .kubernetesUpgrade,
            .machineConfig, .images, .providers,
        ] { #expect(paths[path, default: 0] > 20, "\(paths)") }
        let expected: Set = [
            "talos_minor_skip", "kubernetes_minor_skip", "kubernetes_minor_downgrade",
            "etcd_minor_downgrade", "unsupported_pair", "talos_too_old", "quorum",
            "etcd_unhealthy", "unreachable_control_plane",
        ]
        #expect(rules.isSuperset(of: expected), "\(expected.subtracting(rules))")
    }
}
