public import ClusterModel
public import Execution
import GRDB

/// A cluster that somebody asked to leave alone.
public struct Suspension: Hashable, Sendable {
    /// The cluster.
    public var cluster: ClusterName
    /// Why, in the words of the one who asked.
    public var reason: String
    /// Who asked, such as `alex (uid 1000)`.
    public var author: String
    /// Since when, in seconds since 1970.
    public var since: Double
    /// When it ends by itself, in seconds since 1970; `nil` when it does not.
    public var until: Double?

    /// Creates a suspension.
    public init(
        of cluster: ClusterName, because reason: String, by author: String, since: Double,
        until: Double?
    ) {
        self.cluster = cluster
        self.reason = reason
        self.author = author
        self.since = since
        self.until = until
    }
}

/// Something that somebody asked of one run.
public struct RunOrder: Hashable, Sendable {
    /// What was asked.
    public enum Kind: String, Hashable, Sendable {
        /// The run is to end, and counts as halted.
        case cancel
        /// The run halted, and its commit may be planned for once more.
        case retry
    }

    /// Who asked, such as `alex (uid 1000)`.
    public let author: String

    /// When, in seconds since 1970.
    public let time: Double
}

extension RunStore {
    /// The suspensions that have not ended at a time, by cluster.
    public func suspensions(at time: Double) async throws -> [Suspension] {
        try await read("read the suspensions") { database in
            try Self.suspensions(at: time, in: database)
        }
    }

    static func suspensions(at time: Double, in database: Database) throws -> [Suspension] {
        // An agent of an earlier version, which cannot suspend, may own the journal.
        guard try database.tableExists("suspension") else { return [] }
        return try Row.fetchAll(
            database,
            sql: "SELECT * FROM suspension WHERE until IS NULL OR until > ? ORDER BY cluster",
            arguments: [time]
        ).map(Suspension.init)
    }

    /// The suspension of a cluster that has not ended at a time.
    public func suspension(of cluster: ClusterName, at time: Double) async throws -> Suspension? {
        try await suspensions(at: time).first { $0.cluster == cluster }
    }

    /// Writes a suspension, in the place of one that the cluster has.
    public func suspend(_ suspension: Suspension) async throws {
        try await write("suspend the cluster \(suspension.cluster)") { database in
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO suspension (cluster, reason, author, since, until)
                    VALUES (?, ?, ?, ?, ?)
                    """,
                arguments: [
                    suspension.cluster.text, suspension.reason, suspension.author,
                    suspension.since, suspension.until,
                ])
        }
    }

    /// Ends the suspension of a cluster; returns the one that it had.
    public func resume(_ cluster: ClusterName) async throws -> Suspension? {
        try await write("resume the cluster \(cluster)") { database in
            try Row.fetchOne(
                database, sql: "DELETE FROM suspension WHERE cluster = ? RETURNING *",
                arguments: [cluster.text]
            ).map(Suspension.init)
        }
    }

    /// Ends the suspensions whose time is over; returns them.
    public func endSuspensions(at time: Double) async throws -> [Suspension] {
        try await write("end suspensions") { database in
            try Row.fetchAll(
                database, sql: "DELETE FROM suspension WHERE until <= ? RETURNING *",
                arguments: [time]
            ).map(Suspension.init)
        }
    }

    /// Writes what somebody asks of a run, when it still can be done, and says whether it can.
    ///
    /// An open run can be cancelled, and one that has ended tried again.
    public func order(
        _ kind: RunOrder.Kind, of run: RunID, by author: String, at time: Double
    ) async throws -> Bool {
        try await write("write what is asked of run \(run)") { database in
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO run_order (cluster, number, kind, author, time)
                    SELECT cluster, number, ?, ?, ? FROM run
                    WHERE cluster = ? AND number = ? AND (ended IS NULL) = ?
                    """,
                arguments: [
                    kind.rawValue, author, time, run.cluster.text, run.number, kind == .cancel,
                ])
            return database.changesCount > 0
        }
    }

    /// What was asked of a run, if it was.
    public func order(_ kind: RunOrder.Kind, of run: RunID) async throws -> RunOrder? {
        try await read("read what is asked of run \(run)") { database in
            guard try database.tableExists("run_order") else { return nil }
            return try Row.fetchOne(
                database,
                sql: """
                    SELECT author, time FROM run_order
                    WHERE cluster = ? AND number = ? AND kind = ?
                    """,
                arguments: [run.cluster.text, run.number, kind.rawValue]
            ).map { RunOrder(author: $0["author"], time: $0["time"]) }
        }
    }
}

/// Who approved a plan, and when.
public struct Approval: Hashable, Sendable {
    /// Who, such as `alex (uid 1000)`.
    public let author: String

    /// When, in seconds since 1970.
    public let time: Double
}

extension RunStore {
    /// Writes that the plan with an approval digest may run.
    public func approve(
        _ digest: String, of cluster: ClusterName, by author: String, at time: Double
    ) async throws {
        try await write("write an approval for \(cluster)") { database in
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO approval (cluster, digest, author, time)
                    VALUES (?, ?, ?, ?)
                    """,
                arguments: [cluster.text, digest, author, time])
        }
    }

    /// The approval of the plan with a digest, if it was given and is not used up.
    public func approval(of digest: String, for cluster: ClusterName) async throws -> Approval? {
        try await read("read the approvals for \(cluster)") { database in
            try Self.approval(of: digest, for: cluster, in: database)
        }
    }

    static func approval(
        of digest: String, for cluster: ClusterName, in database: Database
    ) throws -> Approval? {
        try Row.fetchOne(
            database, sql: "SELECT author, time FROM approval WHERE cluster = ? AND digest = ?",
            arguments: [cluster.text, digest]
        ).map { Approval(author: $0["author"], time: $0["time"]) }
    }

    /// Takes the approvals for a cluster back, but for that of one digest; returns how many there
    /// were.
    @discardableResult
    public func endApprovals(
        for cluster: ClusterName, except digest: String? = nil
    ) async throws -> Int {
        try await write("end the approvals for \(cluster)") { database in
            try database.execute(
                sql: "DELETE FROM approval WHERE cluster = ? AND digest IS NOT ?",
                arguments: [cluster.text, digest])
            return database.changesCount
        }
    }
}

extension Suspension {
    fileprivate init(_ row: Row) {
        self.init(
            of: ClusterName(row["cluster"]), because: row["reason"], by: row["author"],
            since: row["since"], until: row["until"])
    }
}
