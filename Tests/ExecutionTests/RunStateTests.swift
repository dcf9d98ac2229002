import ClusterModel
import Execution
import Planning
import Testing

/// The table of legal moves of a run.
@Suite("Run state")
struct RunStateTests {
    let plan: Plan

    init() async throws { plan = try await SamplePlan.upgradeOfThreeControlPlanes() }

    private var started: JournalEntry { .runStarted(planDigest: plan.digest) }

    @Test("A new run starts, then performs its first step")
    func beginning() throws {
        var state = try RunState(of: plan)
        #expect(state.nextAction == .start)
        try state.apply(started)
        #expect(state.nextAction == .perform(try #require(plan.steps.first)))
    }

    @Test("A journal of another plan is refused")
    func otherPlan() {
        #expect(throws: ReplayError.self) {
            try RunState(of: plan, replaying: [.runStarted(planDigest: "sha256:other")])
        }
    }

    @Test("A step that was begun is looked at, not performed")
    func doubt() throws {
        let evidence = Evidence(bootID: "boot-1")
        let state = try RunState(of: plan, replaying: [started, .stepStarted(1, evidence)])
        #expect(state.nextAction == .probe(plan.steps[0], evidence))
    }

    @Test("A step that was cleared is performed again, and counts as an attempt")
    func cleared() throws {
        let state = try RunState(
            of: plan,
            replaying: [started, .stepStarted(1, Evidence()), .stepCleared(1, reason: "none")])
        #expect(state.nextAction == .perform(plan.steps[0]))
        #expect(state.attempts == 1)
    }

    @Test("A boot to resolve a doubt is waited for after a crash")
    func resolving() throws {
        let evidence = Evidence(bootID: "boot-1")
        let state = try RunState(
            of: plan, replaying: [started, .stepStarted(1, evidence), .bootToResolve(1)])
        #expect(state.nextAction == .resolve(plan.steps[0], evidence))
    }

    @Test("A failed step ends the run, and nothing follows")
    func failure() throws {
        let failure = Failure("It broke.", hint: "Mend it.")
        var state = try RunState(
            of: plan, replaying: [started, .stepStarted(1, Evidence()), .stepFailed(1, failure)])
        #expect(state.nextAction == .finish(.halted(at: plan.steps[0], failure)))
        #expect(throws: ReplayError.self) { try state.apply(.stepStarted(2, Evidence())) }
    }

    @Test("Every step done leads to completion")
    func completion() throws {
        var state = try RunState(of: plan, replaying: [started])
        for step in plan.steps {
            try state.apply(.stepStarted(step.index, Evidence()))
            try state.apply(.stepDone(step.index, .done))
        }
        #expect(state.nextAction == .complete)
        try state.apply(.runDone)
        #expect(state.nextAction == .finish(.succeeded))
    }

    @Test("A run is not superseded between a node's drain and the end of its turn")
    func supersede() throws {
        var state = try RunState(of: plan, replaying: [started])
        let newer = try #require(Revision(String(repeating: "c", count: 40)))
        var inFlight = 0
        for step in plan.steps {
            let mayStop = state.nodeInFlight == nil
            var other = state
            if mayStop {
                try other.apply(.superseded(by: newer))
                #expect(other.nextAction == .finish(.superseded(by: newer)))
                #expect(throws: ReplayError.self) { try other.apply(.stopped(.cancelled)) }
                other = state
                try other.apply(.stopped(.cancelled))
                #expect(other.nextAction == .finish(.stopped(.cancelled)))
            } else {
                inFlight += 1
                #expect(throws: ReplayError.self) { try other.apply(.superseded(by: newer)) }
                #expect(throws: ReplayError.self) { try other.apply(.stopped(.suspended)) }
            }
            try state.apply(.stepStarted(step.index, Evidence()))
            try state.apply(.stepDone(step.index, .done))
        }
        #expect(inFlight >= 3 * 4)
    }

    @Test("What a node showed before its install stays known to the steps after it")
    func evidence() throws {
        let install = try #require(
            plan.steps.first { if case .install = $0.action { true } else { false } })
        let node = try #require(install.node)
        var state = try RunState(of: plan, replaying: [started])
        for step in plan.steps.prefix(install.index) {
            try state.apply(.stepStarted(step.index, Evidence(bootID: "boot-\(step.index)")))
            try state.apply(.stepDone(step.index, .done))
        }
        #expect(state.evidence(beforeInstallOn: node)?.bootID == "boot-\(install.index)")
    }
}
