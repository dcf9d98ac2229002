public import ClusterModel
import Foundation

extension ClusterStatus {
    /// Rewritten history that is held, in the shape that other programs read.
    public struct RewriteStatus: Hashable, Sendable, Codable {
        /// The commit that the cluster was brought to.
        public var reconciled: String
        /// The newest commit of the branch, which does not contain it.
        public var tip: String
        /// How the two stand to each other.
        public var relation: Rewrite.Relation
        /// The newest commit that both histories have.
        public var mergeBase: String?
        /// How many commits of the reconciled history the new one lacks.
        public var missing: Int?
        /// How many commits the new history has that the reconciled one lacks.
        public var added: Int?
        /// Since when the tip is held, in seconds since 1970.
        public var since: Double

        /// Shows a rewrite.
        public init(_ rewrite: Rewrite) {
            reconciled = rewrite.reconciled.hash
            tip = rewrite.tip.hash
            relation = rewrite.relation
            mergeBase = rewrite.mergeBase?.hash
            missing = rewrite.missing
            added = rewrite.added
            since = rewrite.since
        }
    }
}

extension ClusterStatus.RewriteStatus {
    var text: String {
        var parts = [relation.rawValue]
        if let missing { parts.append("\(commits(missing)) missing") }
        if let added { parts.append("\(commits(added)) new") }
        if let mergeBase { parts.append("common commit \(mergeBase.prefix(7))") }
        return "rewrite held since \(moment(since)): \(reconciled.prefix(7)) -> \(tip.prefix(7)), "
            + parts.joined(separator: ", ")
    }
}

extension AcceptedRewrite {
    /// What was accepted, by whom and when, in one line.
    public var summary: String {
        "\(rewrite.tip.short)  \(cluster)  rewritten history accepted by \(by) on \(moment(time)): "
            + "\(rewrite.reconciled.short) -> \(rewrite.tip.short) (\(rewrite.relation.rawValue))"
    }
}

/// A moment as a person reads it, in UTC.
func moment(_ seconds: Double) -> String {
    Date(timeIntervalSince1970: seconds).formatted(.iso8601)
}

extension Rewrite {
    /// What happened to the branch, in one sentence.
    public func sentence(branch: String) -> String {
        let (new, old) = (tip.short, reconciled.short)
        switch relation {
        case .rewound:
            return "The branch \(branch) was moved back by \(commits(missing)): its tip \(new) "
                + "comes before the reconciled commit \(old)."
        case .diverged:
            let common = mergeBase?.short ?? "an older commit"
            return "The branch \(branch) was rewritten: after \(common) it lacks "
                + "\(commits(missing)) up to the reconciled \(old), and has \(commits(added)) up "
                + "to \(new) instead."
        case .unrelated:
            return "The branch \(branch) was replaced by an unrelated history: its tip \(new) has "
                + "no commit in common with the reconciled commit \(old)."
        case .lost:
            return "The branch \(branch) was rewritten: the reconciled commit \(old) is not in the "
                + "history of its tip \(new), and the repository does not have it any more."
        }
    }

    /// What to do about it, in one sentence.
    public var hint: String {
        "Push a history that contains \(reconciled.short) again, or accept this one with `uprev "
            + "reconcile --accept-rewrite`; until then the cluster is left as it is."
    }
}

private func commits(_ count: Int?) -> String {
    guard let count else { return "an unknown number of commits" }
    return count == 1 ? "1 commit" : "\(count) commits"
}
