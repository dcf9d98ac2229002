public import ClusterModel
import GRDB

/// What the journal remembers of the watched branch.
public struct SourceRecord: Hashable, Sendable {
    /// The repository's URL, which names no secret.
    public var repository: String
    /// The branch.
    public var branch: String
    /// The newest commit that was seen of it.
    public var tip: Revision?
    /// Ready when the last poll found the branch, else whether a person or time must help.
    public var condition: Condition
    /// Why, as a stable word for machines.
    public var rule: String?
    /// Why, in one sentence.
    public var reason: String
    /// What to do next.
    public var hint: String?
    /// Since when the condition is what it is, in seconds since 1970.
    public var since: Double

    /// Creates a record of a branch that was not looked at yet.
    public init(repository: String, branch: String, since: Double) {
        self.repository = repository
        self.branch = branch
        self.since = since
        condition = .waiting
        reason = "Not looked at yet."
    }
}

extension RunStore {
    /// What is remembered of the watched branch.
    public func source() async throws -> SourceRecord? {
        try await read("read the source") { database in
            guard try database.tableExists("source") else { return nil }
            guard let row = try Row.fetchOne(database, sql: "SELECT * FROM source") else {
                return nil
            }
            var record = SourceRecord(
                repository: row["repository"], branch: row["branch"], since: row["since"])
            record.tip = (row["tip"] as String?).flatMap(Revision.init)
            record.condition = Condition(rawValue: row["condition"]) ?? .waiting
            record.rule = row["rule"]
            record.reason = row["reason"]
            record.hint = row["hint"]
            return record
        }
    }

    /// Remembers the watched branch.
    public func save(_ source: SourceRecord) async throws {
        try await write("remember the source") { database in
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO source
                    (id, repository, branch, tip, condition, rule, reason, hint, since)
                    VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    source.repository, source.branch, source.tip?.hash,
                    source.condition.rawValue, source.rule, source.reason, source.hint,
                    source.since,
                ])
        }
    }
}
