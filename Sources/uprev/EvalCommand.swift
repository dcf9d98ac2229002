import Agent
import ArgumentParser
import Git
import HCL
import Infrastructure

/// `uprev eval`: a console for HCL, for debugging what a commit says.
struct EvalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Evaluate a file of the repository, or an expression.",
        discussion: """
            Reads what uprev reads: nothing is executed, and what cannot be known without \
            executing is shown as unknown, with the reason.

            Examples:
              uprev eval common/versions.hcl               the file's locals in the newest commit
              uprev eval --expression 'format("%02d", 7)'  one expression
              uprev eval --batch < cases.jsonl             one JSON object a line, in and out
            """
    )

    @Argument(help: "A file, by its path in the repository.")
    var file: String?

    @Option(help: "An expression to evaluate instead of a file.")
    var expression: String?

    @Flag(help: "Evaluate one JSON object a line from standard input.")
    var batch = false

    @Flag(help: "With --batch, print the syntax tree of files.")
    var ast = false

    @Option(help: "The commit to read the file from.")
    var revision = "HEAD"

    @OptionGroup
    var source: RepositoryOptions

    func validate() throws {
        let given = [file != nil, expression != nil, batch].filter { $0 }.count
        guard given == 1 else {
            throw ValidationError("Name one of: a file, --expression, --batch.")
        }
    }

    func run() async throws {
        try await reportingErrors {
            if batch {
                while let line = readLine() { print(EvalBatch(showsTree: ast).answer(line)) }
            } else if let expression {
                try evaluate(expression)
            } else if let file {
                try await evaluateFile(file)
            }
        }
    }

    private func evaluate(_ expression: String) throws {
        do {
            let source = SourceFile(path: "expression", text: expression)
            let value = try HCL.Expression.parse(source).evaluate(in: StandardEnvironment())
            print("\(value.type.friendlyName): \(value.json ?? "unknown")")
            for reason in value.unknownReasons { print("  unknown: \(reason.text)") }
        } catch let error as Diagnostics {
            throw ReadError(error.items)
        } catch let error as Diagnostic {
            throw ReadError([error])
        }
    }

    private func evaluateFile(_ file: String) async throws {
        let reading = try source.reading()
        let commit = try await reading.repository.resolve(revision)
        for local in try await reading.locals(of: file, at: commit) {
            print("\(local.name) = \(local.json)")
            for reason in local.unknownReasons { print("  unknown: \(reason)") }
            for use in local.environmentUses { print("  default of the environment: \(use)") }
        }
    }
}
