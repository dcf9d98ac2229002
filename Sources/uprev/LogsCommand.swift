import ArgumentParser
import Foundation
import Reporting
import RunStore

/// `uprev logs`: the reconcile log, from the journal.
struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Show the reconcile log of a run or a commit.",
        discussion: """
            The lines come from the agent's journal, so they are there after a restart too.

            Examples:
              uprev logs            everything that is kept
              uprev logs sol-12     one run
              uprev logs 4f2c1ab    one commit, by the beginning of its hash
              uprev logs -f         go on as lines are written
            """
    )

    @Argument(help: "A run such as sol-12, or the beginning of a commit's hash.")
    var subject: String?

    @Flag(name: [.customShort("f"), .long], help: "Go on as lines are written.")
    var follow = false

    @OptionGroup
    var state: StateOptions

    @Option(help: "How to print: console or json.")
    var logFormat = LineFormat.console

    func run() async throws {
        try await reportingErrors {
            let store = try state.reader()
            var filter = RecordFilter()
            if let subject {
                let isRun = subject.contains("-")
                filter.run = isRun ? subject : nil
                filter.revisionPrefix = isRun ? nil : subject
            }
            repeat {
                for stored in try await store.records(filter) {
                    print(stored.record.line(logFormat.format, inColour: isTerminal))
                    filter.after = stored.id
                }
                if follow { try await Task.sleep(for: .milliseconds(500)) }
            } while follow
        }
    }
}

/// The formats of lines, as an argument.
enum LineFormat: String, ExpressibleByArgument, CaseIterable {
    case console, json

    var format: LogFormat { self == .json ? .json : .console }
}

/// Whether standard output is a terminal, where colour helps.
var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
