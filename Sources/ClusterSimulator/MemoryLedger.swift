public import ClusterModel
public import Execution
import Synchronization

/// What nodes were given, remembered beyond the life of the simulated process.
public final class MemoryLedger: InstallLedger {
    private struct Note: Sendable {
        var imageKey: String
        var bootID: String?
    }

    private let crashes: CrashSwitch
    private let notes = Mutex<[NodeName: Note]>([:])

    /// Creates an empty ledger.
    public init(crashes: CrashSwitch = CrashSwitch()) { self.crashes = crashes }

    /// The boot ID of a node at an install whose boot nobody has seen.
    public func unbootedInstall(on node: NodeName) async throws -> String? {
        try crashes.check()
        return notes.withLock { $0[node]?.bootID }
    }

    /// Keeps what a node is about to be given.
    public func note(
        imageKey: String, unbootedSince bootID: String?, on node: NodeName
    ) async throws {
        try crashes.point("ledger.before")
        notes.withLock { $0[node] = Note(imageKey: imageKey, bootID: bootID) }
        try crashes.point("ledger.after")
    }

    /// The key of the image that each node was last given.
    public var imageKeys: [NodeName: String] { notes.withLock { $0.mapValues(\.imageKey) } }
}
