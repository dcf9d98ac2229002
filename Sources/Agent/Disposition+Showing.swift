import ClusterModel
import Execution
import Git

/// How it is shown who can help.
extension Disposition {
    /// The condition of what an error holds up.
    var condition: Condition { self == .stalled ? .stalled : .waiting }

    /// The event of the log line about it.
    var event: LogRecord.Event { self == .stalled ? .refused : .waiting }

    /// The level of the log line about it.
    var level: LogRecord.Level { self == .stalled ? .error : .warning }
}

extension GitError {
    /// Who can help, as the agent shows it: a broken mirror is fetched anew, so time does.
    var shown: ClusterModel.Disposition { disposition == .stalled ? .stalled : .waiting }
}
