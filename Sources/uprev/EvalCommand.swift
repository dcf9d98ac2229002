import Agent
import ArgumentParser
import Foundation
import Git
import HCL
import Infrastructure
import Reporting

/// `uprev eval`: a console for HCL, for debugging what a commit says.
struct EvalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Evaluate a file of the repository, or an expression.",
        discussion: """
            Reads what uprev reads: files of a commit, never those of the work tree. Nothing is \
            executed, and what cannot be known without executing is shown as unknown, with the \
            reason and its place.

            Examples:
              uprev eval common/versions.hcl               the file's locals in the newest commit
              uprev eval --revision v1 common/versions.hcl the same in another commit
              uprev eval a.hcl --expression local.x        one expression, as in that file
              uprev eval --expression 'format("%02d", 7)'  one expression by itself
              uprev eval --console a.hcl                   expressions, one a line
              uprev eval --batch < cases.jsonl             one JSON object a line, in and out

            Changes that are not committed can be read through a commit that no branch has: \
            uprev eval --revision $(git stash create) FILE.

            Exits with 1 when something cannot be evaluated, and then shows every error.
            """
    )

    @Argument(help: "A file, by its path in the repository.")
    var file: String?

    @Option(help: "An expression; with a file, its locals and includes can be used.")
    var expression: String?

    @Flag(help: "Evaluate one expression a line from standard input.")
    var console = false

    @Flag(help: "Evaluate one JSON object a line from standard input.")
    var batch = false

    @Flag(help: "With --batch, print the syntax tree of files.")
    var ast = false

    @Option(help: "The commit to read the file from.")
    var revision = "HEAD"

    @Option(help: "How to print values and errors: text or json.")
    var output = OutputFormat.text

    @OptionGroup
    var source: RepositoryOptions

    func validate() throws {
        let modes = [expression != nil, console, batch].filter { $0 }.count
        if modes == 0 && file == nil {
            throw ValidationError("Name one of: a file, --expression, --console, --batch.")
        }
        if modes > 1 || batch && file != nil {
            throw ValidationError(
                "--expression, --console and --batch exclude one another, and --batch takes no "
                    + "file.")
        }
        if ast && !batch { throw ValidationError("--ast needs --batch.") }
    }

    func run() async throws {
        try await reportingErrors {
            if batch { return EvalBatch(showsTree: ast).run() }
            do {
                if console {
                    try await runConsole()
                } else if let expression {
                    show(try await evaluate(expression))
                } else if let file {
                    try await evaluateFile(file)
                }
            } catch let error as ReadError where output == .json {
                print(try JSONText.pretty(["errors": error.problems]))
                throw ExitCode.failure
            }
        }
    }

    /// Evaluates the lines of standard input; an error of one does not end the others.
    private func runConsole() async throws {
        let isInteractive = isatty(STDIN_FILENO) == 1
        var hasFailed = false
        while true {
            if isInteractive { print("> ", terminator: "") }
            fflush(nil)
            guard let line = readLine() else { break }
            guard !line.allSatisfy(\.isWhitespace) else { continue }
            do {
                show(try await evaluate(line))
            } catch let error as ReadError {
                hasFailed = true
                complain(error.rendered())
            }
        }
        if isInteractive { print() }
        if hasFailed && !isInteractive { throw ExitCode.failure }
    }

    private func show(_ value: EvaluatedLocal) {
        print(output == .json ? EvalText.object(value) : EvalText.lines(value))
    }

    private func evaluate(_ expression: String) async throws -> EvaluatedLocal {
        guard let file else { return try CommitReader.evaluate(expression: expression) }
        let reading = try source.reading()
        let commit = try await reading.repository.resolve(revision)
        return try await reading.value(of: expression, in: file, at: commit)
    }

    private func evaluateFile(_ file: String) async throws {
        let reading = try source.reading()
        let commit = try await reading.repository.resolve(revision)
        let locals = try await reading.locals(of: file, at: commit)
        guard output == .json else {
            for local in locals { print(EvalText.lines(local)) }
            return
        }
        let objects = locals.map(EvalText.object).joined(separator: ",")
        print(
            "{\"file\":\(EvalText.quoted(file)),\"revision\":\"\(commit)\",\"locals\":[\(objects)]}"
        )
    }
}
