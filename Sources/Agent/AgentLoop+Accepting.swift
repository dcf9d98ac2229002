import ClusterModel
import Execution
import Git
import RunStore

extension AgentLoop {
    /// Accepts rewritten history that is held, of one cluster or of every one, in the name of `who`.
    ///
    /// Only history that ends in `tip` is accepted, which is what was looked at. What is accepted is
    /// in the journal when this returns, so it outlives a restart; the loop then looks at once. It lets the cluster
    /// be planned for toward exactly this tip, or commits on top of it: another rewrite is held
    /// again. It overrides nothing else: each commit must still verify, and every gate must hold.
    ///
    /// Throws ``RewriteRefusal`` when nothing is held that fits, and ``StoreError``.
    @discardableResult
    func acceptRewrite(
        of cluster: ClusterName?, tip: CommitID, by who: String
    ) async throws -> [AcceptedRewrite] {
        let accepted = try await world.store.acceptRewrites(
            of: cluster, tip: revision(tip), by: who, at: wallClock())
        for one in accepted {
            let rewrite = one.rewrite
            world.log.write(
                LogRecord(
                    time: wallClock(), level: .notice, event: .rewriteAccepted,
                    cluster: one.cluster, revision: rewrite.tip,
                    message: "The rewritten history from \(rewrite.reconciled.short) to "
                        + "\(rewrite.tip.short) (\(rewrite.relation.rawValue)) was accepted by "
                        + "\(who).",
                    fields: rewrite.fields.merging(["by": who]) { $1 }))
        }
        wake()
        return accepted
    }
}
