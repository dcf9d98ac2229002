public import ClusterModel
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
    /// The condition.
    public var condition: Condition
    /// Why, in one sentence.
    public var reason: String
    /// What the newest readable commit says the cluster should be.
    public var committed: DesiredState?
    /// What the nodes showed when they were last looked at.
    public var observed: ObservedState?

    /// Creates a record of a cluster that nothing is known of yet.
    public init(name: ClusterName) {
        self.name = name
        condition = .waiting
        reason = "Not looked at yet."
    }
}

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
        try await clusters().first { $0.name == name }
    }

    /// Remembers a cluster.
    public func save(_ cluster: ClusterRecord) async throws {
        let state = try cluster.observed.map { try Column.text($0) }
        let committed = try cluster.committed.map { try Column.text($0) }
        try await write("remember the cluster \(cluster.name)") { database in
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO cluster
                    (name, reconciled, attempted, desired, condition, reason, committed, state)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    cluster.name.text, cluster.reconciled?.hash, cluster.attempted?.hash,
                    cluster.desired?.hash, cluster.condition.rawValue, cluster.reason, committed,
                    state,
                ])
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

extension ClusterRecord {
    fileprivate init(row: Row, path: String) throws {
        self.init(name: ClusterName(row["name"]))
        let commits = ["reconciled", "attempted", "desired"].map { column in
            (row[column] as String?).flatMap(Revision.init)
        }
        (reconciled, attempted, desired) = (commits[0], commits[1], commits[2])
        condition = Condition(rawValue: row["condition"]) ?? .waiting
        reason = row["reason"]
        if let text = row["committed"] as String? {
            committed = try Column.value(
                DesiredState.self, from: text, "the desired state of \(name)", path: path)
        }
        if let state = row["state"] as String? {
            observed = try Column.value(
                ObservedState.self, from: state, "the state of \(name)", path: path)
        }
    }
}
