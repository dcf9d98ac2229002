import ClusterModel
import ClusterSimulator
import Execution
import Planning

/// The Talos API of a simulated cluster, with answers of a test's own in front of it.
struct InterceptedTalos: TalosCluster {
    let base: SimulatedTalos

    /// Throws instead of a look at a node.
    var beforeSystem: @Sendable (NodeName) throws -> Void = { _ in }
    /// Changes what discovery tells.
    var changeMembers: @Sendable ([ClusterMember]) -> [ClusterMember] = { $0 }
    /// Changes what etcd tells.
    var changeEtcd: @Sendable (EtcdState) -> EtcdState = { $0 }
    /// Throws instead of a snapshot.
    var beforeSnapshot: @Sendable () throws -> Void = {}
    /// Throws in place of the answer to an install that was done.
    var afterInstall: @Sendable (NodeName) throws -> Void = { _ in }

    func members() async throws -> [ClusterMember] { changeMembers(try await base.members()) }

    func system(of node: NodeName) async throws -> NodeSystem {
        try beforeSystem(node)
        return try await base.system(of: node)
    }

    func etcd() async throws -> EtcdState { changeEtcd(try await base.etcd()) }

    func snapshotEtcd(to path: String) async throws -> SnapshotReceipt {
        try beforeSnapshot()
        return try await base.snapshotEtcd(to: path)
    }

    func forfeitLeadership(of node: NodeName) async throws {
        try await base.forfeitLeadership(of: node)
    }

    func install(
        _ image: String, on node: NodeName, through interface: InstallInterface, mode: RebootMode,
        progress: @escaping @Sendable (String) -> Void
    ) async throws {
        try await base.install(image, on: node, through: interface, mode: mode, progress: progress)
        try afterInstall(node)
    }

    func reboot(_ node: NodeName, mode: RebootMode) async throws {
        try await base.reboot(node, mode: mode)
    }
}

extension SimulatedWorld {
    /// Runs the plan with a Talos API that answers otherwise.
    func run(
        _ plan: Plan, number: Int = 1, definition: ClusterDefinition = SamplePlan.definition(),
        intercepting change: (inout InterceptedTalos) -> Void = { _ in }
    ) async throws -> RunOutcome {
        var intercepted = InterceptedTalos(base: talos)
        change(&intercepted)
        var world = runWorld
        world.talos = intercepted
        return try await Runner(in: world).run(
            plan, of: definition, as: RunID(cluster: SamplePlan.cluster, number: number))
    }

    /// How many steps of that kind were done in all runs.
    func done(_ kind: String) -> Int {
        observer.events.filter { $0.kind == .stepDone && $0.step?.action.kind == kind }.count
    }
}

extension EtcdState {
    /// The same state with these members not healthy.
    func sickening(_ names: NodeName...) -> EtcdState {
        var state = self
        for index in state.members.indices where names.contains(state.members[index].name) {
            state.members[index].isHealthy = false
        }
        return state
    }
}

/// A run that should have halted and did not.
struct NotHalted: Error { let outcome: RunOutcome }

extension RunOutcome {
    /// The step and the failure of a run that halted.
    func halt() throws -> (step: Step, failure: Failure) {
        guard case .halted(let step, let failure) = self else { throw NotHalted(outcome: self) }
        return (step, failure)
    }
}
