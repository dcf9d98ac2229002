import ClusterModel
public import Execution
public import Planning

/// What a run's events are about, to make records of them.
public struct RunSubject: Sendable {
    /// The run.
    public var run: RunID
    /// The plan.
    public var plan: Plan
    /// Whether the plan takes earlier values back.
    public var isRollback: Bool

    /// Creates a subject.
    public init(run: RunID, plan: Plan) {
        self.run = run
        self.plan = plan
        isRollback = plan.path == .rollback
    }
}

extension LogRecord {
    /// The record of an event of a run.
    public init(_ event: RunEvent, of subject: RunSubject, at time: Double) {
        let (name, level) = event.kind.nameAndLevel(isRollback: subject.isRollback)
        self.init(
            time: time, level: level, event: name, cluster: subject.run.cluster,
            revision: subject.plan.target, run: subject.run, step: event.step?.index,
            steps: subject.plan.steps.count, node: event.step?.node,
            message: event.message, fields: event.fields)
    }
}

extension RunEvent {
    fileprivate var fields: [String: String] {
        var fields: [String: String] = [:]
        if let step { fields["kind"] = step.action.kind }
        switch kind {
        case .runFailed(let hint): fields["hint"] = hint
        case .superseded(let revision): fields["by"] = revision.hash
        case .runStarted(let resumed): fields["resumed"] = resumed ? "true" : "false"
        default: break
        }
        return fields
    }
}

extension RunEvent.Kind {
    fileprivate func nameAndLevel(isRollback: Bool) -> (LogRecord.Event, LogRecord.Level) {
        switch self {
        case .runStarted: (.runStarted, .notice)
        case .stepStarted: (.stepStarted, .notice)
        case .stepProbed: (.progress, .notice)
        case .progress: (.progress, .info)
        case .stepDone: (.stepDone, .notice)
        case .nodeProven: (.nodeProven, .notice)
        case .runDone: (isRollback ? .rolledBack : .runDone, .notice)
        case .runFailed: (.runFailed, .error)
        case .superseded: (.superseded, .notice)
        case .stopped(.suspended): (.suspended, .notice)
        case .stopped(.cancelled): (.cancelled, .notice)
        case .paused: (.progress, .notice)
        }
    }
}
