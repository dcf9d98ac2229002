import Agent
import ArgumentParser
import Git
import Infrastructure
import Planning
import Reporting

/// `uprev plan`: shows what a range of commits would do, and touches nothing.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what a range of commits would do.",
        discussion: """
            Reads a clone; needs no cluster and no agent, and changes nothing. It assumes that \
            BASE is fully reconciled.

            Examples:
              uprev plan                      what does the newest commit do?
              uprev plan main~3 main          what do the last three commits do together?
              uprev plan v1 v2 --output json  the same for a program

            Exits with 0, with 3 when a commit is refused, with 4 when the plan has to wait, and \
            with 1 for what cannot be read; with --detailed-exitcode, with 2 instead of 0 when \
            there is something to do.
            """
    )

    @Argument(help: "The commit to start from.")
    var base = "HEAD~1"

    @Argument(help: "The commit to reach.")
    var target = "HEAD"

    @OptionGroup
    var source: RepositoryOptions

    @OptionGroup
    var modules: SubmoduleOptions

    @Option(help: "How to print the plan: text or json.")
    var output = OutputFormat.text

    @Flag(help: "Exit with 2 when there is something to do, as Terraform does.")
    var detailedExitcode = false

    func run() async throws {
        var report: DecisionReport?
        try await reportingErrors {
            report = try await makeReport()
        }
        guard let report else { return }
        print(output == .json ? try JSONText.pretty(report) : report.text)
        try exit(with: report)
    }

    private func makeReport() async throws -> DecisionReport {
        let reading = try source.reading(fetchesSubmodules: modules.areFetched())
        let targetID = try await reading.repository.resolve(target)
        let baseID = try await reading.repository.resolve(base)
        do {
            return try await Deciding(reading: reading).report(base: baseID, target: targetID)
        } catch let error as ReadError where output == .json {
            return Deciding.report(unreadable: targetID, base: baseID, error)
        }
    }

    private func exit(with report: DecisionReport) throws {
        let verdicts = Set(report.clusters.map(\.verdict))
        if !report.errors.isEmpty { throw ExitCode.failure }
        if verdicts.contains(.refused) { throw ExitCode.refused }
        if verdicts.contains(.waits) { throw ExitCode.waiting }
        if detailedExitcode, verdicts.contains(.run) { throw ExitCode.somethingToDo }
    }
}
