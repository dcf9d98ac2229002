import ClusterModel
import Execution
import Foundation
import Planning
import Testing

enum Sample {
    static let cluster = ClusterName("sol")

    static func revision(_ digit: Character) throws -> Revision {
        try #require(Revision(String(repeating: digit, count: 40)))
    }

    static func definition() -> ClusterDefinition {
        var definition = ClusterDefinition(
            name: cluster, versions: "common/versions.hcl",
            schematic: "common/install-schematic.hcl")
        definition.stages[.images] = Stage(kind: .images, command: ["make", "images"])
        definition.installer = .image(template: "ghcr.io/example/installer:${talos_version}")
        return definition
    }

    /// A plan with one step, made by decoding, as only the planner can make others.
    static func plan() throws -> Plan {
        let target = try revision("b")
        let base = DesiredState(
            talosVersion: Version(1, 12, 0), kubernetesVersion: Version(1, 34, 1))
        var next = base
        next.talosVersion = Version(1, 12, 1)
        let decision = decide(
            PlanningInput(
                definition: definition(),
                base: RevisionState(revision: try revision("a"), desired: base),
                target: RevisionState(revision: target, desired: next)))
        return try #require(decision.plan)
    }

    /// The same plan as one that waits for a person.
    static func plan(waitingFor approval: ApprovalKind) throws -> Plan {
        let data = try JSONEncoder().encode(plan())
        let object = try JSONSerialization.jsonObject(with: data)
        var fields = try #require(object as? [String: Any])
        fields["approvals"] = [approval.rawValue]
        return try JSONDecoder().decode(
            Plan.self, from: JSONSerialization.data(withJSONObject: fields))
    }
}
