import ClusterModel
import ClusterSimulator
import Execution
import Planning
import Testing

/// Plans as the planner makes them, for the cluster that the simulator starts.
enum SamplePlan {
    static let cluster = ClusterName("sol")
    static let output = UnitOutput(unit: "images/1-build", name: "installer_image")

    static func revision(_ digit: Character) throws -> Revision {
        try #require(Revision(String(repeating: digit, count: 40)))
    }

    static func definition(soak: Duration = .seconds(30)) -> ClusterDefinition {
        var definition = ClusterDefinition(
            name: cluster, versions: "common/versions.hcl",
            schematic: "common/install-schematic.hcl")
        definition.stages[.images] = Stage(kind: .images, units: ["images/1-build"])
        definition.installer = .output(output)
        definition.rollout.soak = soak
        definition.rollout.fullBootCanary = false
        return definition
    }

    static func desired(_ talos: Version) -> DesiredState {
        DesiredState(talosVersion: talos, kubernetesVersion: Version(1, 34, 1))
    }

    /// The plan that carries what `world` shows from one release to another.
    static func plan(
        from old: Version, to new: Version, in world: SimulatedWorld,
        definition: ClusterDefinition = definition()
    ) async throws -> Plan {
        let decision = decide(
            PlanningInput(
                definition: definition,
                base: RevisionState(revision: try revision("a"), desired: desired(old)),
                target: RevisionState(revision: try revision("b"), desired: desired(new)),
                observed: try await world.observed()))
        return try #require(decision.plan, "\(decision.refusals)")
    }

    /// The plan for an upgrade of three control planes with no workers.
    static func upgradeOfThreeControlPlanes() async throws -> Plan {
        let world = SimulatedWorld(workers: 0, running: Version(1, 12, 0))
        return try await plan(from: Version(1, 12, 0), to: Version(1, 12, 1), in: world)
    }
}

extension SimulatedWorld {
    /// What the cluster shows.
    func observed() async throws -> ObservedState {
        let kubernetes = try await kubernetesAPI.nodes()
        let nodes = cluster.nodes.map { member in
            ObservedNode(
                name: member.name, role: member.role, system: cluster.system(of: member.name),
                kubernetes: kubernetes[member.name])
        }
        return ObservedState(nodes: nodes, etcd: try await talos.etcd())
    }

    /// A world in which the images stage of the plan's target builds the release.
    static func building(
        _ version: Version, running old: Version, workers: Int = 2, seed: UInt64 = 1
    ) throws -> SimulatedWorld {
        let world = SimulatedWorld(seed: seed, workers: workers, running: old)
        world.stages.define(
            try SamplePlan.revision("b"), reference: "registry.example/installer:\(version)",
            image: SimulatedImage(version: version))
        return world
    }

    /// Runs the plan, starting a new process whenever one was killed.
    func runThroughCrashes(
        _ plan: Plan, definition: ClusterDefinition = SamplePlan.definition()
    ) async throws -> RunOutcome {
        let run = RunID(cluster: SamplePlan.cluster, number: 1)
        for _ in 0..<50 {
            do {
                return try await Runner(in: runWorld).run(plan, of: definition, as: run)
            } catch is SimulatedCrash {
                restart()
            }
        }
        Issue.record("the run did not end after 50 crashes")
        return .paused
    }

    /// What is wrong with the end of a run that should have reached `version`.
    func faults(expecting version: Version) async throws -> [String] {
        var faults = cluster.violations
        let kubernetes = try await kubernetesAPI.nodes()
        for node in cluster.nodes {
            if cluster.system(of: node.name)?.version != version {
                faults.append("\(node.name) does not run \(version)")
            }
            if cluster.installs[node.name] != 1 {
                faults.append(
                    "\(node.name) was installed \(cluster.installs[node.name] ?? 0) times")
            }
            if kubernetes[node.name]?.isCordoned != false {
                faults.append("\(node.name) is cordoned")
            }
        }
        return faults
    }
}
