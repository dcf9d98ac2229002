import ClusterModel
public import Execution
import GRDB

/// A record with its place in the journal, to go on from.
public struct StoredRecord: Hashable, Sendable {
    /// The place; later records have higher ones.
    public let id: Int64

    /// The record.
    public let record: LogRecord
}

/// Which records to read.
public struct RecordFilter: Hashable, Sendable {
    /// Only those after this place.
    public var after: Int64 = 0

    /// Only those of this run, such as `sol-12`.
    public var run: String?

    /// Only those of commits whose hash begins so.
    public var revisionPrefix: String?

    /// At most this many, the newest ones.
    public var limit = 10_000

    /// Creates a filter that lets everything through.
    public init() {}
}

extension RunStore {
    /// Writes a record.
    public func append(_ record: LogRecord) async throws {
        try await write("write a record") { database in
            try Self.append(record, in: database)
        }
    }

    static func append(_ record: LogRecord, in database: Database) throws {
        try database.execute(
            sql: "INSERT INTO record (time, cluster, revision, run, body) VALUES (?, ?, ?, ?, ?)",
            arguments: [
                record.time, record.cluster?.text, record.revision?.hash, record.run?.description,
                try Column.text(record),
            ])
    }

    /// The records that the filter lets through, oldest first.
    public func records(_ filter: RecordFilter) async throws -> [StoredRecord] {
        let path = path
        return try await read("read the records") { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT id, body FROM record
                    WHERE id > :after
                      AND (:run IS NULL OR run = :run)
                      AND (:revision IS NULL OR revision LIKE :revision || '%')
                    ORDER BY id DESC LIMIT :limit
                    """,
                arguments: [
                    "after": filter.after, "run": filter.run, "revision": filter.revisionPrefix,
                    "limit": filter.limit,
                ]
            ).reversed().map { row in
                StoredRecord(
                    id: row["id"],
                    record: try Column.value(
                        LogRecord.self, from: row["body"], "a record", path: path))
            }
        }
    }
}
