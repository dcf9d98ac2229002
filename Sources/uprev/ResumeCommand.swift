import Agent
import ArgumentParser

/// `uprev resume`: take care of a cluster again.
struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Let the running agent take care of a suspended cluster again.",
        discussion: """
            A new plan is made from what the nodes show then.

            Example:
              uprev resume sol
            """
    )

    @Argument(help: "The cluster; may be left out where there is only one.")
    var cluster: String?

    @OptionGroup
    var control: ControlOptions

    func run() async throws {
        try await reportingErrors {
            _ = try await control.send(ControlRequest(.resume, cluster: cluster))
        }
    }
}
