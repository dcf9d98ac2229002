import ArgumentParser

/// The command line: each verb is a file of its own that parses, calls, renders and exits.
@main
struct Uprev: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uprev",
        abstract: "Upgrade Talos Linux clusters from Git: push a commit, revert it to roll back.",
        discussion: """
            The agent (`uprev run`) watches a branch of an infrastructure repository. When \
            versions.hcl, install-schematic.hcl or another input of a cluster changes, it decides \
            what the change requires, makes a complete plan, and carries the cluster there, node \
            by node, behind safety gates.

            A first look, which needs no cluster and no agent:
              uprev init                      write uprev.hcl by looking at the repository
              uprev check                     see whether everything in it can be read
              uprev plan HEAD~1 HEAD          see what the newest commit would do

            Exit codes: 0 done and ready; 1 error; 2 `plan --detailed-exitcode` found something \
            to do; 3 refused or stalled; 4 waiting; 64 wrong usage.
            """,
        version: "0.1.0",
        subcommands: [
            RunCommand.self, PlanCommand.self, StatusCommand.self, HistoryCommand.self,
            LogsCommand.self, EvalCommand.self, GraphCommand.self, CheckCommand.self,
            InitCommand.self, ReconcileCommand.self, SuspendCommand.self,
            ResumeCommand.self, CancelCommand.self, ApproveCommand.self,
            GitWorkerCommand.self,
        ]
    )
}
