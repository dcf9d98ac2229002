import ArgumentParser
import Git

/// `uprev git-worker`: one network operation of Git, in a process that can be killed.
struct GitWorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "git-worker",
        abstract: "Do one network operation for the agent, which starts this itself.",
        shouldDisplay: false
    )

    func run() throws { throw ExitCode(GitWorker.run()) }
}
