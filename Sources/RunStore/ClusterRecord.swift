public import ClusterModel
import Execution
import GRDB

/// What the journal remembers of a cluster between two polls.
public struct ClusterRecord: Hashable, Sendable {
    /// The cluster's name.
    public var name: ClusterName
    /// The newest commit that was seen.
    public var desired: Revision?
    /// The commit that the last plan was for.
    public var attempted: Revision?
    /// The commit that the cluster was last brought to.
    public var reconciled: Revision?
    /// What that commit said the cluster should be; it outlives the commit in the repository.
    public var base: DesiredState?
    /// The condition.
    public private(set) var condition: Condition
    /// Why, in one sentence.
    public private(set) var reason: String
    /// Why, as a stable word for machines; `nil` where there is none.
    public private(set) var rule: String?
    /// What to do next; `nil` where there is nothing to do.
    public private(set) var hint: String?
    /// What the newest readable commit says the cluster should be.
    public var committed: DesiredState?
    /// What the nodes showed when they were last looked at.
    public var observed: ObservedState?
    /// The commit that was found not to define the cluster any more; `nil` while it is defined.
    public var removed: Revision?

    /// Creates a record of a cluster that nothing is known of yet.
    public init(name: ClusterName) {
        self.name = name
        condition = .waiting
        reason = "Not looked at yet."
    }

    /// Gives the cluster a condition, with its sentence, its word and its hint.
    public mutating func show(
        _ condition: Condition, _ reason: String, rule: String? = nil, hint: String? = nil
    ) {
        self.condition = condition
        self.reason = reason.shortened(to: LogRecord.longestText)
        self.rule = rule
        self.hint = hint.flatMap { $0.isEmpty ? nil : $0.shortened(to: LogRecord.longestText) }
    }
}

extension ClusterRecord {
    init(row: Row, path: String) throws {
        self.init(name: ClusterName(row["name"]))
        let commits = ["reconciled", "attempted", "desired", "removed"].map { column in
            (row[column] as String?).flatMap(Revision.init)
        }
        (reconciled, attempted, desired, removed) = (
            commits[0], commits[1], commits[2], commits[3]
        )
        show(
            Condition(rawValue: row["condition"]) ?? .waiting, row["reason"], rule: row["rule"],
            hint: row["hint"])
        committed = try (row["committed"] as String?).map {
            try Column.value(
                DesiredState.self, from: $0, "the desired state of \(name)", path: path)
        }
        base = try (row["base"] as String?).map {
            try Column.value(
                DesiredState.self, from: $0, "the reconciled state of \(name)", path: path)
        }
        observed = try (row["state"] as String?).map {
            try Column.value(ObservedState.self, from: $0, "the state of \(name)", path: path)
        }
    }
}
