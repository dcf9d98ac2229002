public import ClusterModel
import GRDB

extension RunStore {
    /// The commit at which signatures began to be asked for, when nothing was reconciled yet.
    public func trustStart() async throws -> Revision? {
        let path = path
        return try await read("read where trust begins") { database in
            guard let text = try String.fetchOne(database, sql: "SELECT start FROM trust") else {
                return nil
            }
            guard let start = Revision(text) else {
                throw StoreError.unreadable(
                    "the commit at which trust begins", path, "it is no commit")
            }
            return start
        }
    }

    /// Remembers where trust begins; the first call of a journal's life decides.
    public func remember(trustStart start: Revision) async throws {
        try await write("remember where trust begins") { database in
            try database.execute(
                sql: "INSERT INTO trust (start) SELECT ? WHERE NOT EXISTS (SELECT 1 FROM trust)",
                arguments: [start.hash])
        }
    }
}
