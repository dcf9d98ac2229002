import Agent
import ArgumentParser
import Reporting

/// `uprev status`: what every cluster is and should be.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show the condition of every cluster, the run under way and its nodes.",
        discussion: """
            Reads the agent's journal; the agent may be running or not. Exits with 0 when every \
            cluster is ready, with 3 when one is stalled or suspended, and with 4 otherwise.
            """
    )

    @OptionGroup
    var state: StateOptions

    @Option(help: "How to print: text or json.")
    var output = OutputFormat.text

    func run() async throws {
        try await reportingErrors {
            let report = try await StatusReport(of: try state.reader())
            print(output == .json ? try JSONText.pretty(report) : report.text)
            try report.exit()
        }
    }
}
