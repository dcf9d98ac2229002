import Agent
import ArgumentParser
import Foundation

/// `uprev suspend`: leave a cluster alone.
struct SuspendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suspend",
        abstract: "Let the running agent leave a cluster alone.",
        discussion: """
            No new run begins. A run under way ends after the step in flight, or when the node in \
            flight is booted, proven and uncordoned; when the cluster is resumed, a new plan is made \
            from what the nodes show. Polling and `uprev status` go on. A restart changes nothing.

            Examples:
              uprev suspend --reason "storage is being moved"
              uprev suspend sol --reason "freeze" --until 2026-12-27T08:00:00Z
            """
    )

    @Argument(help: "The cluster; may be left out where there is only one.")
    var cluster: String?

    @Option(help: "Why, in one line; it is shown in status and log.")
    var reason: String

    @Option(help: "When it ends by itself: after a time such as 2h, or at 2026-12-27T08:00:00Z.")
    var until: String?

    @OptionGroup
    var control: ControlOptions

    func run() async throws {
        try await reportingErrors {
            var request = ControlRequest(.suspend, cluster: cluster)
            request.reason = reason
            request.until = try until.map(end)
            _ = try await control.send(request)
        }
    }

    private func end(_ text: String) throws -> Double {
        if let date = try? Date(text, strategy: .iso8601) { return date.timeIntervalSince1970 }
        guard let time = try? duration(text, "--until") else {
            throw ValidationError(
                "--until is '\(text)', which is no duration such as 90m or 2h, and no time such as "
                    + "2026-12-27T08:00:00Z.")
        }
        return Date().timeIntervalSince1970 + time / .seconds(1)
    }
}
