import ClusterModel
import Planning
import Testing

/// Random clusters, states and commits from a printed seed.
@Suite("Properties of plans")
struct PlanPropertyTests {
    @Test("carry any cluster to the desired state, one node at a time", arguments: 0..<300)
    func reaches(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        var scene = Scene(using: &random)
        let first = decide(scene.input)
        #expect(decide(scene.input) == first)
        guard first.refusals.isEmpty, let plan = first.plan else {
            #expect(first.verdict == .refused || first.verdict == .nothing)
            return
        }
        #expect(plan.steps.map(\.index) == Array(1...plan.steps.count))
        for step in plan.steps { try scene.world.apply(step) }
        scene.reconcile()
        let after = decide(scene.input)
        #expect(after.verdict == .nothing, "\(after.refusals) \(after.kinds)")
        #expect(after.paths.isEmpty)
    }

    @Test("lead back after any prefix of their steps", arguments: 0..<150)
    func revert(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(1000 + seed))
        var scene = Scene(using: &random)
        let plan = decide(scene.input).plan
        guard let plan, decide(scene.input).refusals.isEmpty else { return }
        let stop = Int.random(in: 0...plan.steps.count, using: &random)
        var done = 0
        // A run is superseded between two nodes only.
        for step in plan.steps {
            if done >= stop, !scene.world.machines.values.contains(where: \.isAway) { break }
            try scene.world.apply(step)
            done += 1
        }
        scene.revert()
        let back = decide(scene.input)
        guard back.refusals.isEmpty else {
            let final = ["kubernetes_minor_downgrade", "etcd_minor_downgrade", "unsupported_pair"]
            #expect(back.rules.allSatisfy(final.contains), "\(back.rules)")
            return
        }
        for step in back.plan?.steps ?? [] { try scene.world.apply(step) }
        scene.attempted = nil
        let after = decide(scene.input)
        let isLeft = after.rules == ["kubernetes_minor_downgrade"]
        #expect(after.verdict == .nothing || isLeft, "\(after.rules) \(after.kinds)")
    }

    @Test("are made often enough for the properties to mean something")
    func coverage() {
        var verdicts: [Decision.Verdict: Int] = [:]
        var paths: Set<UpgradePath> = []
        for seed in 0..<300 {
            var random = SeededGenerator(seed: UInt64(seed))
            let decision = decide(Scene(using: &random).input)
            verdicts[decision.verdict, default: 0] += 1
            paths.formUnion(decision.paths)
        }
        #expect(verdicts[.run, default: 0] > 100, "\(verdicts)")
        #expect(verdicts[.refused, default: 0] > 20, "\(verdicts)")
        #expect(
            paths.isSuperset(of: [.talosUpgrade, .rollback, .extensionUpdate, .kubernetesUpgrade]))
    }
}

/// A random cluster, what it was reconciled to, and what it should become.
private struct Scene {
    var world: World
    var base: DesiredState
    var target: DesiredState
    var attempted: DesiredState?
    let definition: ClusterDefinition

    var input: PlanningInput {
        var input = PlanningInput(
            definition: definition, base: RevisionState(revision: commit(1), desired: base),
            target: RevisionState(revision: commit(3), desired: target))
        input.attempted = attempted.map { RevisionState(revision: commit(2), desired: $0) }
        input.observed = world.observed
        input.installedKeys = world.keys
        return input
    }

    init(using random: inout SeededGenerator) {
        let table = SupportTable.published
        let line = ReleaseLine(1, Int.random(in: 9...13, using: &random))
        let lines = table.rows[line]?.kubernetes
        let minor = Int.random(
            in: (lines?.lowerBound.minor ?? 0)...(lines?.upperBound.minor ?? 0), using: &random)
        base = desired(
            "1.\(line.minor).\(Int.random(in: 1...4, using: &random))",
            kubernetes: "1.\(minor).\(Int.random(in: 1...4, using: &random))")
        target = Scene.change(base, using: &random)
        world = World(
            base, controlPlanes: [1, 3, 5].randomElement(using: &random) ?? 3,
            workers: Int.random(in: 0...4, using: &random))
        definition =
            Bool.random(using: &random) ? PlanningTests.definition() : definitionWithTemplate()
        // Some nodes are already there, as after a run that stopped.
        for name in world.machines.keys.sorted() where Int.random(in: 0..<5, using: &random) == 0 {
            guard abs(target.talosVersion.minor - base.talosVersion.minor) <= 1 else { continue }
            world.set(name, to: target)
        }
    }

    private static func change(
        _ base: DesiredState, using random: inout SeededGenerator
    ) -> DesiredState {
        var state = base
        if Bool.random(using: &random) {
            let minor = base.talosVersion.minor + Int.random(in: -2...2, using: &random)
            state.talosVersion = Version(1, minor, Int.random(in: 1...9, using: &random))
        }
        if Int.random(in: 0..<3, using: &random) == 0 {
            let minor = base.kubernetesVersion.minor + Int.random(in: -1...2, using: &random)
            state.kubernetesVersion = Version(1, minor, Int.random(in: 1...4, using: &random))
        }
        if Int.random(in: 0..<3, using: &random) == 0 { state.kernelArguments.append("x=1") }
        if Int.random(in: 0..<3, using: &random) == 0 { state.extensions[.custom] = [] }
        return state
    }

    mutating func reconcile() { base = target }

    mutating func revert() {
        attempted = target
        target = base
    }
}

/// SplitMix64: small, seeded, and the same on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
