import Agent
import ArgumentParser
import ClusterModel
import Foundation
import Reporting

/// `uprev run`: the agent.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Watch a branch and keep its clusters reconciled.",
        discussion: """
            Every flag can be set as an environment variable instead: UPREV_ and the flag in \
            capitals, such as UPREV_STATE_DIR. On SIGTERM or SIGINT no further step is begun; the \
            run continues at the next start, and so it does after a crash.

            Example:
              uprev run --repository https://… --talosconfig talosconfig --state-dir /var/lib/uprev
            """
    )

    @OptionGroup
    var options: AgentOptions

    func run() async throws {
        try await reportingErrors {
            let settings = try options.settings()
            let lines = LineOutput()
            for name in settings.stageEnvironment where fromEnvironment(name) == nil {
                complain("warning: --stage-env names \(name), which is not set.")
            }
            let agent = Agent(
                settings: settings, connecting: LiveClusters(settings: settings),
                limits: try options.limits(), output: lines.write)
            let signals = SignalWatch(asking: agent)
            defer { signals.end() }
            try await agent.run()
        }
    }
}

/// Writes lines to standard output, each at once, also when it is no terminal.
final class LineOutput: Sendable {
    let write: @Sendable (String) -> Void = { line in
        // Nobody reads, or the disk is full: the journal has the line, and the agent goes on.
        try? FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8))
    }
}
