public import ClusterModel
public import Execution
import GRDB

/// The ledger of one cluster in the journal.
public struct ClusterLedger: InstallLedger {
    private let store: RunStore
    private let cluster: ClusterName

    /// Opens the ledger of a cluster.
    public init(of cluster: ClusterName, in store: RunStore) {
        self.cluster = cluster
        self.store = store
    }

    /// What was noted last about a node; `nil` when nothing ever was.
    public func noted(on node: NodeName) async throws -> InstallNote? {
        let cluster = cluster
        return try await store.read("read what \(node) was given") { database in
            let row = try Row.fetchOne(
                database, sql: "SELECT key, unbooted FROM installed WHERE cluster = ? AND node = ?",
                arguments: [cluster.text, node.text])
            return row.map { InstallNote(imageKey: $0["key"], unbootedSince: $0["unbooted"]) }
        }
    }

    /// Keeps what a node is about to be given or was given.
    public func note(
        imageKey: String, unbootedSince bootID: String?, on node: NodeName
    ) async throws {
        let cluster = cluster
        try await store.write("note what \(node) is given") { database in
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO installed (cluster, node, key, unbooted)
                    VALUES (?, ?, ?, ?)
                    """,
                arguments: [cluster.text, node.text, imageKey, bootID])
        }
    }
}
