import Agent
import ArgumentParser
import ClusterModel
import Git
import Planning
import Reporting
import RunStore

/// `uprev history`: every commit that mattered, and what it meant.
struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show every commit that changed an input of a cluster, and what it meant.",
        discussion: """
            With --repository it walks a clone and decides each first-parent commit anew, with no \
            cluster and no agent. Without, it answers from the agent's journal, with the result \
            of each run. JSON is printed one object a line.

            Examples:
              uprev history --repository . --from v1 --to main
              uprev history --state-dir /var/lib/uprev
            """
    )

    @Option(help: "A clone of the infrastructure repository, bare or not.")
    var repository: String?

    @Option(help: "A uprev.hcl from outside, for commits that are older than theirs.")
    var config: String?

    @Option(help: "The commit to start after; default: the beginning.")
    var from: String?

    @Option(help: "The last commit.")
    var to = "HEAD"

    @OptionGroup
    var state: StateOptions

    @Option(help: "How to print: text or json.")
    var output = OutputFormat.text

    func run() async throws {
        try await reportingErrors {
            if let repository {
                try await walk(repository)
            } else {
                try await answerFromJournal()
            }
        }
    }

    private func walk(_ repository: String) async throws {
        var source = RepositoryOptions()
        source.repository = repository
        source.config = config
        let reading = try source.reading()
        var start: CommitID?
        if let from { start = try await reading.repository.resolve(from) }
        let end = try await reading.repository.resolve(to)
        try await Deciding(reading: reading).history(from: start, to: end) { report in
            print(output == .json ? try JSONText.line(report) : report.summary)
        }
    }

    private func answerFromJournal() async throws {
        let store = try state.reader()
        for cluster in try await store.clusters() {
            let runs = try await store.runs(of: cluster.name)
            let accepted = try await store.acceptances(of: cluster.name)
            for decision in try await store.decisions(of: cluster.name) {
                var report = try JSONText.value(DecisionReport.self, from: decision.body)
                let own = runs.filter { $0.plan.target == decision.revision }
                report.result = decision.result ?? own.last.map { $0.outcome ?? "open" }
                if output == .json {
                    print(try JSONText.line(report))
                } else {
                    print(summary(of: report, with: own, skipped: decision.result))
                }
            }
            if output == .text { for rewrite in accepted { print(rewrite.summary) } }
        }
    }

    private func summary(
        of report: DecisionReport, with runs: [StoredRun], skipped: String?
    ) -> String {
        var lines = [report.summary]
        if let skipped { lines.append("  \(skipped): a newer commit came before it was run") }
        lines += runs.map { run in
            let took = run.ended.map { "\(Int($0 - run.started)) s" } ?? "under way"
            return "  run \(run.id): \(run.outcome ?? "open"), \(took)"
        }
        return lines.joined(separator: "\n")
    }
}
