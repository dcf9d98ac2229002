import ClusterModel
import Execution
import Planning
import Reporting
import RunStore

extension AgentLoop {
    /// Lets the plan that waits for approval run, when it has the digest that was looked at.
    func approve(_ request: ControlRequest, by caller: ControlCaller) async throws -> ControlReply {
        let name = try await cluster(named: request.cluster)
        let plan = try await awaitedPlan(of: name)
        guard let digest = request.digest, digest == plan.approvalDigest else {
            throw ControlError(
                "The plan of \(name) that waits for approval has another digest: "
                    + "\(plan.approvalDigest).",
                hint: "Look at its steps with `uprev logs`, and approve this digest if they are "
                    + "right.")
        }
        try await world.store.approve(
            digest, of: name, by: caller.description, at: wallClock())
        let kinds = plan.approvals.map(\.rawValue).joined(separator: ", ")
        let message = "The plan (\(kinds)) with \(digest) is approved by \(caller)."
        tell(.notice, .approved, message, cluster: name, fields: ["approval_digest": digest])
        await reconcilers[name]?.forgetPause()
        wake()
        return ControlReply(message, clusters: try await status(of: [name]))
    }

    /// The plan that waits; looks at the cluster first when no look at the tip found one yet.
    private func awaitedPlan(of name: ClusterName) async throws -> Plan {
        if let plan = await planAtTip(of: name) { return plan }
        try await pollNow()
        try await awaitLooks(at: [name])
        guard let plan = await planAtTip(of: name) else {
            throw ControlError(
                "No plan of \(name) waits for approval.",
                hint: "`uprev status` says what is waited for.")
        }
        return plan
    }

    /// The plan that waits, when it was made for the commit that is the tip at this moment.
    private func planAtTip(of name: ClusterName) async -> Plan? {
        guard let awaited = await reconcilers[name]?.awaited, awaited.tip == tip?.commit else {
            return nil
        }
        return awaited.plan
    }
}
