import Agent
import ArgumentParser

/// `uprev cancel`: end the run under way for good.
struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "End the run under way, and do not try its commit again.",
        discussion: """
            The run ends after the step in flight, or when the node in flight is booted, proven and \
            uncordoned. Its commit then counts as halted: it is tried again when there is another \
            commit, or after `uprev reconcile --retry`.

            Examples:
              uprev cancel sol
              uprev cancel sol --run sol-12
            """
    )

    @Argument(help: "The cluster; may be left out where there is only one.")
    var cluster: String?

    @Option(
        name: .customLong("run"),
        help: "Only when it is this run, such as sol-12, that is under way.")
    var onlyRun: String?

    @OptionGroup
    var control: ControlOptions

    func run() async throws {
        try await reportingErrors {
            var request = ControlRequest(.cancel, cluster: cluster)
            request.run = onlyRun
            _ = try await control.send(request)
        }
    }
}
