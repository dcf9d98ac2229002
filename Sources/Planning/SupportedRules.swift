import ClusterModel

/// What is decided and shown, and refused as long as no version runs it.
struct SupportedRules {
    let situation: Situation
    let kubernetes: KubernetesDecision
    let appliesConfigs: Bool
    let acts: Bool

    var refusals: [Refusal] {
        guard acts else { return [nodes].compactMap { $0 } }
        return [nodes, method, configOutput, window, promotion].compactMap { $0 }
    }

    private var nodes: Refusal? {
        guard situation.fields.contains(Field.clusterInputs) else { return nil }
        return .notSupportedYet(
            "Adding, changing or removing machines through the cluster stage",
            hint: "Revert the change; or apply it by hand, and take the cluster stage out of "
                + "uprev.hcl so that uprev leaves the machines to you.")
    }

    private var method: Refusal? {
        guard kubernetes.move != nil, situation.definition.kubernetesMethod == .machineConfig
        else { return nil }
        return .notSupportedYet(
            "Upgrading Kubernetes through machine configurations",
            hint: "Set kubernetes { method = \"talosctl\" }.")
    }

    private var configOutput: Refusal? {
        guard appliesConfigs, situation.definition.stages[.machineConfig]?.configOutput != nil
        else { return nil }
        return .notSupportedYet(
            "Applying machine configurations from config_output",
            hint: "Take config_output out of the machine_config stage, so that its units apply the "
                + "configurations themselves.")
    }

    private var window: Refusal? {
        guard situation.definition.window != nil, !situation.isUrgent else { return nil }
        return .notSupportedYet(
            "Keeping to a maintenance window",
            hint: "Take the window block out of uprev.hcl, and push when changes may start.")
    }

    private var promotion: Refusal? {
        guard let promotion = situation.definition.promotion, !situation.isUrgent else {
            return nil
        }
        return .notSupportedYet(
            "Waiting for the cluster \(promotion.after)",
            hint:
                "Take the promote block out of uprev.hcl, and push to one cluster after the other.")
    }
}
