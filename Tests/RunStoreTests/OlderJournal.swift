import GRDB

@testable import RunStore

extension RunStore {
    /// What takes back each step of the schema after the first version, in their order.
    private static let undo = [
        "DROP TABLE trust",
        """
        DROP TABLE rewrite; DROP TABLE acceptance; DROP TABLE told; DROP TABLE source;
        ALTER TABLE cluster DROP COLUMN rule;
        ALTER TABLE cluster DROP COLUMN hint;
        ALTER TABLE cluster DROP COLUMN base;
        ALTER TABLE cluster DROP COLUMN removed;
        ALTER TABLE decision DROP COLUMN result
        """,
        "DROP TABLE suspension; DROP TABLE run_order; DROP TABLE approval",
    ]

    /// Makes the journal one of an older version, as a program of that version had left it.
    func goBack(toVersion version: Int) async throws {
        try await write("go back to version \(version)") { database in
            for step in Self.undo.dropFirst(version - 1).reversed() {
                try database.execute(sql: step)
            }
            try database.execute(sql: "PRAGMA user_version = \(version)")
        }
    }
}
