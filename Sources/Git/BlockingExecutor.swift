import Dispatch

/// Runs an actor's work on a queue of its own, one piece at a time.
///
/// Disk and child processes make a thread wait. On Swift's shared pool that would hold up every
/// other task of the process; on a queue of its own it holds up only this actor.
final class BlockingExecutor: SerialExecutor {
    private let queue: DispatchQueue

    init(label: String) { queue = DispatchQueue(label: label) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    func checkIsolated() { dispatchPrecondition(condition: .onQueue(queue)) }
}
