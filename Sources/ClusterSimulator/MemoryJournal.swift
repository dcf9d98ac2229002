public import Execution
import Synchronization

/// A journal that outlives the simulated process, and may kill it around a write.
///
/// The points are `journal.before`, where the entry is lost, and `journal.after`, where it is kept
/// although the writer never learns of it.
public final class MemoryJournal: Journal {
    private let crashes: CrashSwitch
    private let runs = Mutex<[RunID: [JournalEntry]]>([:])

    /// Creates an empty journal.
    public init(crashes: CrashSwitch = CrashSwitch()) { self.crashes = crashes }

    /// Every entry of the run, oldest first.
    public func entries(of run: RunID) async throws -> [JournalEntry] {
        try crashes.check()
        return written(by: run)
    }

    /// Keeps an entry.
    public func append(_ entry: JournalEntry, to run: RunID) async throws {
        try crashes.point("journal.before")
        runs.withLock { $0[run, default: []].append(entry) }
        try crashes.point("journal.after")
    }

    /// What a run wrote so far, readable also while no process runs.
    public func written(by run: RunID) -> [JournalEntry] { runs.withLock { $0[run] ?? [] } }
}
