public import ClusterModel
public import Execution
import Synchronization

/// What nodes were given, remembered beyond the life of the simulated process.
public final class MemoryLedger: InstallLedger {
    private let crashes: CrashSwitch
    private let notes = Mutex<[NodeName: InstallNote]>([:])

    /// Creates an empty ledger.
    public init(crashes: CrashSwitch = CrashSwitch()) { self.crashes = crashes }

    /// What was noted last about a node.
    public func noted(on node: NodeName) async throws -> InstallNote? {
        try crashes.check()
        return notes.withLock { $0[node] }
    }

    /// Keeps what a node is about to be given or was given.
    public func note(
        imageKey: String, unbootedSince bootID: String?, on node: NodeName
    ) async throws {
        try crashes.point("ledger.before")
        let note = InstallNote(imageKey: imageKey, unbootedSince: bootID)
        notes.withLock { $0[node] = note }
        try crashes.point("ledger.after")
    }

    /// The key noted of each node, where one is known.
    public var imageKeys: [NodeName: String] {
        notes.withLock { $0.mapValues(\.imageKey).filter { !$0.value.isEmpty } }
    }
}
