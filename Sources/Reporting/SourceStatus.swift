public import ClusterModel

extension StatusReport {
    /// The watched branch, as the last poll found it.
    public struct SourceStatus: Hashable, Sendable, Codable {
        /// The repository's URL.
        public var repository: String
        /// The branch.
        public var branch: String
        /// The newest commit that was seen.
        public var tip: String?
        /// Ready, or whether a person or time must help.
        public var condition: Condition
        /// Why, as a word for machines that stays the same from version to version.
        public var rule: String?
        /// Why, in one sentence.
        public var reason: String
        /// What to do next.
        public var hint: String?
        /// Since when the condition is what it is, in seconds since 1970.
        public var since: Double

        /// Creates a status.
        public init(
            repository: String, branch: String, tip: String?, condition: Condition,
            rule: String?, reason: String, hint: String?, since: Double
        ) {
            self.repository = repository
            self.branch = branch
            self.tip = tip
            self.condition = condition
            self.rule = rule
            self.reason = reason
            self.hint = hint
            self.since = since
        }
    }

    /// A cluster that the newest commit does not define any more.
    public struct RemovedCluster: Hashable, Sendable, Codable {
        /// The cluster.
        public var cluster: String
        /// The commit that was found without it.
        public var revision: String

        /// Creates a status.
        public init(cluster: String, revision: String) {
            self.cluster = cluster
            self.revision = revision
        }
    }
}

extension StatusReport.SourceStatus {
    var text: String {
        var lines = ["source \(repository), branch \(branch): "]
        if condition == .ready {
            lines[0] += "at \(tip.map { String($0.prefix(7)) } ?? "no commit")"
        } else {
            lines[0] += "\(condition.rawValue) since \(moment(since)). \(reason)"
            if let hint { lines.append("  hint: \(hint)") }
        }
        return lines.joined(separator: "\n")
    }
}

extension StatusReport.RemovedCluster {
    var text: String {
        "\(cluster): not in uprev.hcl any more since \(revision.prefix(7)). Its nodes are left as "
            + "they are, and nobody looks after them.\n"
            + "  hint: Put the block back to manage the cluster again; it goes on from where it was."
    }
}
