public import ClusterModel
import GRDB

extension RunStore {
    /// The rewrite that is held of a cluster.
    public func heldRewrite(of cluster: ClusterName) async throws -> Rewrite? {
        try await heldRewrites()[cluster]
    }

    /// Every rewrite that is held.
    public func heldRewrites() async throws -> [ClusterName: Rewrite] {
        let path = path
        return try await read("read the rewrites that are held") { database in
            try Self.held(in: database, path: path)
        }
    }

    /// Remembers that a rewrite is held; what is held of the cluster already is replaced.
    public func hold(_ rewrite: Rewrite, of cluster: ClusterName) async throws {
        try await write("remember a rewrite of \(cluster)") { database in
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO rewrite
                    (cluster, reconciled, tip, relation, merge_base, missing, added, since)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """, arguments: [cluster.text] + rewrite.columns)
        }
    }

    /// Forgets the rewrite that is held of a cluster, since its history contains what it should.
    public func releaseRewrite(of cluster: ClusterName) async throws {
        try await write("forget a rewrite of \(cluster)") { database in
            try database.execute(
                sql: "DELETE FROM rewrite WHERE cluster = ?", arguments: [cluster.text])
        }
    }

    /// Accepts rewrites that are held, durably, all of them or none: of one cluster or of every one,
    /// and of the given tip only when there is one.
    ///
    /// An earlier acceptance of the same cluster ends. Throws ``RewriteRefusal`` when none is held
    /// that fits.
    public func acceptRewrites(
        of cluster: ClusterName?, tip: Revision?, by who: String, at time: Double
    ) async throws -> [AcceptedRewrite] {
        let path = path
        return try await write("accept rewritten history") { database in
            let held = try Self.held(in: database, path: path)
                .filter { cluster == nil || $0.key == cluster }
            guard let other = held.values.first else {
                throw RewriteRefusal.nothingHeld(cluster)
            }
            let fitting = held.filter { tip == nil || $0.value.tip == tip }
            if let tip, fitting.isEmpty { throw RewriteRefusal.otherTip(held: other.tip, tip) }
            return try fitting.sorted { $0.key < $1.key }.map { name, rewrite in
                try Self.accept(rewrite, of: name, by: who, at: time, in: database)
                return AcceptedRewrite(cluster: name, rewrite: rewrite, by: who, time: time)
            }
        }
    }

    /// The acceptance that the cluster has not been brought to yet; there is at most one.
    public func pendingAcceptance(of cluster: ClusterName) async throws -> AcceptedRewrite? {
        try await acceptances(where: "pending = 1 AND cluster = ?", [cluster.text]).last
    }

    /// Every rewrite of the cluster that was ever accepted, oldest first.
    public func acceptances(of cluster: ClusterName) async throws -> [AcceptedRewrite] {
        try await acceptances(where: "cluster = ?", [cluster.text])
    }

    /// Ends the acceptance that is pending: the cluster was brought to the accepted history, or the
    /// branch is not rewritten any more.
    public func endAcceptance(of cluster: ClusterName) async throws {
        try await write("end an acceptance of \(cluster)") { database in
            try Self.endAcceptance(of: cluster, in: database)
        }
    }

    private static func endAcceptance(of cluster: ClusterName, in database: Database) throws {
        try database.execute(
            sql: "UPDATE acceptance SET pending = 0 WHERE pending = 1 AND cluster = ?",
            arguments: [cluster.text])
    }

    private static func accept(
        _ rewrite: Rewrite, of cluster: ClusterName, by who: String, at time: Double,
        in database: Database
    ) throws {
        try endAcceptance(of: cluster, in: database)
        try database.execute(
            sql: """
                INSERT INTO acceptance
                (cluster, reconciled, tip, relation, merge_base, missing, added, since, who, time,
                 pending)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)
                """,
            arguments: [cluster.text] + rewrite.columns + [who, time])
        try database.execute(
            sql: "DELETE FROM rewrite WHERE cluster = ?", arguments: [cluster.text])
    }

    private static func held(
        in database: Database, path: String
    ) throws -> [ClusterName: Rewrite] {
        // A journal of an older version, which no agent has opened since, has no such table.
        guard try database.tableExists("rewrite") else { return [:] }
        let rows = try Row.fetchAll(database, sql: "SELECT * FROM rewrite")
        return Dictionary(
            try rows.map { (ClusterName($0["cluster"]), try Rewrite(row: $0, path: path)) },
            uniquingKeysWith: { $1 })
    }

    private func acceptances(
        where condition: String, _ arguments: [String]
    ) async throws -> [AcceptedRewrite] {
        let path = path
        return try await read("read the accepted rewrites") { database in
            guard try database.tableExists("acceptance") else { return [] }
            return try Row.fetchAll(
                database, sql: "SELECT * FROM acceptance WHERE \(condition) ORDER BY id",
                arguments: StatementArguments(arguments)
            ).map { row in
                AcceptedRewrite(
                    cluster: ClusterName(row["cluster"]),
                    rewrite: try Rewrite(row: row, path: path), by: row["who"],
                    time: row["time"])
            }
        }
    }
}

/// Why no rewrite is accepted.
public enum RewriteRefusal: ExplainedError, Hashable {
    /// None is held: of the cluster, or of any.
    case nothingHeld(ClusterName?)
    /// Another tip is held than the one that was named.
    case otherTip(held: Revision, Revision)

    /// What is wrong, in one sentence.
    public var description: String {
        switch self {
        case .nothingHeld(let cluster?): "No rewritten history of the cluster \(cluster) is held."
        case .nothingHeld(nil): "No rewritten history is held."
        case .otherTip(let held, let named):
            "The rewritten history that is held ends in \(held.short), and not in \(named.short)."
        }
    }

    /// What to do next.
    public var hint: String {
        switch self {
        case .nothingHeld: "`uprev status` shows what is held, and what each cluster waits for."
        case .otherTip: "Look at what the branch is at now, and accept that if it is meant."
        }
    }

    /// A person must act.
    public var disposition: Disposition { .stalled }
}

extension Rewrite {
    fileprivate var columns: StatementArguments {
        [
            reconciled.hash, tip.hash, relation.rawValue, mergeBase?.hash, missing, added, since,
        ]
    }

    fileprivate init(row: Row, path: String) throws {
        guard let reconciled = Revision(row["reconciled"]), let tip = Revision(row["tip"]),
            let relation = Relation(rawValue: row["relation"])
        else { throw StoreError.unreadable("a rewrite", path, "its words are not known") }
        self.init(
            from: reconciled, to: tip, relation: relation,
            mergeBase: (row["merge_base"] as String?).flatMap(Revision.init),
            missing: row["missing"], added: row["added"], since: row["since"])
    }
}
