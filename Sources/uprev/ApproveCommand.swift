import Agent
import ArgumentParser

/// `uprev approve`: let a plan run that waits for a person.
struct ApproveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Let the plan run that waits for approval.",
        discussion: """
            `uprev status` shows what waits and its digest, which stands for the desired values, \
            the kinds of approval and the nodes. A plan with another digest waits anew. The approval \
            is used up when the cluster is where the plan goes, and taken back by `uprev cancel`.

            Example:
              uprev approve sol sha256:4f2c…
            """
    )

    @Argument(help: "The cluster, where there are several; then the approval digest.")
    var words: [String]

    @OptionGroup
    var control: ControlOptions

    func validate() throws {
        guard (1...2).contains(words.count), words.last?.hasPrefix("sha256:") == true else {
            throw ValidationError("Name the digest that status shows: approve [CLUSTER] sha256:…")
        }
    }

    func run() async throws {
        try await reportingErrors {
            var request = ControlRequest(.approve, cluster: words.count == 2 ? words[0] : nil)
            request.digest = words.last
            _ = try await control.send(request)
        }
    }
}
