import ClusterModel
import Testing

@testable import Planning

/// Which machines there are is decided and shown, and not acted on yet.
@Suite("Machines of the cluster stage")
struct MachineTests {
    private let path = "machines/terragrunt.hcl"

    private func state(_ hash: String?, talos: Version = Version(1, 12, 0)) -> DesiredState {
        var state = DesiredState(talosVersion: talos, kubernetesVersion: Version(1, 34, 1))
        if let hash { state.clusterInputs = [path: hash] }
        return state
    }

    private func decision(_ base: DesiredState, _ target: DesiredState) throws -> Decision {
        var definition = ClusterDefinition(name: ClusterName("sol"), versions: "v", schematic: "s")
        definition.installer = .image(template: "registry.example/i:${talos_version}")
        let revisions = try ["a", "b"].map {
            try #require(Revision(String(repeating: $0, count: 40) as String))
        }
        return decide(
            PlanningInput(
                definition: definition, base: RevisionState(revision: revisions[0], desired: base),
                target: RevisionState(revision: revisions[1], desired: target)))
    }

    @Test("Changed inputs of the cluster stage are the path nodes, and refused")
    func changed() throws {
        let decision = try decision(state("1"), state("2"))
        #expect(decision.path == .nodes)
        #expect(decision.verdict == .refused)
        #expect(decision.refusals.map(\.rule) == ["not_supported_yet"])
        #expect(decision.plan == nil)
    }

    @Test("A commit that changes machines and a version is refused as a whole")
    func combined() throws {
        let decision = try decision(state("1"), state("2", talos: Version(1, 12, 1)))
        #expect(decision.paths.contains(.nodes) && decision.paths.contains(.talosUpgrade))
        #expect(decision.verdict == .refused)
    }

    @Test("Equal inputs refuse nothing")
    func same() throws {
        let decision = try decision(state("1"), state("1", talos: Version(1, 12, 1)))
        #expect(decision.verdict == .run)
    }

    @Test("Without a cluster stage on either side the machines are left to the operator")
    func withoutStage() throws {
        for (base, target) in [(state(nil), state("2")), (state("1"), state(nil))] {
            let decision = try decision(base, target)
            #expect(decision.verdict == .nothing)
            #expect(decision.refusals.isEmpty)
        }
    }
}
