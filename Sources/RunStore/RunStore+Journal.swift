public import ClusterModel
public import Execution
import Foundation
import GRDB
public import Planning

extension RunStore: Journal {
    /// Every entry of the run, oldest first.
    public func entries(of run: RunID) async throws -> [JournalEntry] {
        let path = path
        return try await read("read the entries of run \(run)") { database in
            try String.fetchAll(
                database,
                sql: "SELECT entry FROM journal WHERE cluster = ? AND number = ? ORDER BY sequence",
                arguments: [run.cluster.text, run.number]
            ).map {
                try Column.value(JournalEntry.self, from: $0, "an entry of run \(run)", path: path)
            }
        }
    }

    /// Writes an entry; once this returns, the entry survives a power cut.
    public func append(_ entry: JournalEntry, to run: RunID) async throws {
        let text = try Column.text(entry)
        try await write("write an entry of run \(run)") { database in
            try database.execute(
                sql: """
                    INSERT INTO journal (cluster, number, sequence, entry)
                    SELECT :cluster, :number, COALESCE(MAX(sequence), 0) + 1, :entry
                    FROM journal WHERE cluster = :cluster AND number = :number
                    """,
                arguments: ["cluster": run.cluster.text, "number": run.number, "entry": text])
        }
    }
}

/// A run as the journal keeps it.
public struct StoredRun: Sendable {
    /// Which run it is.
    public let id: RunID

    /// The plan it runs.
    public let plan: Plan

    /// The cluster as it was defined when the plan was made.
    public let definition: ClusterDefinition

    /// When it began, in seconds since 1970.
    public let started: Double

    /// When it ended; `nil` while it is open.
    public let ended: Double?

    /// How it ended, as a word: `done`, `failed`, `deferred`, `superseded`, `suspended` or
    /// `cancelled`; `nil` while it is open.
    public let outcome: String?

    /// Tells it from another run of the same number, as when the journal was lost: hexadecimal
    /// digits that come from when it began.
    public var stamp: String { String(started.bitPattern, radix: 16) }
}

/// Why a run does not begin.
public enum BeginRefusal: Error, Hashable {
    /// Somebody asked to leave the cluster alone.
    case suspended(Suspension)
    /// The plan waits for an approval that it does not have.
    case notApproved
}

extension RunStore {
    /// Opens a new run of the plan, and remembers the cluster as it is from then on; the run's number
    /// is one more than that of the cluster's last run.
    ///
    /// Throws ``BeginRefusal``, and does neither, when the cluster is suspended at that moment or
    /// when the plan waits for an approval that it has not or not any more.
    public func begin(
        _ plan: Plan, of definition: ClusterDefinition, remembering cluster: ClusterRecord? = nil,
        at time: Double
    ) async throws -> StoredRun {
        let planText = try Column.text(plan)
        let definitionText = try Column.text(definition)
        return try await write("open a run") { database in
            if let suspension = try Self.suspensions(at: time, in: database)
                .first(where: { $0.cluster == plan.cluster })
            {
                throw BeginRefusal.suspended(suspension)
            }
            if !plan.approvals.isEmpty,
                try Self.approval(of: plan.approvalDigest, for: plan.cluster, in: database) == nil
            {
                throw BeginRefusal.notApproved
            }
            if let cluster { try Self.save(cluster, in: database) }
            let last =
                try Int.fetchOne(
                    database, sql: "SELECT MAX(number) FROM run WHERE cluster = ?",
                    arguments: [plan.cluster.text]) ?? 0
            let id = RunID(cluster: plan.cluster, number: last + 1)
            try database.execute(
                sql: """
                    INSERT INTO run (cluster, number, target, plan, definition, started)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    id.cluster.text, id.number, plan.target.hash, planText, definitionText, time,
                ])
            return StoredRun(
                id: id, plan: plan, definition: definition, started: time, ended: nil, outcome: nil)
        }
    }

    /// Closes a run with the word for its outcome.
    public func end(_ run: RunID, outcome: String, at time: Double) async throws {
        try await write("close run \(run)") { database in
            try database.execute(
                sql: "UPDATE run SET ended = ?, outcome = ? WHERE cluster = ? AND number = ?",
                arguments: [time, outcome, run.cluster.text, run.number])
        }
    }

    /// The run of the cluster that is not closed; there is at most one.
    public func openRun(of cluster: ClusterName) async throws -> StoredRun? {
        try await runs(where: "cluster = ? AND ended IS NULL", [cluster.text]).last
    }

    /// The runs of a cluster, oldest first.
    public func runs(of cluster: ClusterName) async throws -> [StoredRun] {
        try await runs(where: "cluster = ?", [cluster.text])
    }

    /// The commits that runs of a cluster were for.
    public func runTargets(of cluster: ClusterName) async throws -> Set<Revision> {
        try await read("read what runs were for") { database in
            let targets = try String.fetchAll(
                database, sql: "SELECT DISTINCT target FROM run WHERE cluster = ?",
                arguments: [cluster.text])
            return Set(targets.compactMap(Revision.init))
        }
    }

    /// The newest run of a cluster.
    public func lastRun(of cluster: ClusterName) async throws -> StoredRun? {
        let condition = "cluster = ?1 AND number = (SELECT MAX(number) FROM run WHERE cluster = ?1)"
        return try await runs(where: condition, [cluster.text]).last
    }

    private func runs(where condition: String, _ arguments: [String]) async throws -> [StoredRun] {
        let path = path
        return try await read("read the runs") { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM run WHERE \(condition) ORDER BY number",
                arguments: StatementArguments(arguments)
            ).map { try StoredRun(row: $0, path: path) }
        }
    }
}

extension StoredRun {
    fileprivate init(row: Row, path: String) throws {
        let number: Int = row["number"]
        let id = RunID(cluster: ClusterName(row["cluster"]), number: number)
        let what = "the plan of run \(id)"
        self.init(
            id: id,
            plan: try Column.value(Plan.self, from: row["plan"], what, path: path),
            definition: try Column.value(
                ClusterDefinition.self, from: row["definition"], what, path: path),
            started: row["started"], ended: row["ended"], outcome: row["outcome"])
    }
}
