public import ClusterModel
public import Execution
import GRDB

/// What was decided of a commit, as the journal keeps it.
public struct StoredDecision: Hashable, Sendable {
    /// The word for a commit that a newer one replaced before it was run.
    public static let skipped = "skipped"

    /// The commit.
    public let revision: Revision

    /// The text that the machine contract defines.
    public let body: String

    /// What became of it other than a run; `nil` for nothing.
    public let result: String?
}

extension RunStore {
    /// Remembers what was decided of a commit, as the text that the machine contract defines.
    public func remember(
        decision body: String, of cluster: ClusterName, at revision: Revision, time: Double
    ) async throws {
        try await write("remember a decision") { database in
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO decision (cluster, revision, time, body)
                    VALUES (?, ?, ?, ?)
                    """,
                arguments: [cluster.text, revision.hash, time, body])
        }
    }

    /// Remembers that commits before a tip were not run because of it, with the records that tell
    /// so, all of it or nothing.
    ///
    /// What was decided of a commit while it was the newest is kept; `skipped` has what it meant for
    /// when nothing was.
    public func remember(
        skipped: [(revision: Revision, body: String)], before tip: Revision,
        of cluster: ClusterName, time: Double, telling records: [LogRecord]
    ) async throws {
        try await write("remember skipped commits") { database in
            for (revision, body) in skipped {
                try database.execute(
                    sql: """
                        INSERT INTO decision (cluster, revision, time, body, result)
                        VALUES (?, ?, ?, ?, ?)
                        ON CONFLICT (cluster, revision) DO UPDATE SET result = excluded.result
                        """,
                    arguments: [
                        cluster.text, revision.hash, time, body, StoredDecision.skipped,
                    ])
            }
            for record in records { try Self.append(record, in: database) }
            try database.execute(
                sql: "INSERT OR REPLACE INTO told (cluster, tip) VALUES (?, ?)",
                arguments: [cluster.text, tip.hash])
        }
    }

    /// Everything that was decided of the cluster, oldest first.
    public func decisions(of cluster: ClusterName) async throws -> [StoredDecision] {
        try await decisions(where: "cluster = ?", [cluster.text])
    }

    /// What was decided of one commit.
    public func decision(
        of cluster: ClusterName, at revision: Revision
    ) async throws -> StoredDecision? {
        try await decisions(
            where: "cluster = ? AND revision = ?", [cluster.text, revision.hash]
        ).first
    }

    private func decisions(
        where condition: String, _ arguments: [String]
    ) async throws -> [StoredDecision] {
        let path = path
        return try await read("read the decisions") { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM decision WHERE \(condition) ORDER BY time, rowid",
                arguments: StatementArguments(arguments)
            ).map { row in
                guard let revision = Revision(row["revision"]) else {
                    throw StoreError.unreadable("a decision", path, "its commit is none")
                }
                return StoredDecision(
                    revision: revision, body: row["body"], result: row["result"])
            }
        }
    }

    /// The tip up to which it was told what became of the commits before it.
    public func toldTip(of cluster: ClusterName) async throws -> Revision? {
        try await read("read which commits were told") { database in
            try String.fetchOne(
                database, sql: "SELECT tip FROM told WHERE cluster = ?", arguments: [cluster.text])
        }.flatMap(Revision.init)
    }
}
