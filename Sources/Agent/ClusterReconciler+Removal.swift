import ClusterModel
import Execution
import Git
import RunStore

extension ClusterReconciler {
    /// Lets go of a cluster whose block was taken out of `uprev.hcl`.
    ///
    /// Taking it out is how an operator says that uprev has nothing to do with the cluster any more:
    /// it is told once, and then it is no condition that asks for a person for ever. What is known of
    /// it stays, so that it goes on from there when the block comes back.
    func letGo(at tip: Tip, record: inout ClusterRecord) async throws {
        let commit = revision(tip.commit)
        let message =
            "Commit \(commit.short) does not define this cluster any more; its nodes are left as "
            + "they are, and nobody looks after them."
        let hint = "If that was not meant, put the block back into uprev.hcl."
        record.removed = commit
        record.show(.suspended, message, rule: "cluster_removed", hint: hint)
        try await world.store.save(record)
        try await world.store.releaseRewrite(of: name)
        repetition.reset()
        let fields = ["rule": "cluster_removed", "hint": hint]
        write(.suspended, .warning, message, tip, fields: fields)
    }

    /// Whether a tip, which must be trusted to be read, does not define the cluster either.
    func isStillRemoved(at tip: Tip, _ record: ClusterRecord) async throws -> Bool {
        try await world.trust.verify(tip.commit, for: name, in: tip.reading.repository)
        let defined = try await tip.reading.contents(of: tip.commit).map(\.definition.name)
        return !defined.contains(name)
    }

    /// Manages the cluster again.
    func takeBack(at tip: Tip, record: inout ClusterRecord) {
        record.removed = nil
        let short = revision(tip.commit).short
        write(.resumed, .notice, "Commit \(short) defines this cluster again.", tip)
    }
}
