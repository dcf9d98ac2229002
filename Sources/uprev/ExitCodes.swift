import ArgumentParser

extension ExitCode {
    /// `plan --detailed-exitcode` found something to do.
    static let somethingToDo = ExitCode(2)

    /// A commit is refused, or a cluster is stalled.
    static let refused = ExitCode(3)

    /// The world has to change first.
    static let waiting = ExitCode(4)
}
