import ClusterModel

/// Works out which nodes need an image, and why.
struct NodeNeeds {
    let input: PlanningInput
    let desired: DesiredState
    let base: DesiredState?
    let removals: Removals

    var fleet: [FleetMember] {
        guard let observed = input.observed else { return assumedFleet }
        let search = StalenessSearch(desired, removed: removals.kernelArguments)
        let isNewImage =
            base.map {
                $0.talosVersion == desired.talosVersion && ImageValues($0) != ImageValues(desired)
            } ?? false
        return input.fleet(in: observed) { node, system in
            let known = input.installedKey(of: node)
            let reasons = search.reasons(of: system, installedKey: known)
            // When a commit changed the image within one release, nothing on the node can show
            // which of the two it runs. A node on another release than the base's has the new one.
            guard reasons.isEmpty, known == nil, isNewImage else { return reasons }
            return ["was given its image of \(desired.talosVersion) before this change"]
        }
    }

    /// A plan without a cluster assumes that every node runs what the base says.
    private var assumedFleet: [FleetMember] {
        guard let base else { return [] }
        var reasons: [String] = []
        if base.talosVersion != desired.talosVersion {
            reasons = ["runs \(base.talosVersion) instead of \(desired.talosVersion)"]
        } else if ImageValues(base) != ImageValues(desired) {
            reasons = ["runs the image of \(desired.talosVersion) from before this change"]
        }
        return [NodeRole.controlPlane, .worker].map { role in
            FleetMember(
                target: .each(role), role: role, running: base.talosVersion, reasons: reasons,
                place: role == .controlPlane ? 0 : 1)
        }
    }
}
