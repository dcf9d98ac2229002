import Agent
import ArgumentParser
import Foundation
import Git

/// `uprev init`: writes a first uprev.hcl.
struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write uprev.hcl by looking at the repository.",
        discussion: """
            Looks at the names of the files in the newest commit, and writes uprev.hcl beside \
            them; an existing one is never overwritten. Look through it, then run `uprev check`.
            """
    )

    @Option(help: "The clone to look at, and to write in.")
    var repository = "."

    @Option(help: "The cluster's name. (default: the folder of its cluster.hcl)")
    var cluster: String?

    @Flag(help: "Print the file instead of writing it.")
    var printOnly = false

    func run() async throws {
        try await reportingErrors {
            let folder = absolute(repository)
            let git = try GitRepository(at: folder)
            let proposal = try await DefinitionProposal.make(
                for: git, at: try await git.resolve("HEAD"), cluster: cluster)
            if printOnly { return print(proposal.text, terminator: "") }
            try write(proposal.text, to: "\(folder)/uprev.hcl")
            for gap in proposal.gaps { print(gap) }
        }
    }

    private func write(_ text: String, to path: String) throws {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .withoutOverwriting)
            print("Wrote \(path). Look through it, then run `uprev check` and commit it.")
        } catch {
            complain(
                "error: \(path) was not written: it exists, or its folder cannot be written.",
                hint: "Move it away to start anew, or use --print-only.")
            throw ExitCode.failure
        }
    }
}
