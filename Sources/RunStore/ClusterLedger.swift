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

    /// The boot ID of a node at an install whose boot nobody has seen.
    public func unbootedInstall(on node: NodeName) async throws -> String? {
        let cluster = cluster
        return try await store.read("read what \(node) was given") { database in
            try String.fetchOne(
                database, sql: "SELECT unbooted FROM installed WHERE cluster = ? AND node = ?",
                arguments: [cluster.text, node.text])
        }
    }

    /// Keeps what a node is about to be given.
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
