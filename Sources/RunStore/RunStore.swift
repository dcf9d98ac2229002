import Foundation
import GRDB

/// The journal in SQLite: runs, their entries, decisions, records and what each node was given.
///
/// One process writes, and owns the state directory by a lock; others may read at the same time.
/// Writes are durable when they return: the database is in WAL mode with `synchronous = FULL`.
public final class RunStore: Sendable {
    /// The path of the database file.
    public let path: String

    let database: any DatabaseWriter
    private let directory: StateDirectory?

    /// Takes the state directory for writing, and opens or creates the journal in it.
    ///
    /// Throws ``StoreError`` when another process owns the directory, or when the journal is
    /// damaged or newer than this program; a damaged journal is never reset.
    public static func open(in directory: String) throws -> RunStore {
        let owned = try StateDirectory(owning: directory)
        return try RunStore(path: "\(directory)/journal.sqlite", directory: owned)
    }

    /// Opens the journal of a running or stopped agent for reading only.
    public static func reader(in directory: String) throws -> RunStore {
        let path = "\(directory)/journal.sqlite"
        guard FileManager.default.fileExists(atPath: path) else {
            throw StoreError.notThere(directory)
        }
        return try RunStore(path: path, directory: nil)
    }

    private init(path: String, directory: StateDirectory?) throws {
        self.path = path
        self.directory = directory
        var configuration = Configuration()
        configuration.readonly = directory == nil
        configuration.busyMode = .timeout(5)
        let isWriter = directory != nil
        configuration.prepareDatabase { database in
            guard isWriter else { return }
            try database.execute(sql: "PRAGMA journal_mode = WAL")
            try database.execute(sql: "PRAGMA synchronous = FULL")
        }
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            if isWriter {
                try queue.write { try Schema.migrate($0, path: path) }
                try queue.read { try Self.check($0, path: path) }
            }
            database = queue
        } catch let error as DatabaseError {
            throw StoreError.failing("open", path, error)
        }
    }

    /// Ends every use of the journal, and gives the state directory back at once.
    ///
    /// Without it that happens when the last reference is gone, which a task may hold for a while.
    public func close() throws {
        do {
            try database.close()
        } catch let error as DatabaseError {
            throw StoreError.failing("close", path, error)
        }
        directory?.release()
    }

    private static func check(_ database: Database, path: String) throws {
        let verdict = try String.fetchOne(database, sql: "PRAGMA quick_check(1)") ?? "no answer"
        guard verdict == "ok" else { throw StoreError.unreadable("pages", path, verdict) }
    }

    func write<Value: Sendable>(
        _ attempt: String, _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await use(attempt) { database in
            try transaction(of: database, kind: .immediate) { try body(database) }
        }
    }

    func read<Value: Sendable>(
        _ attempt: String, _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await use(attempt) { database in
            try database.readOnly {
                try transaction(of: database, kind: .deferred) { try body(database) }
            }
        }
    }

    /// Lends the database where nothing else uses it.
    ///
    /// Whether it is closed is asked there, before SQLite is: a use may wait for its turn while
    /// ``close()`` is called, and SQLite does not survive to be asked of a closed connection.
    private func use<Value: Sendable>(
        _ attempt: String, _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        let path = path
        do {
            return try await database.writeWithoutTransaction { database in
                guard database.sqliteConnection != nil else {
                    throw StoreError.closed(attempt, path)
                }
                return try body(database)
            }
        } catch let error as DatabaseError {
            throw StoreError.failing(attempt, path, error)
        }
    }
}

private func transaction<Value>(
    of database: Database, kind: Database.TransactionKind, _ body: () throws -> Value
) throws -> Value {
    var value: Value?
    try database.inTransaction(kind) {
        value = try body()
        return .commit
    }
    guard let value else { preconditionFailure("A transaction that ended well has its value.") }
    return value
}

/// Values as canonical JSON text in a column.
enum Column {
    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func value<Value: Decodable>(
        _ type: Value.Type, from text: String, _ what: String, path: String
    ) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch {
            throw StoreError.unreadable(what, path, "its text does not decode")
        }
    }
}
