import ClusterModel

extension StepBuilder {
    mutating func addPlannedStages() {
        for kind in decider.work.plannedStages {
            add(
                .stage(kind, .plan), to: cluster,
                reason: "Provider versions changed, and the stage \(kind.rawValue) has units.",
                effect: "Providers are upgraded in the checkout and the plan is reported; nothing "
                    + "is applied.",
                undo: "Nothing was applied.")
        }
    }

    mutating func addImagesStage() {
        let version = situation.desired.talosVersion
        add(
            .stage(.images, .apply), to: cluster,
            reason: imagesReason,
            effect: "The images of \(version) are built from the committed values, and the "
                + "installer's reference is known.",
            undo: "Nothing on the cluster changed; an image that no node is given does no harm.")
    }

    private var imagesReason: String {
        let version = situation.desired.talosVersion
        if route.rounds.isEmpty { return "Files that the images stage reads changed." }
        return "The installer of \(version) must carry the committed extensions and kernel "
            + "arguments, and none of these values was built before."
    }

    mutating func addConfigs() {
        let gates = snapshot(before: "the machine configurations")
        add(
            .stage(.machineConfig, .apply), to: cluster, gates: clusterGates + gates,
            reason: "\(configsReason) \(decider.order.reason)",
            effect: "Machine configurations are generated from the commit and applied by their "
                + "units.",
            undo: "A revert applies the configurations of the older commit again.")
    }

    private var configsReason: String {
        if situation.fields.contains(Field.machineConfigInputs) {
            return "Inputs of the machine configurations changed."
        }
        return situation.isRollback
            ? "The machine configurations go back with the image."
            : "The machine configurations name the image and the versions."
    }

    mutating func addKubernetes() {
        guard let move = route.kubernetes else { return }
        let gates = snapshot(before: "Kubernetes \(move.to)")
        let place =
            route.roundsBeforeKubernetes < route.rounds.count
            ? "The support table demands Kubernetes before Talos here."
            : route.rounds.isEmpty
                ? "Talos does not move." : "Kubernetes moves after the Talos roll has soaked."
        add(
            .kubernetes(from: move.from, to: move.to, situation.definition.kubernetesMethod),
            to: cluster, gates: clusterGates + gates,
            reason: "The cluster runs Kubernetes \(move.from) and the commit asks for \(move.to). "
                + (decider.order.kubernetesFirst && route.roundsBeforeKubernetes == 0
                    && !route.rounds.isEmpty
                    ? "It moves before configurations that name it." : place),
            effect: "Control plane components, then kubelets one node at a time, run \(move.to).",
            undo: move.raisesMinor
                ? "None in place: a Kubernetes minor does not go back; the etcd snapshot from "
                    + "before the step is the last resort."
                : "A revert moves the components to \(move.from) in the same way.")
        if move.raisesMinor { markNoReturn() }
    }

    /// Marks the step just added as one after which a revert is not complete.
    mutating func markNoReturn() {
        if pointOfNoReturn == nil { pointOfNoReturn = steps.count }
    }

    mutating func addCordonedNodes() {
        for member in decider.work.cordoned {
            let desired = situation.desired
            add(
                .verify(
                    NodeExpectation(
                        version: member.running, extensions: desired.allExtensions,
                        kernelArguments: desired.kernelArguments)),
                to: member.target,
                reason: "\(member.name) runs what is wanted and still carries uprev's cordon.",
                effect: "\(member.name) is proven to run \(member.running).",
                undo: "Nothing was changed.")
            add(
                .uncordon, to: member.target,
                reason: "An earlier run left \(member.name) cordoned.",
                effect: "\(member.name) takes pods again.",
                undo: "kubectl cordon \(member.name) keeps pods away again.")
        }
    }
}
