public import ClusterModel
import GRDB

extension RunStore {
    /// What is remembered of every cluster, by name.
    public func clusters() async throws -> [ClusterRecord] {
        let path = path
        return try await read("read the clusters") { database in
            try Row.fetchAll(database, sql: "SELECT * FROM cluster ORDER BY name")
                .map { try ClusterRecord(row: $0, path: path) }
        }
    }

    /// What is remembered of one cluster.
    public func cluster(_ name: ClusterName) async throws -> ClusterRecord? {
        let path = path
        return try await read("read the cluster \(name)") { database in
            try Row.fetchOne(
                database, sql: "SELECT * FROM cluster WHERE name = ?", arguments: [name.text]
            ).map { try ClusterRecord(row: $0, path: path) }
        }
    }

    /// The commits that are read again later: those that clusters were brought to, that their runs
    /// are for, that were accepted, from which on signatures are verified, and the last known tip.
    public func commitsInUse() async throws -> Set<Revision> {
        try await read("read which commits are in use") { database in
            let hashes = try String.fetchAll(
                database,
                sql: """
                    SELECT reconciled FROM cluster WHERE reconciled IS NOT NULL
                    UNION SELECT attempted FROM cluster WHERE attempted IS NOT NULL
                    UNION SELECT target FROM run WHERE ended IS NULL
                    UNION SELECT tip FROM acceptance WHERE pending = 1
                    UNION SELECT start FROM trust
                    UNION SELECT tip FROM source WHERE tip IS NOT NULL
                    """)
            return Set(hashes.compactMap(Revision.init))
        }
    }

    /// Remembers a cluster.
    public func save(_ cluster: ClusterRecord) async throws {
        try await write("remember the cluster \(cluster.name)") { database in
            try Self.save(cluster, in: database)
        }
    }

    static func save(_ cluster: ClusterRecord, in database: Database) throws {
        let state = try cluster.observed.map { try Column.text($0) }
        let committed = try cluster.committed.map { try Column.text($0) }
        let base = try cluster.base.map { try Column.text($0) }
        try database.execute(
            sql: """
                INSERT OR REPLACE INTO cluster
                (name, reconciled, attempted, desired, condition, reason, rule, hint,
                 committed, state, base, removed)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                cluster.name.text, cluster.reconciled?.hash, cluster.attempted?.hash,
                cluster.desired?.hash, cluster.condition.rawValue, cluster.reason, cluster.rule,
                cluster.hint, committed, state, base, cluster.removed?.hash,
            ])
    }

    /// Changes a cluster's condition, when it is still the given one.
    public func change(
        _ old: Condition, of cluster: ClusterName, to new: Condition, because reason: String
    ) async throws {
        try await write("change the condition of \(cluster)") { database in
            try database.execute(
                sql: """
                    UPDATE cluster SET condition = ?, reason = ?, rule = NULL, hint = NULL
                    WHERE name = ? AND condition = ?
                    """,
                arguments: [new.rawValue, reason, cluster.text, old.rawValue])
        }
    }

    /// The image key that each node of the cluster was last given, where it is known.
    public func installedKeys(of cluster: ClusterName) async throws -> [NodeName: String] {
        try await read("read what the nodes were given") { database in
            let rows = try Row.fetchAll(
                database, sql: "SELECT node, key FROM installed WHERE cluster = ? AND key <> ''",
                arguments: [cluster.text])
            return Dictionary(
                rows.map { (NodeName($0["node"]), $0["key"]) }, uniquingKeysWith: { $1 })
        }
    }

    /// The installer references that earlier runs built, by image key.
    public func builtInstallers(of cluster: ClusterName) async throws -> [String: String] {
        try await read("read the built installers") { database in
            let rows = try Row.fetchAll(
                database, sql: "SELECT key, reference FROM installer WHERE cluster = ?",
                arguments: [cluster.text])
            return Dictionary(
                rows.map { ($0["key"], $0["reference"]) }, uniquingKeysWith: { $1 })
        }
    }

    /// Remembers the installer reference that was built for an image key.
    public func remember(
        installer reference: String, for key: String, of cluster: ClusterName
    ) async throws {
        try await write("remember a built installer") { database in
            try database.execute(
                sql: "INSERT OR REPLACE INTO installer (cluster, key, reference) VALUES (?, ?, ?)",
                arguments: [cluster.text, key, reference])
        }
    }
}
