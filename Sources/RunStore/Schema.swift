import GRDB

/// The tables of the journal, and how older ones become them.
///
/// The version is SQLite's `user_version`; a file with a higher one is refused, since an older
/// program cannot know what it would destroy.
enum Schema {
    static let version = steps.count

    static func migrate(_ database: Database, path: String) throws {
        let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard found <= version else { throw StoreError.newer(path) }
        guard found < version else { return }
        for step in steps.dropFirst(found) { try database.execute(sql: step) }
        try database.execute(sql: "PRAGMA user_version = \(version)")
    }

    /// What makes each version of the one before; the first makes the first of an empty file.
    private static let steps = [tables, trust, rewrites, control]

    private static let tables = """
        CREATE TABLE cluster (
            name TEXT PRIMARY KEY,
            reconciled TEXT,
            attempted TEXT,
            desired TEXT,
            condition TEXT NOT NULL,
            reason TEXT NOT NULL,
            committed TEXT,
            state TEXT
        ) STRICT;
        CREATE TABLE run (
            cluster TEXT NOT NULL,
            number INTEGER NOT NULL,
            target TEXT NOT NULL,
            plan TEXT NOT NULL,
            definition TEXT NOT NULL,
            started REAL NOT NULL,
            ended REAL,
            outcome TEXT,
            PRIMARY KEY (cluster, number)
        ) STRICT;
        CREATE TABLE journal (
            cluster TEXT NOT NULL,
            number INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            entry TEXT NOT NULL,
            PRIMARY KEY (cluster, number, sequence)
        ) STRICT;
        CREATE TABLE record (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            time REAL NOT NULL,
            cluster TEXT,
            revision TEXT,
            run TEXT,
            body TEXT NOT NULL
        ) STRICT;
        CREATE INDEX record_run ON record (run);
        CREATE INDEX record_revision ON record (revision);
        CREATE TABLE decision (
            cluster TEXT NOT NULL,
            revision TEXT NOT NULL,
            time REAL NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (cluster, revision)
        ) STRICT;
        CREATE TABLE installed (
            cluster TEXT NOT NULL,
            node TEXT NOT NULL,
            key TEXT NOT NULL,
            unbooted TEXT,
            PRIMARY KEY (cluster, node)
        ) STRICT;
        CREATE TABLE installer (
            cluster TEXT NOT NULL,
            key TEXT NOT NULL,
            reference TEXT NOT NULL,
            PRIMARY KEY (cluster, key)
        ) STRICT;
        """

    /// At most one row: the commit at which signatures began to be asked for.
    private static let trust = """
        CREATE TABLE trust (
            start TEXT NOT NULL
        ) STRICT;
        """

    /// Rewritten history, what became of commits in between, and how the source is.
    private static let rewrites = """
        ALTER TABLE cluster ADD COLUMN rule TEXT;
        ALTER TABLE cluster ADD COLUMN hint TEXT;
        ALTER TABLE cluster ADD COLUMN base TEXT;
        ALTER TABLE cluster ADD COLUMN removed TEXT;
        ALTER TABLE decision ADD COLUMN result TEXT;
        CREATE TABLE rewrite (
            cluster TEXT PRIMARY KEY,
            reconciled TEXT NOT NULL,
            tip TEXT NOT NULL,
            relation TEXT NOT NULL,
            merge_base TEXT,
            missing INTEGER,
            added INTEGER,
            since REAL NOT NULL
        ) STRICT;
        CREATE TABLE acceptance (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            cluster TEXT NOT NULL,
            reconciled TEXT NOT NULL,
            tip TEXT NOT NULL,
            relation TEXT NOT NULL,
            merge_base TEXT,
            missing INTEGER,
            added INTEGER,
            since REAL NOT NULL,
            who TEXT NOT NULL,
            time REAL NOT NULL,
            pending INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE told (
            cluster TEXT PRIMARY KEY,
            tip TEXT NOT NULL
        ) STRICT;
        CREATE TABLE source (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            repository TEXT NOT NULL,
            branch TEXT NOT NULL,
            tip TEXT,
            condition TEXT NOT NULL,
            rule TEXT,
            reason TEXT NOT NULL,
            hint TEXT,
            since REAL NOT NULL
        ) STRICT;
        """

    /// What people asked of the agent by command: to leave a cluster alone, of one run,
    /// and to run a plan that waits for them.
    private static let control = """
        CREATE TABLE suspension (
            cluster TEXT PRIMARY KEY,
            reason TEXT NOT NULL,
            author TEXT NOT NULL,
            since REAL NOT NULL,
            until REAL
        ) STRICT;
        CREATE TABLE run_order (
            cluster TEXT NOT NULL,
            number INTEGER NOT NULL,
            kind TEXT NOT NULL,
            author TEXT NOT NULL,
            time REAL NOT NULL,
            PRIMARY KEY (cluster, number, kind)
        ) STRICT;
        CREATE TABLE approval (
            cluster TEXT NOT NULL,
            digest TEXT NOT NULL,
            author TEXT NOT NULL,
            time REAL NOT NULL,
            PRIMARY KEY (cluster, digest)
        ) STRICT;
        """
}
