public import ClusterModel
import GRDB

/// A journal that cannot be opened, read or written.
public struct StoreError: ExplainedError, Hashable {
    /// What happened, in one sentence with the path in it.
    public let message: String

    /// What to do next.
    public let hint: String

    /// Whether time can help, as with a full disk.
    public let disposition: Disposition

    /// The message.
    public var description: String { message }

    static func owned(by owner: String, directory: String) -> StoreError {
        StoreError(
            message: "The state directory \(directory) is in use by \(owner).",
            hint: "Stop that agent, or give this one another --state-dir.",
            disposition: .stalled)
    }

    static func notThere(_ directory: String) -> StoreError {
        StoreError(
            message: "There is no journal in \(directory).",
            hint: "Name the --state-dir of an agent that has run, or start `uprev run` first.",
            disposition: .stalled)
    }

    static func closed(_ attempt: String, _ path: String) -> StoreError {
        StoreError(
            message: "Could not \(attempt) in the journal \(path): it is closed, since the agent "
                + "ends.",
            hint: "Start the agent again; it continues from its journal.", disposition: .waiting)
    }

    static func newer(_ path: String) -> StoreError {
        StoreError(
            message: "The journal \(path) was written by a newer version of uprev.",
            hint: "Run that version, or a newer one.",
            disposition: .stalled)
    }

    static func unreadable(_ what: String, _ path: String, _ reason: String) -> StoreError {
        StoreError(
            message: "The journal \(path) holds \(what) that cannot be read: \(reason).",
            hint: "Keep a copy and restore the file from a backup; uprev never resets it. To "
                + "start anew from what the nodes show, move the file aside.",
            disposition: .stalled)
    }

    /// Sorts SQLite's result codes into what time can help with and what a person must mend.
    static func failing(_ attempt: String, _ path: String, _ error: DatabaseError) -> StoreError {
        let reason = error.message ?? "SQLite result code \(error.resultCode.rawValue)"
        switch error.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            return unreadable("data", path, reason)
        case .SQLITE_FULL, .SQLITE_IOERR:
            return StoreError(
                message: "Could not \(attempt) in the journal \(path): \(reason).",
                hint: "Free space on the disk of the state directory; nothing is done to the "
                    + "cluster while intents cannot be written.",
                disposition: .waiting)
        case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
            return StoreError(
                message: "Could not \(attempt) in the journal \(path): \(reason).",
                hint: "Check that the state directory exists and that the agent may write in it.",
                disposition: .stalled)
        default:
            return StoreError(
                message: "Could not \(attempt) in the journal \(path): \(reason).",
                hint: "The agent tries again; if this stays, look at the disk.",
                disposition: .waiting)
        }
    }
}
